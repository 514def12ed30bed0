"""Keeping the entries right: what happens is noted in the transaction it happens in, and followed a moment later by one writer."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction

from core.kit import clock
from core.kit.bulk import insert_many, update_many
from market.feeds import queries
from market.feeds.facts import as_json, digest_of, facts_of, holds_until
from market.feeds.models import FeedClock, FeedEntry, FeedNote
from market.listings.events import ListingChanged
from market.listings.models import Listing
from market.shops.events import ShopChanged
from market.shops.models import Shop
from onboarding.consent.events import ConsentsRecorded
from onboarding.producers.events import ProducersChanged

log = logging.getLogger(__name__)
About = FeedNote.About
CHUNK = 200  # listings in one transaction: so long the next writer waits
NOTES_AT_ONCE = 1000
_TOLD = ("shop_id", "sku", "facts", "digest", "revision", "holds_until", "is_gone", "version", "changed_at")
Place = tuple[int, str]  # listing and code of the province


def on_listing_changed(event: ListingChanged) -> None:
    """Handler: see `on_listings_changed`."""
    on_listings_changed([event])


def on_listings_changed(events: Collection[ListingChanged]) -> None:
    """Handler of several at once. Nothing is read and no row is shared with anybody: an order must not wait for a feed."""
    _note(About.LISTING, (event.listing_id for event in events))


def on_shop_changed(event: ShopChanged) -> None:
    """Handler: its name stands with all its goods, and its state hides them."""
    _note(About.SHOP, [event.shop_id])


def on_consents_recorded(event: ConsentsRecorded) -> None:
    """Handler: a producer may be sent to platforms from now on, or no longer."""
    _note(About.PRODUCER, [event.producer_id])


def on_producers_changed(event: ProducersChanged) -> None:
    """Handler: a producer is called or placed otherwise; those without a shop, as in a list of thousands, leave no note."""
    _note(About.SHOP, Shop.objects.filter(producer__in=event.producer_ids).values_list("pk", flat=True))


def _note(about: str, ids: Iterable[int]) -> None:
    insert_many([FeedNote(about=about, object_id=pk) for pk in dict.fromkeys(ids)])


def follow_notes() -> int:
    """Bring the entries up to date with everything that was noted; returns how many changed. Killed at any line, it is done
    again: notes go last, and those that come meanwhile stay."""
    changed = 0
    while notes := queries.oldest_notes(NOTES_AT_ONCE):
        changed += _follow(queries.listings_noted(notes))
        FeedNote.objects.filter(pk__in=[note.pk for note in notes]).delete()
    return changed


def sweep() -> int:
    """Put right what no event told: badges, promotions and laws that begin or end with the day, and whatever was missed. Returns
    how many entries changed."""
    return _follow(queries.with_other_sizes(queries.entries_out_of_step(clock.today())))


def check_everything() -> int:
    """Compare every entry with what it should say, word for word, and put it right; returns how many were not."""
    return _follow(queries.every_listing_told_or_to_tell())


def _follow(listing_ids: list[int]) -> int:
    """In short transactions; a listing that cannot be told is passed over, and looked at again by the next sweep."""
    changed = 0
    for start in range(0, len(listing_ids), CHUNK):
        part = listing_ids[start : start + CHUNK]
        try:
            changed += bring_up_to_date(part)
        except Exception:
            log.exception("feeds: one of %s listings cannot be told, all are tried one by one", len(part))
            changed += sum(_alone(pk) for pk in part)
    return changed


def _alone(listing_id: int) -> int:
    try:
        return bring_up_to_date([listing_id])
    except Exception:
        log.exception("feeds: listing %s cannot be told", listing_id)
        return 0


@transaction.atomic
def bring_up_to_date(listing_ids: Collection[int]) -> int:
    """Let the entries of these listings say what is so now; returns how many changed.

    The clock's row is held from before the listings are read until the end: entries are written by one after the other, so that
    a moment that is seen later is a later moment, also when this machine's clock was set back. Whoever has read everything up
    to a moment misses nothing by asking for what came after it.
    """
    held, _ = FeedClock.objects.select_for_update().get_or_create(
        pk=1, defaults={"last": datetime(2000, 1, 1, tzinfo=UTC)}
    )
    day = clock.today()  # before anything is read: midnight may pass while the listings are
    goods = {(each.pk, _province(each)): each for each in queries.goods_to_tell(listing_ids)}
    known: dict[Place, FeedEntry] = {
        (entry.listing_id, entry.province_code): entry
        for entry in FeedEntry.objects.filter(listing_id__in=listing_ids).order_by("pk")
    }
    at = max(clock.now(), held.last + timedelta(microseconds=1))
    new: list[FeedEntry] = []
    turned: list[FeedEntry] = []
    seen: list[FeedEntry] = []
    for place, listing in sorted(goods.items(), key=lambda each: each[0]):
        entry = known.get(place)
        values = _values(listing, day)
        if entry is None:
            new.append(FeedEntry(listing_id=place[0], province_code=place[1], version=1, changed_at=at, **values))
        elif entry.digest != values["digest"]:
            turned.append(_turn(entry, at, values))
        elif (entry.revision, entry.holds_until) != (values["revision"], values["holds_until"]):
            entry.revision, entry.holds_until = values["revision"], values["holds_until"]
            seen.append(entry)
    gone: dict[str, Any] = {"facts": {}, "digest": "", "holds_until": None, "is_gone": True}
    turned += [_turn(entry, at, gone) for place, entry in known.items() if place not in goods and not entry.is_gone]
    insert_many(new)
    update_many(turned, _TOLD)
    update_many(seen, ("revision", "holds_until"))
    if new or turned:
        held.last = at
        held.save(update_fields=["last"])
    return len(new) + len(turned)


def _values(listing: Listing, day: date) -> dict[str, Any]:
    facts = as_json(facts_of(listing))
    return {
        "shop_id": listing.shop_id,
        "sku": listing.sku,
        "facts": facts,
        "digest": digest_of(facts),
        "revision": listing.revision,
        "holds_until": holds_until(listing, day),
        "is_gone": False,
    }


def _turn(entry: FeedEntry, at: datetime, values: dict[str, Any]) -> FeedEntry:
    for name, value in values.items():
        setattr(entry, name, value)
    entry.version += 1
    entry.changed_at = at
    return entry


def _province(listing: Listing) -> str:
    parent = listing.shop.producer.commune.parent
    assert parent is not None, "goods_in_feeds leaves out communes without a province"
    return parent.code
