"""Orders that buyers place in a real shop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.audit.models import AuditEntry
from core.kit import clock
from market.platforms.contract import OrderState, RemoteIds, RemoteOrder, RemoteOrderLine
from market.platforms.models import Connection, PlatformFeed, PlatformOrder
from market.platforms.orders.actions import feed_of
from market.platforms.orders.jobs import import_orders
from tests.market.platforms.engine_tools import Engine
from tests.market.platforms.samples import document
from tests.people import People, make_listing, make_shop
from tests.servers.vendure.seed import Program
from tests.servers.vendure.world import VendureWorld

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PLACED = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)


def pulled(world: VendureWorld, since: datetime = LONG_AGO) -> list[RemoteOrder]:
    found, cursor = [], ""
    while True:
        page = world.adapter.pull_orders(world.connection, since, cursor)
        found += page.items
        cursor = page.next_cursor
        if not cursor:
            return found


def stored(moment: datetime) -> str:
    """As the shop's database keeps it: in seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def sent(keeper: Program, number: str) -> None:
    """The shop's people hand the goods of an order over, all of them."""
    found = keeper.ask(
        "query ($code: String!) { orders(options: { filter: { code: { eq: $code } } }) { items { id lines { id quantity } } } }",
        code=number,
    )
    (order,) = found["orders"]["items"]
    lines = [{"orderLineId": line["id"], "quantity": line["quantity"]} for line in order["lines"]]
    handler = {"code": "manual-fulfillment", "arguments": [{"name": "method", "value": "bưu điện"}]}
    made = keeper.ask(
        "mutation ($input: FulfillOrderInput!) { addFulfillmentToOrder(input: $input)"
        " { ... on Fulfillment { id } ... on ErrorResult { message } } }",
        input={"lines": lines, "handler": handler},
    )
    keeper.ask(
        'mutation ($id: ID!) { transitionFulfillmentToState(id: $id, state: "Shipped")'
        " { ... on Fulfillment { state } ... on ErrorResult { message } } }",
        id=made["addFulfillmentToOrder"]["id"],
    )


def being_changed(keeper: Program, number: str) -> None:
    """The shop's people open an order to change it."""
    found = keeper.ask(
        "query ($code: String!) { orders(options: { filter: { code: { eq: $code } } }) { items { id } } }", code=number
    )
    keeper.ask(
        'mutation ($id: ID!) { transitionOrderToState(id: $id, state: "Modifying")'
        " { ... on Order { state } ... on OrderStateTransitionError { message transitionError } } }",
        id=found["orders"]["items"][0]["id"],
    )


def cancelled(keeper: Program, number: str) -> None:
    """The shop's people call an order off."""
    found = keeper.ask(
        "query ($code: String!) { orders(options: { filter: { code: { eq: $code } } }) { items { id } } }", code=number
    )
    keeper.ask(
        "mutation ($id: ID!) { cancelOrder(input: { orderId: $id }) { __typename ... on ErrorResult { message } } }",
        id=found["orders"]["items"][0]["id"],
    )


def test_what_a_buyer_orders_comes_in_our_words_and_is_no_longer_for_sale(world: VendureWorld) -> None:
    one = world.push(document(photos=(), stock=10)).remote
    world.push(document("HD-2", photos=(), price=7_000))
    assert one is not None
    number = world.stage.buy(("NM-001", 2), ("HD-2", 1))
    (order,) = pulled(world)
    assert (order.order_id, order.state, order.raw_status) == (number, OrderState.CONFIRMED, "PaymentSettled")
    assert (order.buyer, order.shipping_fee) == ("N… …78", 15_000)
    assert sorted(order.lines, key=lambda line: line.sku) == [
        RemoteOrderLine("HD-2", 1, 7_000, document().title),
        RemoteOrderLine("NM-001", 2, 85_000, document().title),
    ]
    assert abs(order.placed_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert world.adapter.fetch(world.connection, one).stock == 8
    # Eight are left with us as well: telling so again takes nothing away twice.
    world.adapter.put_offers(world.connection, [document(stock=8).offer(one)], "op")
    assert world.adapter.fetch(world.connection, one).stock == 8


def test_a_cart_is_no_order_and_what_is_not_paid_yet_is_placed(world: VendureWorld) -> None:
    world.push(document(photos=()))
    world.stage.shop.visitor().ask("mutation { addItemToOrder(productVariantId: 1, quantity: 1) { __typename } }")
    assert pulled(world) == []
    number = world.stage.buy(("NM-001", 1), payment="tra-sau")
    assert [(order.order_id, order.state, order.raw_status) for order in pulled(world)] == [
        (number, OrderState.PLACED, "PaymentAuthorized")
    ]


def test_orders_come_by_their_changes_in_parts_from_a_moment_on(world: VendureWorld) -> None:
    world.push(document(photos=(), stock=1_000))
    number = world.stage.buy(("NM-001", 1))
    moments = [PLACED + timedelta(minutes=minute // 3) for minute in range(65)]
    world.stage.order(number, updatedAt=stored(moments[0]))
    for place, moment in enumerate(reversed(moments[1:])):
        world.stage.copy(number, code=f"DH-{place}", updatedAt=stored(moment))
    assert [order.updated_at for order in pulled(world)] == moments, "also where several changed at once"
    assert [order.updated_at for order in pulled(world, moments[60])] == moments[60:]
    assert pulled(world, moments[-1] + timedelta(seconds=1)) == []
    first = world.adapter.pull_orders(world.connection, LONG_AGO)
    assert first.next_cursor and len(first.items) == 20
    # What was told already changes once more, and another one comes: both stand at the end now.
    world.stage.order(first.items[3].order_id, updatedAt=stored(moments[-1] + timedelta(minutes=1)))
    world.stage.copy(number, code="DH-moi", updatedAt=stored(moments[-1] + timedelta(minutes=1)))
    rest, cursor = list(first.items), first.next_cursor
    while cursor:
        page = world.adapter.pull_orders(world.connection, LONG_AGO, cursor)
        rest, cursor = rest + list(page.items), page.next_cursor
    assert len({order.order_id for order in rest}) == len(rest) - 1 == 66, "none lost, and one as it is now as well"


@pytest.mark.parametrize("status", ["ChoDongGoi", "đang bay"])
def test_a_status_of_the_shops_own_is_kept_as_it_is(world: VendureWorld, status: str) -> None:
    world.push(document(photos=()))
    world.stage.order(world.stage.buy(("NM-001", 1)), state=status)
    (order,) = pulled(world)
    assert (order.state, order.raw_status) == (OrderState.UNKNOWN, status)


def test_an_order_that_is_not_in_dong_stops_no_other(world: VendureWorld) -> None:
    world.push(document(photos=()))
    number = world.stage.buy(("NM-001", 1))
    world.stage.copy(number, code="DH-USD", currencyCode="USD")
    page = world.adapter.pull_orders(world.connection, LONG_AGO)
    assert ([order.order_id for order in page.items], page.unreadable) == ([number], ("DH-USD",))


def test_goods_that_are_gone_keep_their_sku_on_orders(world: VendureWorld) -> None:
    remote = world.push(document(photos=())).remote
    assert remote is not None
    world.stage.buy(("NM-001", 1))
    world.adapter.withdraw(world.connection, remote, "op")
    assert world.stage.listings() == []
    (order,) = pulled(world)
    assert order.lines == (RemoteOrderLine("NM-001", 1, 85_000, document().title),)


@pytest.mark.django_db
def test_an_order_that_is_being_changed_stays_as_far_as_it_was(
    world: VendureWorld, people: People, settings: Any
) -> None:
    world.connect(settings)
    engine = Engine(make_listing(make_shop(people), stock=10), world.server, world.adapter.key)
    engine.push()
    connection = Connection.objects.select_related("platform").get(adapter=world.adapter.key)
    feed_of(connection)
    keeper, sku = world.stage.shop.keeper(), engine.listing.sku
    authorised, paid, posted = (world.stage.buy((sku, 1), payment=way) for way in ("tra-sau", "tra-ngay", "tra-ngay"))
    sent(keeper, posted)
    import_orders(connection)
    before = dict(PlatformOrder.objects.values_list("remote_id", "status"))
    assert before == {authorised: "placed", paid: "confirmed", posted: "shipped"}
    for number in before:
        being_changed(keeper, number)
    assert {order.raw_status for order in pulled(world)} == {"Modifying"}
    import_orders(connection)
    assert {order.remote_id: order.status for order in PlatformOrder.objects.all()} == before
    assert not any(order.needs_review or order.reasons for order in PlatformOrder.objects.all())
    assert not AuditEntry.objects.filter(action="platform_order.went_back").exists()


@pytest.mark.django_db
def test_what_the_shop_sells_leaves_our_store_and_is_not_taken_from_the_shop_twice(
    world: VendureWorld, people: People, settings: Any
) -> None:
    world.connect(settings)
    engine = Engine(make_listing(make_shop(people), stock=10), world.server, world.adapter.key)
    engine.push()
    connection = Connection.objects.select_related("platform").get(adapter=world.adapter.key)
    feed_of(connection)
    PlatformFeed.objects.update(counts_from=clock.now() - timedelta(minutes=1))
    keeper, sku = world.stage.shop.keeper(), engine.listing.sku
    number = world.stage.buy((sku, 3), payment="tra-sau")

    def read() -> tuple[int, int]:
        """Read orders, bring prices and stock over; what may be sold with us, and there."""
        assert import_orders(connection) == 1
        engine.push()
        engine.listing.refresh_from_db()
        return engine.listing.stock, world.adapter.fetch(world.connection, RemoteIds(engine.row.remote_id)).stock

    def held(of: str) -> tuple[str, list[str]]:
        order = PlatformOrder.objects.get(remote_id=of)
        return order.status, order.reasons

    writes = len(engine.writes())
    assert (read(), read()) == ((7, 7), (7, 7))
    assert engine.writes()[writes:] == [], "the shop had counted it already"
    assert held(number) == ("placed", [])
    second = world.stage.buy((sku, 2))
    assert (read(), held(second)) == ((5, 5), ("confirmed", []))
    sent(keeper, second)
    assert (read(), held(second)) == ((5, 5), ("shipped", [])), (
        "sent and no longer promised: as many for sale as before"
    )
    cancelled(keeper, number)
    assert (read(), held(number)) == ((8, 8), ("cancelled", []))
    world.stage.order(second, state="PaymentSettled", updatedAt=stored(datetime.now(UTC) + timedelta(seconds=5)))
    assert read() == (8, 8)
    assert held(second)[0] == "shipped" and held(second)[1], "told backwards: left, and shown to a person"
    assert engine.writes()[writes:] == [], "both stores were alike all the time"
