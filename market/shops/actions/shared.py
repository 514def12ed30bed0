"""What every change to a shop begins and ends with."""

from __future__ import annotations

from collections.abc import Mapping

from core.audit.actions import record
from core.people.queries import Viewer
from market.shops.models import Shop
from market.shops.rules import can_decide, can_work_in
from onboarding.producers.queries import on_behalf_of


class NotYourProducer(PermissionError):
    """The person may not act for this producer."""


class OnlyTheOwner(NotYourProducer):
    """The person may work in the shop, but this is for its owner to decide."""


def held(shop: Shop, by: Viewer) -> Shop:
    """The shop as it is now, locked until the transaction ends. Raises NotYourProducer."""
    if not can_work_in(by, shop.producer_id):
        raise NotYourProducer
    rows = Shop.objects.select_for_update(of=("self",)).select_related("producer__commune__parent")
    return rows.get(pk=shop.pk)


def held_by_owner(shop: Shop, by: Viewer) -> Shop:
    """The same, for what only the owner decides. Raises NotYourProducer, OnlyTheOwner."""
    found = held(shop, by)
    if not can_decide(by, shop.producer_id):
        raise OnlyTheOwner
    return found


def note(word: str, shop: Shop, by: Viewer, changes: Mapping[str, tuple[str, str]] | None = None) -> None:
    """One entry in the trail, with for whom it was done."""
    record(
        word,
        actor_id=by.user_id,
        object_label=f"shop:{shop.pk}",
        unit_code=shop.producer.commune.code,
        changes=changes,
        **on_behalf_of(by, shop.producer_id),
    )
