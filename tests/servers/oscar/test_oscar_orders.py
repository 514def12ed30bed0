"""Orders that buyers place in a real shop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.kit import clock
from market.platforms.contract import OrderState, RemoteIds, RemoteOrder, RemoteOrderLine
from market.platforms.models import Connection, PlatformFeed, PlatformOrder
from market.platforms.orders.actions import feed_of
from market.platforms.orders.jobs import import_orders
from tests.market.platforms.engine_tools import Engine
from tests.market.platforms.samples import document
from tests.people import People, make_listing, make_shop
from tests.servers.oscar.world import OscarWorld

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PLACED = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)


def pulled(world: OscarWorld, since: datetime = LONG_AGO) -> list[RemoteOrder]:
    found, cursor = [], ""
    while True:
        page = world.adapter.pull_orders(world.connection, since, cursor)
        found += page.items
        cursor = page.next_cursor
        if not cursor:
            return found


def placed(world: OscarWorld, number: str, at: datetime, **more: object) -> None:
    lines = [{"sku": "NM-001", "quantity": 1, "price": 85_000}]
    world.stage.order(**{"number": number, "placed_at": at.isoformat(), "lines": lines, **more})


def test_what_a_buyer_orders_comes_in_our_words_and_is_no_longer_for_sale(world: OscarWorld) -> None:
    one, two = (
        world.push(document(photos=(), stock=10)).remote,
        world.push(document("HD-2", photos=(), price=7_000)).remote,
    )
    assert one is not None and two is not None
    number = world.stage.buy((one.product_id, 2), (two.product_id, 1))
    (order,) = pulled(world)
    assert (order.order_id, order.state, order.raw_status, order.buyer) == (number, OrderState.PLACED, "new", "N… …78")
    assert sorted(order.lines, key=lambda line: line.sku) == [
        RemoteOrderLine("HD-2", 1, 7_000, document().title),
        RemoteOrderLine("NM-001", 2, 85_000, document().title),
    ]
    assert abs(order.placed_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert world.adapter.fetch(world.connection, one).stock == 8
    # Eight are left with us as well: telling so again takes nothing away twice.
    world.adapter.put_offers(world.connection, [document(stock=8).offer(one)], "op")
    assert world.adapter.fetch(world.connection, one).stock == 8


def test_orders_come_oldest_first_in_parts_from_a_moment_on(world: OscarWorld) -> None:
    world.push(document(photos=(), stock=1_000))
    moments = [PLACED + timedelta(minutes=number) for number in range(45)]
    for number, at in enumerate(reversed(moments)):
        placed(world, f"DH-{number}", at)
    assert [order.placed_at for order in pulled(world)] == moments
    assert [order.placed_at for order in pulled(world, moments[40])] == moments[40:]
    first = world.adapter.pull_orders(world.connection, LONG_AGO)
    assert first.next_cursor and len(first.items) == 20
    placed(world, "DH-moi", moments[-1] + timedelta(minutes=1))
    rest, cursor = list(first.items), first.next_cursor
    while cursor:
        page = world.adapter.pull_orders(world.connection, LONG_AGO, cursor)
        rest, cursor = rest + list(page.items), page.next_cursor
    assert len({order.order_id for order in rest}) == len(rest) == 46, "none twice, none lost, the new one as well"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("Pending", OrderState.PLACED),
        ("Being processed", OrderState.CONFIRMED),
        ("Complete", OrderState.DELIVERED),
        ("Cancelled", OrderState.CANCELLED),
        ("đang bay", OrderState.UNKNOWN),
    ],
)
def test_a_status_is_known_or_kept_as_it_is(world: OscarWorld, status: str, state: OrderState) -> None:
    world.push(document(photos=()))
    placed(world, "DH-1", PLACED)
    placed(world, "DH-1", PLACED, status=status)
    (order,) = pulled(world)
    assert (order.state, order.raw_status) == (state, status)


def test_goods_that_are_gone_have_no_sku_and_stop_no_order(world: OscarWorld) -> None:
    remote = world.push(document(photos=())).remote
    assert remote is not None
    placed(world, "DH-1", PLACED)
    world.adapter.withdraw(world.connection, remote, "op")
    (order,) = pulled(world)
    assert order.lines == (RemoteOrderLine("", 1, 85_000, ""),)


@pytest.mark.django_db
def test_what_the_shop_sells_leaves_our_store_and_is_not_taken_from_the_shop_twice(
    world: OscarWorld, people: People, settings: Any
) -> None:
    world.connect(settings)
    engine = Engine(make_listing(make_shop(people), stock=10), world.server, world.adapter.key)
    engine.push()
    connection = Connection.objects.select_related("platform").get(adapter=world.adapter.key)
    feed_of(connection)
    PlatformFeed.objects.update(counts_from=clock.now() - timedelta(minutes=1))
    number = world.stage.buy((engine.row.remote_id, 3))

    def read() -> tuple[int, int]:
        """Read orders, bring prices and stock over; what may be sold with us, and there."""
        assert import_orders(connection) == 1
        engine.push()
        engine.listing.refresh_from_db()
        return engine.listing.stock, world.adapter.fetch(world.connection, RemoteIds(engine.row.remote_id)).stock

    writes = len(engine.writes())
    assert (read(), read()) == ((7, 7), (7, 7))
    assert engine.writes()[writes:] == [], "the shop had counted it already"
    world.stage.order(number=number, status="Complete")
    assert read() == (7, 7), "days later, though the shop does not say when"
    order = PlatformOrder.objects.get()
    assert (order.remote_id, order.status, order.reasons) == (number, "delivered", [])
    second = world.stage.buy((engine.row.remote_id, 2))
    assert read() == (5, 5)
    world.stage.shop.control("stock", {"sku": engine.listing.sku, "num_in_stock": 10, "num_allocated": 3})
    world.stage.order(number=second, status="Cancelled")
    assert read() == (7, 7)


@pytest.mark.django_db
def test_what_was_sold_stays_sold_when_its_goods_are_taken_down_there(
    world: OscarWorld, people: People, settings: Any
) -> None:
    world.connect(settings)
    engine = Engine(make_listing(make_shop(people), stock=10), world.server, world.adapter.key)
    engine.push()
    connection = Connection.objects.select_related("platform").get(adapter=world.adapter.key)
    feed_of(connection)
    PlatformFeed.objects.update(counts_from=clock.now() - timedelta(minutes=1))
    world.stage.buy((engine.row.remote_id, 3))
    assert import_orders(connection) == 1
    world.adapter.withdraw(world.connection, RemoteIds(engine.row.remote_id), "op")
    assert import_orders(connection) == 1
    engine.listing.refresh_from_db()
    (line,) = PlatformOrder.objects.get().lines.all()
    assert (engine.listing.stock, line.sku, line.listing_id) == (7, engine.listing.sku, engine.listing.pk)


@pytest.mark.django_db
def test_an_order_that_is_still_to_be_sent_is_read_however_long_ago_it_was_placed(
    world: OscarWorld, people: People, settings: Any, time_machine: Any
) -> None:
    world.connect(settings)
    listing = make_listing(make_shop(people), stock=10)
    connection = Connection.objects.select_related("platform").get(adapter=world.adapter.key)
    feed_of(connection)
    for number, days in (("DH-1", 20), ("DH-2", 0)):
        at = (clock.now() - timedelta(days=days)).isoformat()
        world.stage.order(
            number=number, placed_at=at, lines=[{"sku": listing.sku, "quantity": 1, "price": 85_000}], status="Pending"
        )
    assert import_orders(connection) == 1
    assert dict(PlatformOrder.objects.values_list("remote_id", "status")) == {"DH-1": "placed", "DH-2": "placed"}
    world.stage.order(number="DH-1", status="Cancelled")
    PlatformFeed.objects.update(deep_on=clock.today() - timedelta(days=1))
    assert import_orders(connection) == 1
    assert PlatformOrder.objects.get(remote_id="DH-1").status == "cancelled"
