"""What a maker's word changes on listings."""

from __future__ import annotations

from django.db import transaction

from core.events.registry import emit
from market.listings.actions.shared import bump, locked
from market.listings.events import ListingChanged
from market.listings.models import Listing
from market.shops.events import MakerEnded
from onboarding.consent.events import ConsentsRecorded


@transaction.atomic
def on_maker_ended(event: MakerEnded) -> None:
    """The papers of whoever left a shop leave its listings; they are ticked anew if the maker comes back."""
    used = Listing.papers.through.objects.filter(listing__shop=event.shop_id, paper__producer=event.producer_id)
    changed = set(used.values_list("listing_id", flat=True))
    used.delete()
    _changed(changed | set(_made_by(event.producer_id, shop_id=event.shop_id)))


@transaction.atomic
def on_consents_recorded(event: ConsentsRecorded) -> None:
    """Whether a maker is named has changed, here and on platforms."""
    _changed(set(_made_by(event.producer_id)))


def _made_by(producer_id: int, **where: int) -> list[int]:
    return list(Listing.objects.filter(maker=producer_id, **where).values_list("pk", flat=True))


def _changed(listing_ids: set[int]) -> None:
    for pk in sorted(listing_ids):
        bump(locked(Listing(pk=pk)))
        emit(ListingChanged(pk))
