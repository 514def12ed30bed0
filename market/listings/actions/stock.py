"""What lies in the store of a listing. Every change is a StockMove; `stock` and `reserved` are their sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Sum

from core.events.registry import emit
from core.kit import clock
from core.people.queries import SYSTEM, Viewer
from market.listings.actions.shared import bump
from market.listings.counting import Booked
from market.listings.events import ListingChanged
from market.listings.models import Listing, StockMove
from market.shops.models import Shop

Kind = StockMove.Kind
_REASON_LIMIT = 160
_NOTHING = Booked(0, 0)


class OutOfStock(Exception):
    """Fewer are left than wanted; `listing` is the one."""

    def __init__(self, listing: Listing) -> None:
        super().__init__(listing.sku)
        self.listing = listing


def move_stock(
    listing: Listing,
    kind: Kind,
    *,
    change: int = 0,
    reserved: int = 0,
    by: Viewer,
    reason: str = "",
    reference: str = "",
) -> StockMove:
    """Change a listing that this transaction holds locked, by units that may be sold (`change`) and units that orders hold
    (`reserved`), and write it down. The caller raises the revision and tells the news. Raises OutOfStock."""
    if listing.stock + change < 0 or listing.reserved + reserved < 0:
        raise OutOfStock(listing)
    listing.stock += change
    listing.reserved += reserved
    listing.save(update_fields=["stock", "reserved"])
    return StockMove.objects.create(
        listing=listing,
        kind=kind,
        change=change,
        reserved_change=reserved,
        stock_after=listing.stock,
        reserved_after=listing.reserved,
        reason=reason,
        reference=reference,
        by_id=by.user_id,
        at=clock.now(),
    )


@transaction.atomic
def take_stock(quantities: Sequence[tuple[Listing, int]], *, reference: str = "", by: Viewer = SYSTEM) -> list[Listing]:
    """Hold goods for an order, in the order of their ids so that two orders cannot wait for each other. Returns them as
    they are, held until the transaction ends.

    Raises OutOfStock; then nothing is taken.
    """
    wanted = {listing.pk: quantity for listing, quantity in quantities}
    held = _held(wanted)
    for listing in held:
        if not listing.is_on_sale or listing.stock < wanted[listing.pk]:
            raise OutOfStock(listing)
        _move(listing, Kind.RESERVED, -wanted[listing.pk], wanted[listing.pk], reference, by)
    return held


@transaction.atomic
def give_stock_back(quantities: Sequence[tuple[int, int]], *, reference: str = "", by: Viewer = SYSTEM) -> None:
    """Return goods of a released order; pairs of listing id and quantity."""
    wanted = dict(quantities)
    for listing in _held(wanted):
        _move(listing, Kind.RELEASED, wanted[listing.pk], -wanted[listing.pk], reference, by)


@transaction.atomic
def sell_stock(quantities: Sequence[tuple[int, int]], *, reference: str = "", by: Viewer = SYSTEM) -> None:
    """Held goods are paid for and gone; pairs of listing id and quantity. Never raises: money that has arrived is not
    turned away because a book does not add up; what is missing in it shows at the next count."""
    wanted = dict(quantities)
    for listing in _held(wanted):
        _move(listing, Kind.SOLD, 0, -min(wanted[listing.pk], listing.reserved), reference, by)


@transaction.atomic
def return_stock(quantities: Sequence[tuple[int, int]], *, reference: str = "", by: Viewer = SYSTEM) -> None:
    """Goods that were sold are back on the shelf; pairs of listing id and quantity."""
    wanted = dict(quantities)
    for listing in _held(wanted):
        _move(listing, Kind.RETURNED, wanted[listing.pk], 0, reference, by)


@transaction.atomic
def book_order_elsewhere(
    wanted: Mapping[int, Booked], *, reference: str, reason: str = "", by: Viewer = SYSTEM
) -> dict[int, int]:
    """Bring what an order on another platform takes to what it says now, by listing id; the book under `reference` tells what it
    took before, so that the same order said again moves nothing, and what it no longer names is given back. What was handed over does not
    come back by itself. Nothing is taken that is not there: returns how many units of which listing are missing."""
    missing: dict[int, int] = {}
    # A seller's program may write any reference; what is booked here is by nobody.
    moves = StockMove.objects.filter(reference=reference, by_id=None).order_by().values("listing")
    before = {
        each["listing"]: Booked(-each["taken"], each["held"])
        for each in moves.annotate(taken=Sum("change"), held=Sum("reserved_change"))
    }
    for listing in _held({**before, **wanted}):
        target, was = wanted.get(listing.pk, _NOTHING), before.get(listing.pk, _NOTHING)
        take = max(0, target.taken - was.taken)
        give = min(max(0, was.taken - target.taken), was.held)
        found = min(take, listing.stock)
        if take > found:
            missing[listing.pk] = take - found
        held = was.held + found - give
        kept = min(target.held, held)
        words: dict[str, Any] = {"by": by, "reason": reason[:_REASON_LIMIT], "reference": reference}
        if found:
            move_stock(listing, Kind.RESERVED, change=-found, reserved=found, **words)
        if give:
            move_stock(listing, Kind.RELEASED, change=give, reserved=-give, **words)
        if held > kept:
            move_stock(listing, Kind.SOLD, reserved=kept - held, **words)
        if found or give:
            bump(listing)
            emit(ListingChanged(listing.pk))
    return missing


def _held(ids: Mapping[int, object]) -> list[Listing]:
    held = list(Listing.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    # Read after the lock: a join would still show the shop as it was before we waited for whoever closed it.
    shops = Shop.objects.in_bulk({listing.shop_id for listing in held})
    for listing in held:
        listing.shop = shops[listing.shop_id]
    return held


def _move(listing: Listing, kind: Kind, change: int, reserved: int, reference: str, by: Viewer) -> None:
    move_stock(listing, kind, change=change, reserved=reserved, by=by, reference=reference)
    if change:
        bump(listing)
        emit(ListingChanged(listing.pk))
