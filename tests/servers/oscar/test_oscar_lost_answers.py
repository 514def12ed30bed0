"""Time-outs after the write, on a real shop: a hundred listings, a hundred lost answers, a hundred products."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from market.platforms.models import PlatformListing
from tests.market.platforms.engine_tools import Engine
from tests.people import People, make_listing, make_shop
from tests.servers.drawn import LOST, all_there, struck
from tests.servers.oscar.world import OscarWorld


@pytest.fixture
def connected(world: OscarWorld, people: People, settings: Any) -> Iterator[OscarWorld]:
    world.connect(settings)
    # Long enough for the shop, and over before the silence that is planned.
    settings.SANDBOX_MARKET = {**settings.SANDBOX_MARKET, "read_timeout": 1.5}
    yield world
    world.server.plan()


def loses_its_answers(world: OscarWorld, people: People, count: int) -> None:
    kinds = [LOST[number % len(LOST)] for number in range(count)]
    for number, (kind, engine) in enumerate(zip(kinds, loses_creations(world, people, kinds, 2.0), strict=True)):
        # The same for a price on its way.
        world.server.plan({"method": "PATCH", "kind": kind, "calls": [1], "seconds": 2.0})
        engine.edit(price=10_000 + number)
        engine.push()
        engine.push()
        assert engine.row.offer_work == "idle", kind
    struck(world, "PATCH", "/api/admin/stockrecords/*", kinds)
    struck(world, "POST", "/api/admin/products/", kinds)
    stands_once(world, count)
    prices = [world.adapter.fetch(world.connection, item.remote).price for item in all_there(world)]
    assert sorted(prices) == [10_000 + number for number in range(count)]


def loses_creations(world: OscarWorld, people: People, kinds: Sequence[str], seconds: float) -> Iterator[Engine]:
    """A listing for each of these ways of losing the answer to its creation, as it stands after that."""
    shop = make_shop(people)
    for number, kind in enumerate(kinds):
        world.server.plan({**world.creation, "kind": kind, "calls": [1], "seconds": seconds})
        engine = Engine(make_listing(shop, name=f"Hạt điều {number}"), world.server, world.adapter.key)
        engine.push()
        assert engine.state == ("absent", "outcome_unknown"), kind
        engine.push()
        assert engine.state == ("pending", "idle"), kind
        yield engine


def stands_once(world: OscarWorld, count: int) -> None:
    rows = PlatformListing.objects.filter(connection__adapter=world.adapter.key)
    there = sorted((each["seller_sku"], str(each["id"])) for each in world.server.listings())
    assert there == sorted(rows.values_list("listing__sku", "remote_id")) and len(there) == count
    assert {each["stockrecords"] for each in world.server.listings()} == {1}


def test_each_way_of_losing_an_answer_leaves_one_product(connected: OscarWorld, people: People) -> None:
    loses_its_answers(connected, people, len(LOST))


@pytest.mark.slow
def test_a_hundred_lost_answers_leave_a_hundred_products(connected: OscarWorld, people: People) -> None:
    loses_its_answers(connected, people, 100)


@pytest.mark.slow
def test_a_hundred_time_outs_leave_a_hundred_products(connected: OscarWorld, people: People, settings: Any) -> None:
    settings.SANDBOX_MARKET = {**settings.SANDBOX_MARKET, "read_timeout": 1.0}
    kinds = ["timeout_after"] * 100
    for _ in loses_creations(connected, people, kinds, 1.3):
        pass
    struck(connected, "POST", "/api/admin/products/", kinds)
    stands_once(connected, 100)
