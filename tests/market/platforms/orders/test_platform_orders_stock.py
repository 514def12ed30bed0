"""What a platform sells leaves the store once, comes back when it was not sent, and is told to all other platforms (22)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.kit import clock
from core.people.queries import SYSTEM
from market.listings.actions import move_stock
from market.listings.models import Listing, StockMove
from market.platforms.contract import OrderPage, OrderState, RemoteOrder, RemoteOrderLine
from market.platforms.models import Connection, PlatformFeed, PlatformListing, PlatformOrder
from market.platforms.orders.actions import Kept, feed_of, keep_orders
from market.platforms.sandbox.process import Double
from tests.market.platforms.engine_tools import Engine
from tests.people import People, make_listing

pytestmark = pytest.mark.django_db
WORDS = {
    OrderState.PLACED: "new",
    OrderState.CONFIRMED: "confirmed",
    OrderState.SHIPPED: "shipped",
    OrderState.DELIVERED: "delivered",
    OrderState.CANCELLED: "cancelled",
    OrderState.RETURNED: "returned",
    OrderState.UNKNOWN: "đang bay",
}


@pytest.fixture
def voso() -> Connection:
    connection = Connection.objects.select_related("platform").get(adapter="voso")
    feed_of(connection)
    PlatformFeed.objects.update(counts_from=clock.now() - timedelta(minutes=1))
    return connection


@pytest.fixture
def other(listing: Listing) -> Listing:
    return make_listing(listing.shop, name="Hạt điều muối")


def order(
    *lines: tuple[str, int],
    state: OrderState = OrderState.PLACED,
    number: str = "DH-1",
    placed_at: datetime | None = None,
) -> RemoteOrder:
    at = placed_at or PlatformFeed.objects.get().counts_from + timedelta(seconds=30)
    goods = tuple(RemoteOrderLine(sku, quantity, 50_000) for sku, quantity in lines)
    return RemoteOrder(number, at, at, WORDS[state], state, goods)


def tell(voso: Connection, *orders: RemoteOrder) -> Kept:
    return keep_orders(connection=voso, page=OrderPage(tuple(orders)), by=SYSTEM)


def book(listing: Listing) -> tuple[int, int]:
    """(for sale, held for orders), after a look that the moves add up to it."""
    listing.refresh_from_db()
    moves = StockMove.objects.filter(listing=listing).values_list("change", "reserved_change")
    assert (sum(change for change, _ in moves), sum(held for _, held in moves)) == (listing.stock, listing.reserved)
    return listing.stock, listing.reserved


def moved(listing: Listing) -> list[tuple[str, int, int]]:
    moves = StockMove.objects.filter(listing=listing, reference__startswith="platform_order:").order_by("pk")
    return list(moves.values_list("kind", "change", "reserved_change"))


def test_an_order_takes_its_goods_once_and_they_are_gone_when_it_is_sent(voso: Connection, listing: Listing) -> None:
    for state in (OrderState.PLACED, OrderState.PLACED, OrderState.CONFIRMED):
        tell(voso, order((listing.sku, 2), state=state))
        assert book(listing) == (8, 2)
    for state in (OrderState.SHIPPED, OrderState.DELIVERED, OrderState.SHIPPED):
        tell(voso, order((listing.sku, 2), state=state))
        assert book(listing) == (8, 0)
    assert moved(listing) == [("reserved", -2, 2), ("sold", 0, -2)]
    reasons = set(StockMove.objects.filter(reference__startswith="platform_order:").values_list("reason", flat=True))
    assert reasons == {f"Đơn DH-1 trên {voso.platform.name}"}


def test_an_order_that_is_first_seen_on_its_way_has_taken_its_goods_as_well(voso: Connection, listing: Listing) -> None:
    tell(voso, order((listing.sku, 3), state=OrderState.DELIVERED))
    assert (book(listing), moved(listing)) == ((7, 0), [("reserved", -3, 3), ("sold", 0, -3)])


def test_what_is_cancelled_before_it_was_sent_is_for_sale_again_and_later_it_is_not(
    voso: Connection, listing: Listing
) -> None:
    tell(voso, order((listing.sku, 2)), order((listing.sku, 1), number="DH-2"))
    for _ in range(2):
        tell(voso, order((listing.sku, 2), state=OrderState.CANCELLED))
        assert book(listing) == (9, 1)
    for state in (OrderState.SHIPPED, OrderState.CANCELLED, OrderState.RETURNED):
        tell(voso, order((listing.sku, 1), number="DH-2", state=state))
        assert book(listing) == (9, 0), "nobody knows how it comes back"
    assert "cancelled_late" not in PlatformOrder.objects.get(remote_id="DH-1").reasons


def test_an_order_that_was_never_more_than_cancelled_takes_nothing(voso: Connection, listing: Listing) -> None:
    tell(voso, order((listing.sku, 2), state=OrderState.CANCELLED))
    assert (book(listing), moved(listing)) == ((10, 0), [])


def test_a_word_that_nobody_knows_moves_nothing_until_one_is_known(voso: Connection, listing: Listing) -> None:
    tell(voso, order((listing.sku, 2), state=OrderState.UNKNOWN))
    assert book(listing) == (10, 0)
    tell(voso, order((listing.sku, 2), state=OrderState.CONFIRMED))
    assert book(listing) == (8, 2)
    tell(voso, order((listing.sku, 2), state=OrderState.UNKNOWN))
    assert book(listing) == (8, 2)


def test_what_the_platform_changes_in_an_order_changes_what_it_takes(
    voso: Connection, listing: Listing, other: Listing
) -> None:
    tell(voso, order((listing.sku, 2), (other.sku, 1), (listing.sku, 1)))
    assert (book(listing), book(other)) == ((7, 3), (9, 1))
    tell(voso, order((listing.sku, 1)))
    assert (book(listing), book(other)) == ((9, 1), (10, 0))
    tell(voso, order((listing.sku, 4), ("LA", 7)))
    assert (book(listing), book(other)) == ((6, 4), (10, 0))


def test_more_than_there_is_takes_what_there_is_and_is_shown_to_a_person(voso: Connection, listing: Listing) -> None:
    tell(voso, order((listing.sku, 12)))
    found = PlatformOrder.objects.get()
    assert (book(listing), found.needs_review, found.reasons) == ((0, 10), True, ["short"])
    PlatformOrder.objects.update(needs_review=False)
    tell(voso, order((listing.sku, 12), state=OrderState.CONFIRMED))
    found.refresh_from_db()
    assert (book(listing), found.needs_review, found.reasons) == ((0, 10), False, ["short"]), "seen is seen"
    tell(voso, order((listing.sku, 12), state=OrderState.CANCELLED))
    found.refresh_from_db()
    assert (book(listing), found.reasons) == ((10, 0), []), "what was not taken is not put back"


def test_orders_from_before_we_were_asked_leave_the_stock_alone(voso: Connection, listing: Listing) -> None:
    before = PlatformFeed.objects.get().counts_from - timedelta(seconds=1)
    for state in (OrderState.PLACED, OrderState.CANCELLED):
        tell(voso, order((listing.sku, 2), placed_at=before, state=state))
        assert (book(listing), moved(listing)) == ((10, 0), [])


def test_a_sellers_own_words_are_not_taken_for_what_an_order_took(
    voso: Connection, listing: Listing, people: People
) -> None:
    tell(voso, order((listing.sku, 2)))
    reference = StockMove.objects.get(listing=listing, kind="reserved").reference
    listing.refresh_from_db()
    move_stock(listing, StockMove.Kind.IN, change=3, by=people.viewer("an"), reference=reference)
    tell(voso, order((listing.sku, 2), state=OrderState.SHIPPED))
    assert book(listing) == (11, 0)


def test_what_is_sold_on_one_platform_is_told_to_the_others(
    voso: Connection, listing: Listing, double: Double, settings: Any
) -> None:
    settings.SANDBOX_MARKET = {"url": double.url, "key": double.key}
    engine = Engine(listing, double)
    engine.go_live()
    writes = len(engine.writes())
    tell(voso, order((listing.sku, 4)))
    assert engine.row.offer_work == "queued"
    engine.push()
    assert engine.remote()["quantity"] == 6
    assert [call.split()[0] for call in engine.writes()[writes:]] == ["PATCH"], "a price lane's matter, no new review"
    tell(voso, order((listing.sku, 10), number="DH-2"))
    assert engine.row.priority == PlatformListing.Priority.OFF_SALE, "what is gone overtakes all other news"
    engine.push()
    assert engine.remote()["quantity"] == 0
    tell(voso, order((listing.sku, 4), state=OrderState.CANCELLED))
    engine.push()
    assert engine.remote()["quantity"] == 4


def test_a_page_of_many_orders_books_each_of_them(voso: Connection, listing: Listing) -> None:
    numbers: Sequence[str] = [f"DH-{number}" for number in range(8)]
    tell(voso, *(order((listing.sku, 1), number=number) for number in numbers))
    assert book(listing) == (2, 8)
    tell(voso, *(order((listing.sku, 1), number=number, state=OrderState.SHIPPED) for number in numbers))
    assert book(listing) == (2, 0)
