"""A number of stock and the last move that was seen beside it: what is written means the same however often it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum

from market.listings.models import Listing, StockMove


@dataclass(frozen=True)
class MovedSince:
    """By how many units a listing's stock moved since somebody saw it: all moves together, and those of orders alone."""

    units: int = 0
    by_orders: int = 0


@dataclass(frozen=True)
class Booked:
    """Units of one listing that an order elsewhere takes out of the store: all of them, and those of it that still lie there."""

    taken: int
    held: int


def stock_to_be(now: int, wanted: int, since: MovedSince | None) -> int:
    """What a listing has in store after somebody wrote `wanted`, having seen what stood there before `since` (None: it is a
    count of this moment). What orders took or gave back since is taken off or added; a number left as it stood changes
    nothing. Sent any number of times it comes out the same, because it says where to arrive and not how far to go."""
    if since is None:
        return wanted
    return now if wanted == now - since.units else max(0, wanted + since.by_orders)


def with_last_move(queryset: QuerySet[Listing]) -> QuerySet[Listing]:
    """The same listings with `last_move`, the id of the StockMove that made their `stock` what it is (None: none yet), read
    in the same moment: whoever shows the one keeps the other beside it."""
    return queryset.annotate(last_move=_newest_move())


def _newest_move() -> Subquery:
    return Subquery(StockMove.objects.filter(listing=OuterRef("pk")).order_by("-pk").values("pk")[:1])


def stock_and_last_move(listing: Listing) -> tuple[int, int]:
    """A listing's stock now and the id of its last StockMove, 0 for none."""
    rows = Listing.objects.filter(pk=listing.pk).values_list("stock")
    stock, move = rows.annotate(last_move=_newest_move()).get()
    return stock, move or 0


def moved_since(seen: Mapping[int, int]) -> dict[int, MovedSince]:
    """By listing id, how its stock moved after the StockMove of this id (0: from the beginning); one query, none for no
    listing."""
    if not seen:
        return {}
    later = reduce(or_, (Q(listing=key, pk__gt=move) for key, move in seen.items()))
    orders = Q(kind__in=(StockMove.Kind.RESERVED, StockMove.Kind.RELEASED, StockMove.Kind.RETURNED))
    sums = StockMove.objects.filter(later).order_by().values_list("listing_id")
    rows = sums.annotate(units=Sum("change"), by_orders=Sum("change", filter=orders))
    return dict.fromkeys(seen, MovedSince()) | {key: MovedSince(units, ours or 0) for key, units, ours in rows}
