"""Platforms that do otherwise than they say: what the adapter sees of it, and that the engine comes to an end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.kit import clock
from market.listings.models import Listing
from market.platforms.contract import (
    Conflict,
    ConflictKind,
    ConnectionSettings,
    ContractBroken,
    ItemOutcome,
    NotFound,
    RemoteIds,
    ReviewState,
    ValidationFailed,
    changed_fields,
)
from market.platforms.engine import home
from market.platforms.models import PlatformListing
from market.platforms.sandbox.process import Double
from market.platforms.santhu.adapter import SanThuAdapter
from tests.market.platforms.engine_tools import Engine
from tests.market.platforms.samples import document

ADAPTER = SanThuAdapter()
BARE = document(photos=())
LISTINGS = "/api/listings"


@pytest.fixture
def engine(double: Double, listing: Listing, settings: Any) -> Iterator[Engine]:
    settings.SANDBOX_MARKET = {"url": double.url, "key": double.key}
    yield Engine(listing, double)
    double.plan()


def created(connection: ConnectionSettings, ours: Any = BARE) -> RemoteIds:
    remote = ADAPTER.put_content(connection, ours, None, "op").remote
    assert remote is not None
    return remote


def test_what_was_just_made_may_not_be_readable_yet(double: Double, connection: ConnectionSettings) -> None:
    remote = created(connection)
    double.plan({"method": "GET", "kind": "not_readable", "seconds": 60})
    assert ADAPTER.find(connection, BARE.reference) is None
    with pytest.raises(NotFound):
        ADAPTER.fetch(connection, remote)
    double.plan({"method": "GET", "kind": "not_readable", "seconds": 0})
    assert ADAPTER.fetch(connection, remote).remote == remote


def test_a_list_lags_behind_and_a_read_may_be_stale(double: Double, connection: ConnectionSettings) -> None:
    remote = created(connection)
    double.plan({"method": "GET", "kind": "list_lags", "seconds": 60})
    assert ADAPTER.find(connection, BARE.reference) is None
    assert ADAPTER.fetch(connection, remote).remote == remote
    double.plan()
    ADAPTER.put_offers(connection, [replace(BARE, price=1, stock=0).offer(remote)], "op")
    double.plan({"method": "GET", "kind": "stale", "seconds": 60})
    assert (ADAPTER.fetch(connection, remote).price, ADAPTER.fetch(connection, remote).stock) == (85_000, 24)
    double.plan()
    assert ADAPTER.fetch(connection, remote).price == 1


def test_a_lost_creation_that_cannot_be_read_yet_is_waited_for(engine: Engine, time_machine: Any) -> None:
    """Cut after the write, and not readable for the time that the platform declares: one object, made once."""
    time_machine.move_to("2026-03-01T02:00:00Z", tick=False)
    engine.double.plan(
        {"method": "POST", "path": LISTINGS, "kind": "cut_after", "calls": [1]},
        {"method": "GET", "kind": "list_lags", "seconds": 1.0},
    )
    engine.push()
    row, settling = engine.row, ADAPTER.capabilities(ConnectionSettings()).settling_seconds
    assert engine.state == ("absent", "outcome_unknown")
    assert row.next_try_at is not None and row.next_try_at - clock.now() >= timedelta(seconds=settling)
    engine.double.plan()
    engine.push()
    assert engine.state == ("pending", "idle") and str(engine.remote()["id"]) == engine.row.remote_id


def test_two_objects_for_one_creation_are_an_alarm_and_none_is_deleted(engine: Engine) -> None:
    lost = {"method": "POST", "path": LISTINGS, "kind": "cut_after", "calls": [1]}
    engine.double.plan({"method": "POST", "path": LISTINGS, "kind": "doubled", "calls": [1]}, lost)
    engine.push()
    engine.push()
    assert (engine.state, engine.row.cause) == (("absent", "dead"), "Conflict:two_objects")
    assert len(engine.double.listings()) == 2


def test_two_objects_are_seen_by_the_adapter(double: Double, connection: ConnectionSettings) -> None:
    double.plan({"method": "POST", "path": LISTINGS, "kind": "doubled"})
    created(connection)
    with pytest.raises(Conflict) as caught:
        ADAPTER.find(connection, BARE.reference)
    assert (caught.value.kind, len(caught.value.holders)) == (ConflictKind.TWO_OBJECTS, 2)


def test_a_refused_duplicate_that_is_ours_is_adopted(engine: Engine) -> None:
    engine.double.plan(
        {"method": "POST", "path": LISTINGS, "kind": "cut_after", "calls": [1]},
        {"method": "POST", "path": LISTINGS, "kind": "sku_unique"},
        {"method": "GET", "kind": "list_lags", "seconds": 60},
    )
    engine.push()
    engine.push()
    assert (engine.state, engine.row.cause) == (("absent", "outcome_unknown"), "Conflict:duplicate")
    engine.double.plan({"method": "POST", "path": LISTINGS, "kind": "sku_unique"})
    engine.push()
    assert engine.state == ("pending", "idle") and str(engine.remote()["id"]) == engine.row.remote_id


def test_a_refused_duplicate_that_is_somebody_elses_ends_with_a_word_to_the_seller(engine: Engine) -> None:
    engine.double.plan({"method": "POST", "path": LISTINGS, "kind": "sku_taken"})
    for _ in range(home.MAX_ATTEMPTS):
        engine.push()
    assert (engine.state, engine.row.cause) == (("absent", "dead"), "Conflict:duplicate")
    assert engine.row.last_error == "Trên sàn đã có tin trùng mã. Hãy chọn tin đúng để tiếp tục."
    assert engine.double.listings() == []


REWRITTEN: list[tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = [
    ({"kind": "title_rewritten"}, {}, ("title",)),
    ({"kind": "html_stripped"}, {"description": "Loại <b>1</b> & <script>x</script>"}, ("description",)),
    ({"kind": "price_rounded", "number": 10_000}, {}, ("price",)),
    ({"kind": "stock_capped", "number": 5}, {}, ("stock",)),
    ({"kind": "photos_reencoded"}, {"photos": document().photos}, ("photos",)),
]


@pytest.mark.parametrize(("fault", "changes", "fields"), REWRITTEN)
def test_what_a_platform_makes_of_our_words_is_told_field_by_field(
    fault: dict[str, Any],
    changes: dict[str, Any],
    fields: tuple[str, ...],
    double: Double,
    connection: ConnectionSettings,
) -> None:
    double.plan(fault)
    ours = replace(BARE, **changes)
    assert changed_fields(ours, ADAPTER.fetch(connection, created(connection, ours))) == fields


@pytest.mark.parametrize("fault", [fault for fault, _, _ in REWRITTEN])
def test_a_platform_that_rewrites_is_not_written_to_again_and_again(fault: dict[str, Any], engine: Engine) -> None:
    engine.double.plan(fault)
    engine.go_live()
    before = engine.writes()
    for _ in range(3):
        PlatformListing.objects.filter(pk=engine.row.pk).update(
            work="queued", offer_work="queued", seen_at=clock.now() - timedelta(days=1)
        )
        engine.push()
        engine.look()
    assert (engine.state, engine.writes()) == (("live", "idle"), before)


def test_a_rule_that_came_up_overnight_is_an_issue_on_our_field(engine: Engine) -> None:
    engine.double.plan({"kind": "field_required", "required": "weight_g"})
    engine.edit(net_weight=None)
    engine.push()
    assert engine.state == ("absent", "blocked")
    (reason,) = engine.row.reasons
    assert (reason["field"], reason["remote"]) == ("net_weight_grams", "Từ hôm nay mục này là bắt buộc.")
    engine.edit(net_weight=500)
    engine.push()
    assert engine.state == ("pending", "idle")


def test_a_review_takes_its_time_and_what_was_approved_may_be_taken_down(
    double: Double, connection: ConnectionSettings
) -> None:
    def state(**fault: Any) -> ReviewState:
        double.plan(fault)
        submission = ADAPTER.put_content(connection, replace(BARE), None, "op")
        double.plan()
        return ADAPTER.poll(connection, submission).state

    assert state(kind="review_slow", seconds=7200) is ReviewState.PENDING
    assert state(kind="review_slow", seconds=0) is ReviewState.LIVE
    assert state(kind="taken_down", seconds=7200) is ReviewState.LIVE
    assert state(kind="taken_down", seconds=0) is ReviewState.SUSPENDED


@pytest.mark.parametrize(
    ("fault", "reasons"),
    [
        ({"kind": "refused"}, []),
        ({"kind": "refused", "reasons": [{"field": "name", "text": "a"}]}, [("title", "a")]),
        (
            {"kind": "refused", "reasons": [{"field": name, "text": "x"} for name in ("papers", "colour", "caution")]},
            [("papers", "x"), ("", "x"), ("warnings", "x")],
        ),
        ({"kind": "refused", "reasons": [{"field": "", "text": "<b>" * 3334}]}, [("", ("<b>" * 3334)[:1000])]),
        ({"kind": "photo_failed"}, [("photos", "Sàn không tải được ảnh. Hãy gửi lại ảnh.")]),
    ],
)
def test_a_refusal_with_any_number_of_reasons(
    fault: dict[str, Any], reasons: list[tuple[str, str]], double: Double, connection: ConnectionSettings
) -> None:
    double.plan({**fault, "seconds": 0})
    submission = ADAPTER.put_content(connection, BARE, None, "op")
    review = ADAPTER.poll(connection, submission)
    assert review.state is ReviewState.REJECTED
    assert [(issue.field, issue.remote_text) for issue in review.reasons] == reasons


def test_a_refusal_without_a_reason_still_reaches_the_seller(engine: Engine) -> None:
    engine.double.plan({"kind": "refused", "seconds": 0})
    engine.push()
    engine.look()
    assert engine.state == ("rejected", "blocked")


def test_a_state_nobody_documented_breaks_the_contract_and_changes_nothing(engine: Engine) -> None:
    engine.go_live()
    before = engine.row
    engine.double.plan({"kind": "unknown_state"})
    PlatformListing.objects.filter(pk=before.pk).update(seen_at=clock.now() - timedelta(days=1))
    engine.look()
    after = engine.row
    assert (after.observed, after.work, after.remote_id) == (before.observed, before.work, before.remote_id)
    with pytest.raises(ContractBroken):
        ADAPTER.fetch(
            ConnectionSettings(engine.double.url, credentials={"key": engine.double.key}, allow_private=True),
            RemoteIds(before.remote_id),
        )


def everything_listed(connection: ConnectionSettings) -> list[str]:
    found, cursor = list[str](), ""
    while True:
        page = ADAPTER.list_remote(connection, cursor)
        found += [snapshot.sku for snapshot in page.items]
        cursor = page.next_cursor
        if not cursor:
            return found


def test_pages_repeat_shift_and_loop(double: Double, connection: ConnectionSettings) -> None:
    skus = [f"NM-{number:03}" for number in range(101)]
    for sku in skus:
        created(connection, document(sku, photos=()))
    assert everything_listed(connection) == skus
    later = {"method": "GET", "path": LISTINGS}
    double.plan({**later, "kind": "page_repeated", "calls": [2]})
    assert set(everything_listed(connection)) == {*skus[:50], *skus[100:]}, (
        "the page in between was the first once more"
    )
    double.plan({**later, "kind": "page_shifted", "number": -1})
    seen = everything_listed(connection)
    assert set(seen) == set(skus) and len(seen) > len(skus), "an item that moved comes twice"
    double.plan({**later, "kind": "page_shifted", "number": 1})
    assert len(everything_listed(connection)) < len(skus), "one that moved the other way is missing"
    double.plan({**later, "kind": "page_loops"})
    with pytest.raises(ContractBroken):
        everything_listed(connection)
    with pytest.raises(ContractBroken):
        ADAPTER.find(connection, BARE.reference)
    double.plan(
        {**later, "kind": "answer", "status": 422, "body": {"error": {"code": "invalid", "fields": {"page": ["x"]}}}}
    )
    with pytest.raises(ValidationFailed):
        everything_listed(connection)


def test_an_object_that_moves_between_pages_of_a_search_is_one(double: Double, connection: ConnectionSettings) -> None:
    created(connection)
    (item,) = double.listings()
    answer = {"method": "GET", "path": LISTINGS, "kind": "answer", "status": 200}
    double.plan(
        {**answer, "calls": [1], "body": {"items": [item], "next_page": 2}},
        {**answer, "calls": [2], "body": {"items": [item], "next_page": None}},
    )
    found = ADAPTER.find(connection, BARE.reference)
    assert found is not None and found.remote.product_id == str(item["id"])


def test_papers_and_everything_else_travel(double: Double, connection: ConnectionSettings) -> None:
    ours = document()
    remote = created(connection, ours)
    snapshot = ADAPTER.fetch(connection, remote)
    assert changed_fields(ours, snapshot) == ()
    assert (snapshot.badge_codes, snapshot.paper_numbers) == (("K7PQ2M",), ("12/2025/ATTP-LĐ",))
    (item,) = double.listings()
    assert item["certificates"][0]["check_url"] == "https://lensan.example/ocop/K7PQ2M"
    assert item["papers"][0]["issuer"] == "Chi cục An toàn thực phẩm"
    for changes in (
        {"papers": ()},
        {"ingredients": ""},
        {"warnings": "Khác"},
        {"shelf_life": "1 ngày"},
        {"badges": ()},
    ):
        assert changed_fields(replace(ours, **changes), snapshot) == tuple(changes)
    results = ADAPTER.put_offers(connection, [ours.offer(remote)], "op")
    assert [result.outcome for result in results] == [ItemOutcome.DONE]
