"""What goes to a real store comes back as it went, stands there once, and leaves alone what others keep beside it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from market.platforms.contract import (
    AuthRevoked,
    Conflict,
    ConflictKind,
    ContractBroken,
    ListingDocument,
    ValidationFailed,
    changed_fields,
)
from market.platforms.models import PlatformListing
from tests.market.platforms.engine_tools import Engine
from tests.market.platforms.samples import document
from tests.people import People, make_listing, make_shop
from tests.servers.drawn import LOST, all_there, documents, fifteen_cases
from tests.servers.kinto.world import RECORDS, KintoWorld


@fifteen_cases
@given(documents(["", "TP-01"]), documents(["", "TP-02"]))
def test_any_listing_comes_back_as_it_went_and_so_does_what_follows_it(
    world: KintoWorld, first: ListingDocument, second: ListingDocument
) -> None:
    world.stage.reset()
    for ours in (first, second):
        remote = world.push(ours).remote
        assert remote is not None
        world.adapter.put_offers(world.connection, [ours.offer(remote)], "op")
        assert changed_fields(ours, world.adapter.fetch(world.connection, remote)) == ()
    assert len(world.server.listings()) == 1


def test_a_second_creation_is_refused_and_changes_nothing(world: KintoWorld) -> None:
    world.push(document(price=85_000))
    with pytest.raises(Conflict) as refused:
        world.adapter.put_content(world.connection, document(price=1_000), None, "again")
    assert refused.value.kind is ConflictKind.DUPLICATE
    assert [item.price for item in all_there(world)] == [85_000]


def test_records_of_others_are_neither_read_nor_touched(world: KintoWorld) -> None:
    world.stage.store.ask("POST", RECORDS, {"sku": "NM-001", "title": "Của người khác", "price": 5})
    remote = world.push(document()).remote
    assert [item.remote for item in all_there(world)] == [remote]
    assert remote is not None
    world.adapter.withdraw(world.connection, remote, "op")
    assert [item["seller_sku"] for item in world.server.listings()] == ["NM-001"]


def test_what_the_schema_refuses_comes_back_on_our_field(world: KintoWorld) -> None:
    world.stage.store.shape(shelf_life={"type": "string", "minLength": 3})
    with pytest.raises(ValidationFailed) as refused:
        world.push(document(shelf_life="1"))
    assert [(issue.field, bool(issue.remote_text)) for issue in refused.value.issues] == [("shelf_life", True)]


def test_connecting_tells_a_wrong_password_from_a_list_that_is_not_there(world: KintoWorld) -> None:
    answers = dict(world.credentials)
    assert world.adapter.authorise(world.connection, answers).values == answers  # type: ignore[attr-defined]
    with pytest.raises(AuthRevoked):
        world.adapter.authorise(world.connection, {**answers, "password": "sai"})  # type: ignore[attr-defined]
    with pytest.raises(ValidationFailed) as unknown:
        world.adapter.authorise(world.connection, {**answers, "collection": "khac"})  # type: ignore[attr-defined]
    assert "danh sách" in unknown.value.issues[0].message_vi


def test_a_record_that_somebody_spoilt_is_no_listing_of_ours_to_guess_at(world: KintoWorld) -> None:
    remote = world.push(document()).remote
    assert remote is not None
    world.stage.store.ask("PATCH", f"{RECORDS}/{remote.product_id}", {"visible": "có"})
    with pytest.raises(ContractBroken):
        world.adapter.fetch(world.connection, remote)


def test_each_way_of_losing_an_answer_leaves_one_record(world: KintoWorld, people: People, settings: Any) -> None:
    world.connect(settings)
    settings.SANDBOX_MARKET = {**settings.SANDBOX_MARKET, "read_timeout": 1.5}
    shop = make_shop(people)
    for number, kind in enumerate(LOST):
        world.server.plan({**world.creation, "kind": kind, "calls": [1], "seconds": 2.0})
        engine = Engine(make_listing(shop, name=f"Hạt điều {number}"), world.server, world.adapter.key)
        engine.push()
        assert engine.state == ("absent", "outcome_unknown"), kind
        engine.push()
        assert engine.state == ("pending", "idle"), kind
        world.server.plan({"method": "PATCH", "kind": kind, "calls": [1], "seconds": 2.0})
        engine.edit(price=10_000 + number)
        engine.push()
        engine.push()
        assert engine.row.offer_work == "idle", kind
    world.server.plan()
    rows = PlatformListing.objects.filter(connection__adapter=world.adapter.key)
    there = sorted((each["seller_sku"], each["id"]) for each in world.server.listings())
    assert there == sorted(rows.values_list("listing__sku", "remote_id")) and len(there) == len(LOST)
    assert sorted(item.price for item in all_there(world)) == [10_000 + number for number in range(len(LOST))]
