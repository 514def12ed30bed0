"""Time-outs after the write, on a real shop that takes everything twice: a hundred listings, a hundred lost answers, a hundred products."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from market.platforms.contract import RemoteSnapshot
from market.platforms.models import PlatformListing
from tests.market.platforms.engine_tools import Engine
from tests.people import People, make_listing, make_shop
from tests.servers.vendure.world import VendureWorld

# What may become of an answer whose call took effect.
LOST = ("timeout_after", "cut_after", "server_error_after", "truncated", "wrong_length", "empty")
# A creation is two calls: either answer may be the one that is lost.
CALLS = ("/api/CreateProduct", "/api/CreateVariant")


@pytest.fixture
def connected(world: VendureWorld, people: People, settings: Any) -> Iterator[VendureWorld]:
    world.connect(settings)
    # Long enough for the shop, and over before the silence that is planned.
    settings.SANDBOX_MARKET = {**settings.SANDBOX_MARKET, "read_timeout": 1.5}
    yield world
    world.server.plan()


def loses_its_answers(world: VendureWorld, people: People, count: int) -> None:
    shop = make_shop(people)
    for number in range(count):
        kind, path = LOST[number % len(LOST)], CALLS[number // len(LOST) % len(CALLS)]
        world.server.plan({"method": "POST", "path": path, "kind": kind, "calls": [1], "seconds": 2.0})
        engine = Engine(make_listing(shop, name=f"Hạt điều {number}"), world.server, world.adapter.key)
        engine.push()
        assert engine.state == ("absent", "outcome_unknown"), (kind, path)
        engine.push()
        assert engine.state == ("pending", "idle"), (kind, path)
        # The same for a price on its way.
        world.server.plan({"method": "PATCH", "kind": kind, "calls": [1], "seconds": 2.0})
        engine.edit(price=10_000 + number)
        engine.push()
        engine.push()
        assert engine.row.offer_work == "idle", kind
    rows = PlatformListing.objects.filter(connection__adapter=world.adapter.key)
    there = sorted((each["seller_sku"], str(each["id"])) for each in world.server.listings())
    assert there == sorted(rows.values_list("listing__sku", "remote_id")) and len(there) == count
    prices = [item.price for item in all_there(world)]
    assert sorted(prices) == [10_000 + number for number in range(count)]


def all_there(world: VendureWorld) -> list[RemoteSnapshot]:
    found, cursor = dict[str, RemoteSnapshot](), ""
    while True:
        page = world.adapter.list_remote(world.connection, cursor)
        found |= {item.remote.product_id: item for item in page.items}
        cursor = page.next_cursor
        if not cursor:
            return list(found.values())


def test_each_way_of_losing_either_answer_leaves_one_product(connected: VendureWorld, people: People) -> None:
    loses_its_answers(connected, people, len(LOST) * len(CALLS))


@pytest.mark.parametrize("kind", ["cut_before", "server_error", "timeout_before"])
def test_a_creation_that_broke_off_between_its_two_calls_is_taken_up_and_finished(
    connected: VendureWorld, people: People, kind: str
) -> None:
    connected.server.plan({"method": "POST", "path": CALLS[1], "kind": kind, "calls": [1], "seconds": 2.0})
    engine = Engine(make_listing(make_shop(people)), connected.server, connected.adapter.key)
    engine.push()
    assert engine.state == ("absent", "outcome_unknown")
    assert [each["seller_sku"] for each in connected.server.listings()] == [None], "a product that nobody can buy"
    engine.push()
    assert engine.state == ("pending", "idle")
    assert [each["seller_sku"] for each in connected.server.listings()] == [engine.listing.sku]
    assert [call for call in engine.writes() if call.endswith("CreateProduct")] == ["POST /api/CreateProduct"]
    (there,) = all_there(connected)
    assert (there.price, there.stock) == (engine.listing.price, engine.listing.stock)


def test_a_session_that_ends_between_the_two_calls_of_a_creation_is_renewed_and_the_product_finished(
    connected: VendureWorld, people: People
) -> None:
    connected.stage.shop.sql(
        "CREATE TRIGGER over AFTER INSERT ON product BEGIN UPDATE session SET expires = '2020-01-01 00:00:00.000'; END"
    )
    engine = Engine(make_listing(make_shop(people)), connected.server, connected.adapter.key)
    engine.push()
    assert engine.state == ("pending", "idle") and connected.stage.exchanges() == 1
    assert [each["seller_sku"] for each in connected.server.listings()] == [engine.listing.sku]


@pytest.mark.slow
def test_a_hundred_lost_answers_leave_a_hundred_products(connected: VendureWorld, people: People) -> None:
    loses_its_answers(connected, people, 100)
