"""What people do in the store: bring goods in, count again, write off what is lost. Orders do theirs in `actions.stock`."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from core.people.models import User
from core.people.queries import Viewer
from market.listings.actions.shared import bump, check_shop, done, locked
from market.listings.actions.stock import move_stock
from market.listings.models import Listing, StockMove

Kind = StockMove.Kind
MOST = 1_000_000


class StockRefused(ValueError):
    """Nothing was changed; the message is a Vietnamese sentence with what to do."""


class Stale(Exception):
    """The listing has another revision than the caller has seen."""


class OtherRequest(Exception):
    """The same idempotency key came before with something else."""


@transaction.atomic
def add_stock(*, listing: Listing, quantity: int, by: Viewer, reason: str = "", reference: str = "") -> Listing:
    """Bring `quantity` units in. The same `reference` twice is once. Raises NotYourShop, StockRefused, OtherRequest."""
    if not 0 < quantity <= MOST:
        raise StockRefused("Ghi số lượng nhập từ 1 trở lên.")
    return _change(listing, Kind.IN, quantity, by, reason, reference)


@transaction.atomic
def lose_stock(*, listing: Listing, quantity: int, reason: str, by: Viewer, reference: str = "") -> Listing:
    """Write `quantity` units off that nobody has ordered; `reason` says what happened to them. The same `reference` twice is
    once. Raises NotYourShop, StockRefused, OtherRequest."""
    if quantity < 1:
        raise StockRefused("Ghi số lượng hư hao từ 1 trở lên.")
    if not reason:
        raise StockRefused("Ghi lý do, ví dụ: dập khi chở, quá hạn, cho dùng thử.")
    return _change(listing, Kind.LOST, -quantity, by, reason, reference)


@transaction.atomic
def count_stock(
    *, listing: Listing, counted: int, seen: int, by: Viewer, reason: str = "", reference: str = ""
) -> Listing:
    """What lies in the store was counted: `counted` units where the books said `seen` (what may be sold and what orders hold
    together). What came or went meanwhile stays counted. The same `reference` twice is once.

    Raises NotYourShop, StockRefused, OtherRequest.
    """
    if not 0 <= counted <= MOST:
        raise StockRefused("Ghi số đếm được, từ 0 trở lên.")
    return _change(listing, Kind.CORRECTED, counted - seen, by, reason, reference)


@transaction.atomic
def set_stock(
    *, listing: Listing, stock: int, by: Viewer, revision: int | None = None, reason: str = "", reference: str = ""
) -> Listing:
    """From another system: `stock` units may be sold now, whatever it was. With a `revision` only if the listing still has
    it; with a `reference` once. Raises NotYourShop, Stale, StockRefused, OtherRequest."""
    if not 0 <= stock <= MOST:
        raise StockRefused("Ghi số lượng từ 0 trở lên.")
    check_shop(listing.shop, by)
    listing, was_done = _once(listing, reference, by)
    if was_done:
        return listing
    if revision is not None and listing.revision != revision:
        raise Stale
    return _moved(listing, Kind.CORRECTED, stock - listing.stock, by, reason, reference)


def _change(listing: Listing, kind: Kind, change: int, by: Viewer, reason: str, reference: str) -> Listing:
    check_shop(listing.shop, by)
    listing, was_done = _once(listing, reference, by)
    if was_done:
        return listing
    return _moved(listing, kind, change, by, reason, reference)


def _moved(listing: Listing, kind: Kind, change: int, by: Viewer, reason: str, reference: str) -> Listing:
    if listing.stock + change < 0:
        raise StockRefused(
            f"Còn bán được {listing.stock}, đơn đang giữ {listing.reserved}. Hãy ghi số không nhỏ hơn phần đơn giữ."
        )
    if listing.stock + change > MOST:
        raise StockRefused("Số lượng này lớn quá. Hãy xem lại.")
    if change == 0 and not reference:
        return listing
    before = listing.stock
    move_stock(listing, kind, change=change, by=by, reason=reason, reference=reference)
    bump(listing)
    done("listing.stock_changed", listing, by, {"số còn": (str(before), str(listing.stock))})
    return listing


def _once(listing: Listing, reference: str, by: Viewer) -> tuple[Listing, bool]:
    """The listing, held, and whether this request was carried out before. A reference is "who:key" or "who:key:what"; the
    same key with another request, also about another listing, raises OtherRequest."""
    if not reference:
        return locked(listing), False
    # Two requests of one key may be about two listings: they meet at the person, who holds no other lock yet.
    list(User.objects.select_for_update(no_key=True).filter(pk=by.user_id or 0).values_list("pk"))
    listing = locked(listing)
    key = ":".join(reference.split(":")[:2])
    ours = StockMove.objects.filter(Q(reference=key) | Q(reference__startswith=f"{key}:"))
    found = ours.order_by("pk").values_list("listing_id", "reference").first()
    if found is not None and found != (listing.pk, reference):
        raise OtherRequest
    return listing, found is not None
