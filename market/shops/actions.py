"""Opening and changing a shop."""

from __future__ import annotations

from django.db import transaction

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.kit.text import slug as slug_of
from core.people.queries import Viewer
from market.shops.events import ShopChanged
from market.shops.models import Shop
from onboarding.consent.models import Purpose
from onboarding.consent.queries import has_consent
from onboarding.producers.models import Producer
from onboarding.producers.queries import may_act_for, on_behalf_of


class NotYourProducer(PermissionError):
    """The person may not act for this producer."""


class PublicationNotAgreed(Exception):
    """The producer has not agreed to be shown in public."""


class AlreadyOpen(Exception):
    """The producer has a shop; `shop` is it."""

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop.slug)
        self.shop = shop


@transaction.atomic
def open_shop(*, producer: Producer, name: str, story: str, by: Viewer, is_demo: bool = False) -> Shop:
    """Open the producer's shop under an address made from its name.

    Raises NotYourProducer, PublicationNotAgreed, AlreadyOpen.
    """
    if not may_act_for(by, producer.pk):
        raise NotYourProducer
    # The row lock (and SQLite's IMMEDIATE transaction) makes two clicks one after the other.
    Producer.objects.select_for_update().get(pk=producer.pk)
    existing = Shop.objects.filter(producer=producer).first()
    if existing is not None:
        raise AlreadyOpen(existing)
    if not has_consent(producer, Purpose.PUBLICATION):
        raise PublicationNotAgreed
    shop = Shop.objects.create(
        producer=producer,
        slug=free_slug(name),
        name=name,
        story=story,
        state=Shop.State.OPEN,
        made_at=clock.now(),
        opened_at=clock.now(),
        is_demo=is_demo,
    )
    record(
        "shop.opened",
        actor_id=by.user_id,
        object_label=f"shop:{shop.pk}",
        unit_code=producer.commune.code,
        **on_behalf_of(by, shop.producer_id),
    )
    emit(ShopChanged(shop.pk))
    return shop


@transaction.atomic
def change_shop(*, shop: Shop, name: str, story: str, by: Viewer) -> Shop:
    """Change the words of a shop; its address stays. Raises NotYourProducer."""
    if not may_act_for(by, shop.producer_id):
        raise NotYourProducer
    changes = {"tên gian hàng": (shop.name, name), "lời kể": (shop.story, story)}
    shop.name, shop.story = name, story
    shop.save(update_fields=["name", "story"])
    record(
        "shop.changed",
        actor_id=by.user_id,
        object_label=f"shop:{shop.pk}",
        unit_code=shop.producer.commune.code,
        changes=changes,
        **on_behalf_of(by, shop.producer_id),
    )
    emit(ShopChanged(shop.pk))
    return shop


def free_slug(name: str) -> str:
    """An address part nobody has yet: the name, then the name with a number."""
    base = slug_of(name) or "gian-hang"
    taken = set(Shop.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    number = 2
    found = base
    while found in taken:
        found, number = f"{base}-{number}", number + 1
    return found
