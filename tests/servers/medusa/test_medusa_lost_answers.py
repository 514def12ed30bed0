"""Time-outs after the write, on a real shop: a hundred listings, a hundred lost answers, a hundred products."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from market.platforms.models import PlatformListing
from tests.market.platforms.engine_tools import Engine
from tests.people import People, make_listing, make_shop
from tests.servers.drawn import LOST, all_there, struck
from tests.servers.medusa.world import MedusaWorld

PRICES = {"method": "POST", "path": "/admin/products/"}
STOCKS = {"method": "POST", "path": "/admin/inventory-items/"}


@pytest.fixture
def connected(world: MedusaWorld, people: People, settings: Any) -> Iterator[MedusaWorld]:
    world.connect(settings)
    # Long enough for the shop, and over before the silence that is planned.
    settings.SANDBOX_MARKET = {**settings.SANDBOX_MARKET, "read_timeout": 2.5}
    yield world
    world.server.plan()


def loses_its_answers(world: MedusaWorld, people: People, count: int) -> None:
    kinds = [LOST[number % len(LOST)] for number in range(count)]
    for number, (kind, engine) in enumerate(zip(kinds, loses_creations(world, people, kinds, 3.0), strict=True)):
        # The same for a price on its way, and for a stock.
        for where, change in ((PRICES, {"price": 10_000 + number}), (STOCKS, {"stock": 100 + number})):
            world.server.plan({**where, "kind": kind, "calls": [1], "seconds": 3.0})
            engine.edit(**change)
            engine.push()
            engine.push()
            assert engine.row.offer_work == "idle", kind
    for path in (world.creation["path"], PRICES["path"] + "*", STOCKS["path"] + "*"):
        struck(world, "POST", path, kinds)
    stands_once(world, count)
    found = sorted((item.price, item.stock) for item in all_there(world))
    assert found == [(10_000 + number, 100 + number) for number in range(count)]


def loses_creations(world: MedusaWorld, people: People, kinds: Sequence[str], seconds: float) -> Iterator[Engine]:
    """A listing for each of these ways of losing the answer to its creation, as it stands after that."""
    shop = make_shop(people)
    for number, kind in enumerate(kinds):
        world.server.plan({**world.creation, "kind": kind, "calls": [1], "seconds": seconds})
        engine = Engine(make_listing(shop, name=f"Hạt điều {number}", stock=5), world.server, world.adapter.key)
        engine.push()
        assert engine.state == ("absent", "outcome_unknown"), kind
        engine.push()
        assert engine.state == ("pending", "idle"), kind
        assert engine.row.offer_work == "idle", "what the lost creation left without stock has it now"
        yield engine


def stands_once(world: MedusaWorld, count: int) -> None:
    rows = PlatformListing.objects.filter(connection__adapter=world.adapter.key)
    there = sorted((each["seller_sku"], str(each["id"])) for each in world.server.listings())
    assert there == sorted(rows.values_list("listing__sku", "remote_id")) and len(there) == count
    assert {each["prices"] for each in world.server.listings()} == {1}


def test_each_way_of_losing_an_answer_leaves_one_product(connected: MedusaWorld, people: People) -> None:
    loses_its_answers(connected, people, len(LOST))


@pytest.mark.slow
def test_a_hundred_lost_answers_leave_a_hundred_products(connected: MedusaWorld, people: People) -> None:
    loses_its_answers(connected, people, 100)


@pytest.mark.slow
def test_a_hundred_time_outs_leave_a_hundred_products(connected: MedusaWorld, people: People) -> None:
    kinds = ["timeout_after"] * 100
    for _ in loses_creations(connected, people, kinds, 3.0):
        pass
    struck(connected, "POST", connected.creation["path"], kinds)
    stands_once(connected, 100)
    assert {item.stock for item in all_there(connected)} == {5}


def test_a_creation_that_lost_its_stock_gets_it_and_is_no_second_one(connected: MedusaWorld, people: People) -> None:
    """The second call of a creation is the one that goes wrong: the product stands there, and nothing of it can be bought."""
    shop = make_shop(people)
    for kind in ("server_error", "cut_before"):
        connected.server.plan({**STOCKS, "kind": kind, "calls": [1]})
        engine = Engine(make_listing(shop, name=f"Hạt {kind}", stock=7), connected.server, connected.adapter.key)
        engine.push()
        assert engine.state[1] != "idle"
        (there,) = [item for item in all_there(connected) if item.sku == engine.listing.sku]
        assert there.stock == 0, "sooner nothing for sale than too much"
        engine.push()
        assert engine.state == ("pending", "idle")
        (there,) = [item for item in all_there(connected) if item.sku == engine.listing.sku]
        assert there.stock == 7
