"""Orders come in once each, only ever forwards, without the buyer (22)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.queries import SYSTEM
from market.listings.models import Listing, StockMove
from market.platforms.contract import OrderPage, OrderState, RemoteOrder, RemoteOrderLine
from market.platforms.models import Connection, Flow, PlatformFeed, PlatformOrder, PlatformOrderLine
from market.platforms.orders.actions import feed_of, keep_orders
from market.platforms.orders.jobs import AFTER_TROUBLE, DEEP, EVERY, import_due, import_orders
from market.platforms.orders.rules import goes_back, status_after
from market.platforms.sandbox.process import Double
from tests.people import People

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)


@pytest.fixture
def santhu(double: Double, settings: Any, time_machine: Any) -> Connection:
    settings.SANDBOX_MARKET = {"url": double.url, "key": double.key}
    time_machine.move_to(NOON, tick=False)
    return Connection.objects.select_related("platform").get(adapter="santhu")


def line(sku: str | None, quantity: int = 2, price: int = 50_000) -> dict[str, Any]:
    return {"seller_sku": sku, "name": "Hạt điều", "quantity": quantity, "price_vnd": price}


def at(minutes: int) -> str:
    return (NOON + timedelta(minutes=minutes)).isoformat()


def pull(santhu: Connection) -> None:
    assert import_orders(santhu) == 1
    feed = PlatformFeed.objects.get(connection=santhu)
    assert feed.last_failure == ""


def told() -> list[tuple[str, str, str, list[str]]]:
    orders = PlatformOrder.objects.order_by("remote_id")
    return [(order.remote_id, order.status, order.raw_status, order.reasons) for order in orders]


def test_an_order_is_written_down_whole_and_without_its_buyer(
    santhu: Connection, double: Double, listing: Listing
) -> None:
    moves, stock = StockMove.objects.count(), listing.stock
    buyer = {"name": "Nguyễn Văn Bí Mật", "phone": "0912345678", "address": "12 Lê Lợi"}
    double.order(
        **{"id": "DH-1", "placed_at": at(-9), "updated_at": at(-5), "lines": [line(listing.sku), line("LA", 1, 999)]},
        **{"shipping_vnd": 15_000, "platform_fee_vnd": 4_000, "buyer": buyer},
    )
    pull(santhu)
    order = PlatformOrder.objects.get()
    assert (order.remote_id, order.status, order.placed_at, order.updated_at) == (
        *("DH-1", "placed"),
        *(NOON - timedelta(minutes=9), NOON - timedelta(minutes=5)),
    )
    assert (order.shipping_fee, order.platform_fee, order.needs_review, order.reasons) == (
        15_000,
        4_000,
        True,
        ["goods"],
    )
    lines = order.lines.order_by("position").values_list("sku", "listing_id", "quantity", "price")
    assert list(lines) == [(listing.sku, listing.pk, 2, 50_000), ("LA", None, 1, 999)]
    kept = str([*PlatformOrder.objects.values(), *PlatformOrderLine.objects.values(), *PlatformFeed.objects.values()])
    assert not any(word in kept for word in ("Nguyễn", "Bí Mật", "0912345678", "…78", "Lê Lợi"))
    listing.refresh_from_db()
    assert (StockMove.objects.count(), listing.stock) == (moves, stock), (
        "it was there before anybody asked: whoever counted had seen it"
    )


@pytest.mark.parametrize("sku", [None, "", "LA-KHONG-CO"])
def test_goods_that_are_not_exactly_ours_are_shown_to_a_person(
    santhu: Connection, double: Double, listing: Listing, sku: str | None
) -> None:
    double.order(id="DH-1", lines=[line(sku)], updated_at=at(-5))
    double.order(id="DH-2", lines=[line(listing.sku.lower())], updated_at=at(-4))
    double.order(id="DH-3", lines=[], updated_at=at(-3))
    double.order(id="DH-4", lines=[line(listing.sku)], updated_at=at(-2))
    pull(santhu)
    assert [(number, reasons) for number, _, _, reasons in told()] == [
        *(("DH-1", ["goods"]), ("DH-2", ["goods"]), ("DH-3", ["goods"]), ("DH-4", []))
    ]
    assert list(PlatformOrder.objects.filter(needs_review=False).values_list("remote_id", flat=True)) == ["DH-4"]


def test_reading_again_begins_before_the_last_and_writes_nothing_twice(
    santhu: Connection, double: Double, listing: Listing, django_assert_num_queries: Any
) -> None:
    for number in range(45):
        double.order(id=f"DH-{number:02}", lines=[line(listing.sku)], placed_at=at(-200), updated_at=at(number - 60))
    pull(santhu)
    feed = PlatformFeed.objects.get()
    assert (PlatformOrder.objects.count(), feed.seen_until) == (45, NOON - timedelta(minutes=16))
    before = (
        list(PlatformOrder.objects.order_by("pk").values()),
        list(PlatformOrderLine.objects.order_by("pk").values()),
    )
    # One that the platform shows only now, although it is older than what we have read.
    double.order(id="TRE", lines=[line(listing.sku)], placed_at=at(-200), updated_at=at(-100))
    pull(santhu)
    orders = PlatformOrder.objects.exclude(remote_id="TRE")
    lines = PlatformOrderLine.objects.exclude(order__remote_id="TRE")
    assert (list(orders.order_by("pk").values()), list(lines.order_by("pk").values())) == before
    assert PlatformOrder.objects.get(remote_id="TRE").needs_review is False
    # A page of which everything is known: the feed, and the look at what is known.
    page = OrderPage(tuple(remote(f"MOI-{number}") for number in range(20)))
    keep_orders(connection=santhu, page=page, by=SYSTEM)
    with django_assert_num_queries(4):  # and the two of a savepoint
        keep_orders(connection=santhu, page=page, by=SYSTEM)


def remote(order_id: str, **changes: Any) -> RemoteOrder:
    values: dict[str, Any] = {
        **{"order_id": order_id, "placed_at": NOON, "updated_at": NOON - timedelta(hours=1), "raw_status": "new"},
        **{"state": OrderState.PLACED, "lines": (RemoteOrderLine("LA", 1, 1),)},
    }
    return RemoteOrder(**values | changes)


def test_once_a_day_it_is_read_from_much_further_back(santhu: Connection, double: Double, time_machine: Any) -> None:
    double.order(id="MOI", updated_at=at(-1))
    pull(santhu)
    double.order(id="RAT-TRE", updated_at=(NOON - DEEP + timedelta(days=1, hours=1)).isoformat())
    time_machine.move_to(NOON + timedelta(minutes=10), tick=False)
    pull(santhu)
    assert {row[0] for row in told()} == {"MOI"}
    time_machine.move_to(NOON + timedelta(days=1), tick=False)
    pull(santhu)
    assert {row[0] for row in told()} == {"MOI", "RAT-TRE"}


def test_a_status_moves_forwards_and_one_that_goes_back_is_noted_once(
    santhu: Connection, double: Double, listing: Listing
) -> None:
    double.order(id="DH-1", status="new", lines=[line(listing.sku)], updated_at=at(-50))
    pull(santhu)
    double.order(id="DH-1", status="shipped", updated_at=at(-40))
    pull(santhu)
    assert told() == [("DH-1", "shipped", "shipped", [])]
    double.order(id="DH-1", status="confirmed", updated_at=at(-30))
    for _ in range(3):
        pull(santhu)
    assert told() == [("DH-1", "shipped", "shipped", ["went_back"])]
    entries = AuditEntry.objects.filter(action="platform_order.went_back")
    assert [entry.object_label for entry in entries] == [f"platform_order:{PlatformOrder.objects.get().pk}"]
    double.order(id="DH-1", status="delivered", updated_at=at(-20))
    pull(santhu)
    assert told() == [("DH-1", "delivered", "delivered", [])] and not PlatformOrder.objects.get().needs_review


def test_an_older_state_that_comes_later_changes_nothing(santhu: Connection, double: Double, listing: Listing) -> None:
    double.order(id="DH-1", status="delivered", lines=[line(listing.sku)], updated_at=at(-20))
    pull(santhu)
    before = list(PlatformOrder.objects.values())
    double.order(id="DH-1", status="returned", updated_at=at(-30))
    pull(santhu)
    assert list(PlatformOrder.objects.values()) == before and not AuditEntry.objects.filter(
        action__contains="went_back"
    )


def test_a_status_that_nobody_documented_is_kept_raw_and_loses_nothing(
    santhu: Connection, double: Double, listing: Listing
) -> None:
    double.order(id="DH-1", status="shipped", lines=[line(listing.sku)], updated_at=at(-50))
    double.order(id="DH-2", status="<b>đang bay</b>", lines=[line(listing.sku)], updated_at=at(-50))
    pull(santhu)
    double.order(id="DH-1", status="đang bay", updated_at=at(-40))
    pull(santhu)
    assert told() == [
        ("DH-1", "shipped", "đang bay", ["status"]),
        ("DH-2", "unknown", "<b>đang bay</b>", ["status"]),
    ]
    double.order(id="DH-2", status="confirmed", updated_at=at(-30))
    pull(santhu)
    assert told()[1] == ("DH-2", "confirmed", "confirmed", [])


def test_a_cancellation_after_shipping_is_shown_to_a_person(
    santhu: Connection, double: Double, listing: Listing
) -> None:
    for number, before in enumerate(("new", "shipped", "delivered")):
        double.order(id=f"DH-{number}", status=before, lines=[line(listing.sku)], updated_at=at(-50))
    pull(santhu)
    for minutes in (-40, -30):  # told once more with another time: still to be looked at
        for number in range(3):
            double.order(id=f"DH-{number}", status="cancelled", updated_at=at(minutes))
        pull(santhu)
        assert [(status, reasons) for _, status, _, reasons in told()] == [
            *(("cancelled", []), ("cancelled", ["cancelled_late"]), ("cancelled", ["cancelled_late"]))
        ]


def test_a_page_that_comes_again_and_a_cursor_that_ran_out_lose_nothing(santhu: Connection, double: Double) -> None:
    for number in range(65):
        double.order(id=f"DH-{number:02}", updated_at=at(number - 80))
    orders = {"method": "GET", "path": "/api/orders"}
    bad_cursor = {"error": {"code": "bad_cursor", "message": "", "fields": {}}}
    double.plan({**orders, "kind": "page_repeated", "calls": [3]})
    pull(santhu)
    assert PlatformOrder.objects.count() == 65
    PlatformOrder.objects.all().delete()
    double.plan({**orders, "kind": "answer", "status": 422, "body": bad_cursor, "calls": [3]})
    pull(santhu)
    assert PlatformOrder.objects.count() == 65
    double.plan({**orders, "kind": "answer", "status": 422, "body": bad_cursor, "calls": [2, 4]})
    import_orders(santhu)
    assert PlatformFeed.objects.get().last_failure == "Conflict", "once is enough; then it is tried again later"
    double.plan({**orders, "kind": "page_repeated"})
    import_orders(santhu)
    assert PlatformFeed.objects.get().last_failure == "ContractBroken", "pages without an end"


def test_one_broken_order_stops_no_other_and_is_counted(santhu: Connection, double: Double) -> None:
    double.order(id="HONG", lines=[line("A", 0)], updated_at=at(-9))
    double.order(id="LANH", lines=[line("A")], updated_at=at(-8))
    pull(santhu)
    assert [row[0] for row in told()] == ["LANH"] and PlatformFeed.objects.get().unreadable == 1


def test_a_platform_whose_clock_is_ahead_makes_us_skip_nothing(santhu: Connection, double: Double) -> None:
    double.order(id="MAI", updated_at=at(60 * 24 * 365))
    pull(santhu)
    assert PlatformFeed.objects.get().seen_until == NOON


def test_due_every_five_minutes_and_a_minute_after_trouble(
    santhu: Connection, double: Double, time_machine: Any
) -> None:
    def asked() -> int:
        return sum(call["path"] == "/api/orders" for call in double.calls())

    assert import_due() == 1 and asked() == 1, "the first time at once"
    feed = PlatformFeed.objects.get(connection=santhu)
    assert feed.due_at == NOON + EVERY and feed.pulled_at == NOON
    assert PlatformFeed.objects.count() == 1, "sheets have no orders to read"
    assert import_due() == 0
    double.plan({"path": "/api/orders", "kind": "server_error", "calls": [1]})
    time_machine.move_to(NOON + EVERY, tick=False)
    assert import_due() == 1 and asked() == 2
    feed.refresh_from_db()
    assert (feed.last_failure, feed.due_at) == ("Retryable", NOON + EVERY + AFTER_TROUBLE)
    time_machine.move_to(feed.due_at, tick=False)
    assert import_due() == 1
    feed.refresh_from_db()
    assert (feed.last_failure, feed.pulled_at) == ("", clock.now())


def test_a_pause_is_kept_and_a_closed_or_paused_connection_is_not_asked(
    santhu: Connection, double: Double, time_machine: Any
) -> None:
    double.plan({"path": "/api/orders", "kind": "rate_limited", "retry_after": "600", "calls": [1]})
    import_due()
    assert PlatformFeed.objects.get().due_at == NOON + timedelta(minutes=10)
    assert Flow.objects.get(connection=santhu).paused_until == NOON + timedelta(minutes=10)
    PlatformFeed.objects.update(due_at=NOON)
    assert import_due() == 0, "the pause holds for all calls"
    Flow.objects.update(paused_until=None)
    Connection.objects.filter(pk=santhu.pk).update(is_enabled=False)
    assert import_due() == 0
    Connection.objects.filter(pk=santhu.pk).update(is_enabled=True, stopped="key")
    assert import_due() == 0 and PlatformFeed.objects.get().due_at == NOON
    Connection.objects.filter(pk=santhu.pk).update(stopped="")
    assert import_due() == 1


def test_only_the_system_writes_orders(santhu: Connection, people: People) -> None:
    feed_of(santhu)
    with pytest.raises(PermissionError):
        keep_orders(connection=santhu, page=OrderPage((remote("X"),)), by=people.viewer("buu"))
    assert not PlatformOrder.objects.exists()


@pytest.mark.parametrize("held", list(OrderState))
@pytest.mark.parametrize("new", list(OrderState))
def test_no_way_leads_back(held: OrderState, new: OrderState) -> None:
    after = status_after(held, new)
    assert not goes_back(held, after) or after is held
    assert after is (held if goes_back(held, new) or new is OrderState.UNKNOWN else new)
