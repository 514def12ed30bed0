"""Time-outs after the write, on a real shop that takes everything twice: a hundred listings, a hundred lost answers, a hundred products."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from market.platforms.models import PlatformListing
from tests.market.platforms.engine_tools import Engine
from tests.people import People, make_listing, make_shop
from tests.servers.drawn import LOST, all_there
from tests.servers.vendure.world import VendureWorld

# A creation is two calls: either answer may be the one that is lost.
CALLS = ("/api/CreateProduct", "/api/CreateVariant")


@pytest.fixture
def connected(world: VendureWorld, people: People, settings: Any) -> Iterator[VendureWorld]:
    world.connect(settings)
    # Long enough for the shop, and over before the silence that is planned.
    settings.SANDBOX_MARKET = {**settings.SANDBOX_MARKET, "read_timeout": 1.5}
    yield world
    world.server.plan()


def loses_its_answers(
    world: VendureWorld, people: People, count: int, kinds: Sequence[str] = LOST, silence: float = 2.0
) -> None:
    shop = make_shop(people)
    for number in range(count):
        kind, path = kinds[number % len(kinds)], CALLS[number // len(kinds) % len(CALLS)]
        lost = loses(world, kind, "POST", path, silence)
        engine = Engine(make_listing(shop, name=f"Hạt điều {number}"), world.server, world.adapter.key)
        engine.push()
        assert engine.state == ("absent", "outcome_unknown"), (kind, path)
        has_lost(lost)
        engine.push()
        assert engine.state == ("pending", "idle"), (kind, path)
        # The same for a price on its way.
        lost = loses(world, kind, "PATCH", "/api/UpdateVariant", silence)
        engine.edit(price=10_000 + number)
        engine.push()
        has_lost(lost)
        engine.push()
        assert engine.row.offer_work == "idle", kind
    rows = PlatformListing.objects.filter(connection__adapter=world.adapter.key)
    there = sorted((each["seller_sku"], str(each["id"])) for each in world.server.listings())
    assert there == sorted(rows.values_list("listing__sku", "remote_id")) and len(there) == count
    found = all_there(world)
    assert sorted(item.price for item in found) == [10_000 + number for number in range(count)]
    assert all(item.is_visible for item in found)


def loses(world: VendureWorld, kind: str, method: str, path: str, silence: float) -> Callable[[], list[dict[str, Any]]]:
    """Plan that the answer to the next such call gets lost; returns what asks which calls lost theirs since."""
    before = len(world.server.calls())
    world.server.plan({"method": method, "path": path, "kind": kind, "calls": [1], "seconds": silence})

    def lost() -> list[dict[str, Any]]:
        calls = world.server.calls()[before:]
        return [call for call in calls if (call["method"], call["path"], call["fault"]) == (method, path, kind)]

    return lost


def has_lost(lost: Callable[[], list[dict[str, Any]]]) -> None:
    """Exactly one call lost its answer. A silent one is counted when it ends, which is after our patience."""
    end = time.monotonic() + 10
    while not lost() and time.monotonic() < end:
        time.sleep(0.02)
    assert len(lost()) == 1


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
    assert [item.is_visible for item in all_there(connected)] == [False]
    engine.push()
    assert engine.state == ("pending", "idle")
    assert [each["seller_sku"] for each in connected.server.listings()] == [engine.listing.sku]
    assert [call for call in engine.writes() if call.endswith("CreateProduct")] == ["POST /api/CreateProduct"]
    (there,) = all_there(connected)
    assert (there.price, there.stock, there.is_visible) == (engine.listing.price, engine.listing.stock, True)


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


@pytest.mark.slow
def test_a_hundred_time_outs_after_the_write_leave_a_hundred_products(
    connected: VendureWorld, people: People, settings: Any
) -> None:
    settings.SANDBOX_MARKET = {**settings.SANDBOX_MARKET, "read_timeout": 0.8}
    loses_its_answers(connected, people, 100, ["timeout_after"], silence=1.2)
