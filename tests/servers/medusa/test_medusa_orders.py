"""Orders that are taken in a real shop."""

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
from tests.servers.medusa.world import MedusaWorld

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def pulled(world: MedusaWorld, since: datetime = LONG_AGO) -> list[RemoteOrder]:
    found, cursor = [], ""
    while True:
        page = world.adapter.pull_orders(world.connection, since, cursor)
        found += page.items
        cursor = page.next_cursor
        if not cursor:
            return found


def for_sale(world: MedusaWorld, sku: str = "NM-001", stock: int = 10, price: int = 85_000) -> RemoteIds:
    remote = world.push(document(sku, photos=(), stock=stock, price=price)).remote
    assert remote is not None
    world.stage.approve(remote.product_id)
    return remote


def test_what_a_buyer_orders_comes_in_our_words_and_is_no_longer_for_sale(world: MedusaWorld) -> None:
    one, two = for_sale(world), for_sale(world, "HD-2", price=7_000)
    number = world.stage.buy((one.product_id, 2), (two.product_id, 1))
    (order,) = pulled(world)
    assert (order.order_id, order.state, order.raw_status) == (number, OrderState.PLACED, "pending/not_fulfilled")
    assert (order.buyer, order.shipping_fee) == ("N… …78", 15_000)
    assert sorted(order.lines, key=lambda line: line.sku) == [
        RemoteOrderLine("HD-2", 1, 7_000, document().title),
        RemoteOrderLine("NM-001", 2, 85_000, document().title),
    ]
    assert abs(order.placed_at - datetime.now(UTC)) < timedelta(minutes=1) and order.updated_at >= order.placed_at
    assert world.adapter.fetch(world.connection, one).stock == 8
    # Eight are left with us as well: telling so again takes nothing away twice, and writes nothing.
    writes = world.writes()
    world.adapter.put_offers(world.connection, [document(stock=8).offer(one)], "op")
    assert world.adapter.fetch(world.connection, one).stock == 8 and world.writes() == writes


def test_an_order_moves_on_and_says_each_time_that_it_changed(world: MedusaWorld) -> None:
    remote, seen = for_sale(world), []

    def look() -> None:
        (order,) = pulled(world, seen[-1][1] if seen else LONG_AGO)
        seen.append((order.state, order.updated_at, order.raw_status))

    number = world.stage.buy((remote.product_id, 3))
    look()
    parcel = world.stage.pack(number)
    look()
    world.stage.send(number, parcel)
    look()
    world.stage.deliver(number, parcel)
    look()
    world.stage.end(number, "complete")
    look()
    assert [(state, raw) for state, _, raw in seen] == [
        (OrderState.PLACED, "pending/not_fulfilled"),
        (OrderState.CONFIRMED, "pending/fulfilled"),
        (OrderState.SHIPPED, "pending/shipped"),
        (OrderState.DELIVERED, "pending/delivered"),
        (OrderState.DELIVERED, "completed/delivered"),
    ]
    moments = [moment for _, moment, _ in seen]
    assert moments == sorted(set(moments)), "each change is later than the one before"
    assert world.adapter.fetch(world.connection, remote).stock == 7, "what was sent has left the store as well"
    assert pulled(world, moments[-1] + timedelta(seconds=1)) == []


def test_a_called_off_order_is_cancelled_and_its_goods_are_for_sale_again(world: MedusaWorld) -> None:
    remote = for_sale(world)
    number = world.stage.buy((remote.product_id, 4))
    assert world.adapter.fetch(world.connection, remote).stock == 6
    world.stage.end(number, "cancel")
    (order,) = pulled(world)
    assert (order.state, order.raw_status) == (OrderState.CANCELLED, "canceled/not_fulfilled")
    assert world.adapter.fetch(world.connection, remote).stock == 10


def test_orders_come_by_their_changes_in_parts_from_a_moment_on(world: MedusaWorld) -> None:
    remote = for_sale(world, stock=1_000)
    numbers = [world.stage.buy((remote.product_id, 1)) for _ in range(4)]
    at = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)
    # Forty copies of the last one, which bear one and the same moment by fives: as an import of orders leaves them.
    copies = [f"order_{number:026}" for number in range(40)]
    for number, name in enumerate(copies):
        world.stage.copy(numbers[-1], name, at + timedelta(minutes=number // 5))
    found = pulled(world)
    assert [order.order_id for order in found][-4:] == numbers
    assert sorted(order.order_id for order in found) == sorted([*copies, *numbers]), "none twice, none lost"
    assert [order.updated_at for order in found] == sorted(order.updated_at for order in found)
    since = [order.order_id for order in pulled(world, at + timedelta(minutes=6))]
    assert sorted(since) == sorted([*copies[30:], *numbers])
    first = world.adapter.pull_orders(world.connection, LONG_AGO)
    assert first.next_cursor and len(first.items) == 20
    # Meanwhile one of the first part changes: it comes again at the end, and pushes nothing out of the next part.
    world.stage.shop.sql(f"UPDATE \"order\" SET updated_at = now() WHERE id = '{copies[0]}'")
    rest, cursor = [], first.next_cursor
    while cursor:
        page = world.adapter.pull_orders(world.connection, LONG_AGO, cursor)
        rest, cursor = rest + [order.order_id for order in page.items], page.next_cursor
    assert sorted(rest) == sorted([*copies[20:], *numbers, copies[0]])


def test_orders_of_other_channels_are_none_of_ours(world: MedusaWorld) -> None:
    remote = for_sale(world)
    number = world.stage.buy((remote.product_id, 1))
    other = world.stage.shop.ask("POST", "/admin/sales-channels", {"name": "Cửa hàng phố"})["sales_channel"]["id"]
    world.stage.shop.sql(f"UPDATE \"order\" SET sales_channel_id = '{other}' WHERE id = '{number}'")
    assert pulled(world) == []


@pytest.mark.django_db
def test_what_the_shop_sells_leaves_our_store_once_and_statuses_only_move_forwards(
    world: MedusaWorld, people: People, settings: Any
) -> None:
    world.connect(settings)
    engine = Engine(make_listing(make_shop(people), stock=10), world.server, world.adapter.key)
    engine.go_live()
    connection = Connection.objects.select_related("platform").get(adapter=world.adapter.key)
    feed_of(connection)
    PlatformFeed.objects.update(counts_from=clock.now() - timedelta(minutes=1))
    product = engine.row.remote_id
    number = world.stage.buy((product, 3))

    def read() -> tuple[int, int]:
        """Read orders, bring prices and stock over; what may be sold with us, and there."""
        assert import_orders(connection) >= 1
        engine.push()
        engine.listing.refresh_from_db()
        return engine.listing.stock, world.adapter.fetch(world.connection, RemoteIds(product)).stock

    writes = len(engine.writes())
    assert (read(), read()) == ((7, 7), (7, 7))
    assert engine.writes()[writes:] == [], "the shop had counted it already"
    parcel = world.stage.pack(number)
    world.stage.send(number, parcel)
    assert read() == (7, 7)
    order = PlatformOrder.objects.get()
    assert (order.remote_id, order.status, order.reasons) == (number, "shipped", [])
    second = world.stage.buy((product, 2))
    assert read() == (5, 5)
    world.stage.end(second, "cancel")
    assert read() == (7, 7)
    assert set(PlatformOrder.objects.values_list("remote_id", "status")) == {(number, "shipped"), (second, "cancelled")}
    # Somebody undoes there what had gone out: it is shown to a person, and nothing moves back.
    world.stage.shop.sql(f"UPDATE \"order\" SET status = 'canceled', updated_at = now() WHERE id = '{number}'")
    assert read()[0] == 7
    assert PlatformOrder.objects.get(remote_id=number).reasons == ["cancelled_late"]
    assert PlatformOrder.objects.count() == 2
