"""Reading shops."""

from __future__ import annotations

from core.people.queries import Viewer
from market.shops.models import Shop
from onboarding.producers.models import Producer
from onboarding.producers.queries import producers_at_work, producers_of


def shop_of(viewer: Viewer) -> Shop | None:
    """The shop this person works in: the first of the producers they work for now that has one."""
    return (
        Shop.objects.filter(producer__in=producers_at_work(viewer))
        .select_related("producer", "producer__commune", "producer__commune__parent")
        .order_by("pk")
        .first()
    )


def producer_without_shop(viewer: Viewer) -> Producer | None:
    """The first producer of this person that could open a shop."""
    return producers_at_work(viewer).filter(shop__isnull=True).first()


def open_shop_by_slug(slug: str) -> Shop | None:
    """The open or paused shop at this public address."""
    return (
        Shop.objects.exclude(state=Shop.State.CLOSED)
        .select_related("producer", "producer__commune", "producer__commune__parent", "cover")
        .filter(slug=slug)
        .first()
    )


def labels_of_shops(user_id: int) -> list[str]:
    """The audit labels of the shops of the producers a person may act for today."""
    shops = Shop.objects.filter(producer__in=producers_of(Viewer(user_id))).values_list("pk", flat=True)
    return [f"shop:{number}" for number in shops]
