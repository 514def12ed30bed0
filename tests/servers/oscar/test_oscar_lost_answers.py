"""Time-outs after the write, on a real shop: a hundred listings, a hundred lost answers, a hundred products."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from market.platforms.models import PlatformListing
from tests.market.platforms.engine_tools import Engine
from tests.people import People, make_listing, make_shop
from tests.servers.oscar.world import OscarWorld

# What may become of an answer whose call took effect.
LOST = ("timeout_after", "cut_after", "server_error_after", "truncated", "wrong_length", "empty")


@pytest.fixture
def connected(world: OscarWorld, people: People, settings: Any) -> Iterator[OscarWorld]:
    world.connect(settings)
    # Long enough for the shop, and over before the silence that is planned.
    settings.SANDBOX_MARKET = {**settings.SANDBOX_MARKET, "read_timeout": 1.5}
    yield world
    world.server.plan()


def loses_its_answers(world: OscarWorld, people: People, count: int) -> None:
    shop, kinds = make_shop(people), [LOST[number % len(LOST)] for number in range(count)]
    for number, kind in enumerate(kinds):
        world.server.plan({**world.creation, "kind": kind, "calls": [1], "seconds": 2.0})
        engine = Engine(make_listing(shop, name=f"Hạt điều {number}"), world.server, world.adapter.key)
        engine.push()
        assert engine.state == ("absent", "outcome_unknown"), kind
        engine.push()
        assert engine.state == ("pending", "idle"), kind
        # The same for a price on its way.
        world.server.plan({"method": "PATCH", "kind": kind, "calls": [1], "seconds": 2.0})
        engine.edit(price=10_000 + number)
        engine.push()
        engine.push()
        assert engine.row.offer_work == "idle", kind
    rows = PlatformListing.objects.filter(connection__adapter=world.adapter.key)
    there = sorted((each["seller_sku"], str(each["id"])) for each in world.server.listings())
    assert there == sorted(rows.values_list("listing__sku", "remote_id")) and len(there) == count
    assert {each["stockrecords"] for each in world.server.listings()} == {1}
    prices = [world.adapter.fetch(world.connection, item.remote).price for item in all_there(world)]
    assert sorted(prices) == [10_000 + number for number in range(count)]


def all_there(world: OscarWorld) -> list[Any]:
    found, cursor = {}, ""
    while True:
        page = world.adapter.list_remote(world.connection, cursor)
        found |= {item.remote.product_id: item for item in page.items}
        cursor = page.next_cursor
        if not cursor:
            return list(found.values())


def test_each_way_of_losing_an_answer_leaves_one_product(connected: OscarWorld, people: People) -> None:
    loses_its_answers(connected, people, len(LOST))


@pytest.mark.slow
def test_a_hundred_lost_answers_leave_a_hundred_products(connected: OscarWorld, people: People) -> None:
    loses_its_answers(connected, people, 100)
