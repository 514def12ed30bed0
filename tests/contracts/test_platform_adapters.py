"""What the engine may rely on, whatever stands behind the contract: documents, offers and reviews there and back.

The numbers in brackets are those of the suite's own list. Limits, troubles, engine and sheets have files of their own.
"""

from __future__ import annotations

import ast
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from market.platforms.contract import (
    AdapterKind,
    Conflict,
    ConflictKind,
    FileAdapter,
    HealthState,
    ItemOutcome,
    NotFound,
    OfferDocument,
    ReviewWay,
    SubmissionState,
    Unsupported,
    changed_fields,
    registered_adapters,
)
from tests.contracts.platform_worlds import ADAPTERS, LIVE, NOWHERE, PENDING, REJECTED, ServerWorld, World, needs
from tests.market.platforms.samples import badge, document, paper

HERE = Path(__file__).parent


def test_every_adapter_is_under_the_suite() -> None:
    assert set(registered_adapters()) == set(ADAPTERS)


def test_nothing_but_a_declared_capability_skips_a_test() -> None:
    found = {}
    for path in sorted(HERE.glob("*platform*.py")):
        names = [node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)]
        found[path.name] = [name for name in names if name in {"skip", "skipif", "xfail", "importorskip"}]
    assert len(found) >= 5
    assert {name: skips for name, skips in found.items() if skips} == {"platform_worlds.py": ["skip"]}


def test_it_says_what_it_is(world: World) -> None:
    capabilities = world.adapter.capabilities(world.connection)
    assert capabilities.rule_version and capabilities.title_maximum >= capabilities.title_minimum > 0
    assert isinstance(world.adapter, FileAdapter) is (capabilities.kind is AdapterKind.FILE)
    assert world.adapter.health(world.connection).state is HealthState.OK


def test_a_complete_listing_has_no_issue_and_an_accepted_one_is_not_live(world: World) -> None:
    assert world.adapter.validate(world.connection, document()) == ()
    submission = world.adapter.put_content(world.connection, document(), None, "op-7")
    is_file = world.adapter.capabilities(world.connection).kind is AdapterKind.FILE
    assert submission.state is (SubmissionState.AWAITING_OPERATOR if is_file else SubmissionState.ACCEPTED)
    assert submission.operation_id == "op-7"
    is_reviewed = world.adapter.capabilities(world.connection).review is not ReviewWay.NONE
    assert (world.adapter.poll(world.connection, submission).state is not LIVE) is is_reviewed


def test_pending_then_rejected_with_two_reasons_then_corrected_and_live(world: World) -> None:
    needs(world, rejection_reasons=True)
    assert world.reviewed(document(), PENDING).state is PENDING
    rejected = world.reviewed(document(), REJECTED, ("Ảnh mờ", "Thiếu giấy <b>ATTP</b>"))
    assert (rejected.state, rejected.reasons) == (REJECTED, ("Ảnh mờ", "Thiếu giấy <b>ATTP</b>"))
    live = world.reviewed(document(title="Nước mắm Phan Thiết"), LIVE)
    assert (live.state, live.reasons) == (LIVE, ())
    assert live.url.startswith(("https://", "http://127.0.0.1:"))


def test_one_bad_offer_is_named_and_stops_no_other(world: World) -> None:
    remote = world.adapter.put_content(world.connection, document(), None, "op").remote or NOWHERE
    offers = [
        OfferDocument("A", remote, 1000, 1),
        OfferDocument("B", remote, 1000, -1),
        OfferDocument("C", remote, 1000, 1),
    ]
    results = world.adapter.put_offers(world.connection, offers, "op")
    fine = ItemOutcome.DONE if world.adapter.capabilities(world.connection).separate_offers else ItemOutcome.WAITING
    assert [(item.sku, item.outcome) for item in results] == [
        ("A", fine),
        ("B", ItemOutcome.FAILED),
        ("C", fine),
    ]
    assert [issue.field for issue in results[1].issues] == ["stock"]


# 1 · 2


def test_what_was_created_is_found_and_read_back_equal(world: World) -> None:
    needs(world, lookup_by_reference=True, reads_back=True)
    adapter, connection, ours = world.adapter, world.connection, document()
    assert adapter.find(connection, ours.reference) is None
    remote = world.push(ours).remote
    assert remote is not None
    found, fetched = adapter.find(connection, ours.reference), adapter.fetch(connection, remote)
    assert found is not None and found.remote == fetched.remote == remote
    assert changed_fields(ours, fetched) == ()
    assert (fetched.badge_codes, fetched.paper_numbers) == (("K7PQ2M",), ("12/2025/ATTP-LĐ",))
    assert (fetched.ingredients, fetched.warnings, fetched.shelf_life) == (
        ours.ingredients,
        ours.warnings,
        ours.shelf_life,
    )
    other = replace(ours.reference, sku=ours.reference.sku.lower())
    assert adapter.find(connection, other) is None


def test_the_same_write_twice_leaves_one_object(world: World) -> None:
    needs(world, lookup_by_reference=True, lists=True)
    remotes = {world.push(document(), "op-1").remote for _ in range(3)}
    assert len(remotes) == 1
    assert [snapshot.sku for snapshot in world.adapter.list_remote(world.connection).items] == ["NM-001"]


def test_a_platform_that_cannot_be_asked_says_so_instead_of_guessing(world: World) -> None:
    needs(world, reads_back=False, lookup_by_reference=False, lists=False)
    for ask in (
        lambda: world.adapter.find(world.connection, document().reference),
        lambda: world.adapter.fetch(world.connection, NOWHERE),
        lambda: world.adapter.list_remote(world.connection),
    ):
        with pytest.raises(Unsupported) as caught:
            ask()
        assert caught.value.message_vi == "Sàn này không cho đọc tự động. Hãy mở trang sản phẩm để xem."


# 5


def test_an_update_changes_what_changed_and_nothing_else(world: World) -> None:
    needs(world, reads_back=True)
    ours = document()
    remote = world.push(ours).remote
    assert remote is not None
    edits = {
        "description": "Khác",
        "unit": "thùng",
        "badges": (badge(check_code="ZZ"),),
        "papers": (paper(number="9"),),
    }
    world.push(replace(ours, **edits))
    fetched = world.adapter.fetch(world.connection, remote)
    assert changed_fields(ours, fetched) == tuple(edits)
    assert changed_fields(replace(ours, **edits), fetched) == ()


# 6 · 7


@pytest.mark.parametrize("price", [1, 999, 55_000, 1_234_567, 1_000_000_000])
def test_money_and_stock_arrive_as_they_are(world: World, price: int) -> None:
    for stock in (0, 1, 1_000_000):
        shown = world.shown(document(price=price, stock=stock, photos=()))
        assert (shown.price, shown.stock) == (price, stock)


def test_stock_goes_to_nothing_and_up_again_without_a_review(world: World) -> None:
    needs(world, separate_offers=True, reads_back=True)
    remote = world.push(document()).remote
    assert remote is not None and isinstance(world, ServerWorld)
    world.server.approve(remote.product_id)
    for stock in (0, 7, 0, 7):
        world.adapter.put_offers(world.connection, [OfferDocument("NM-001", remote, 85_000, stock)], "op")
        fetched = world.adapter.fetch(world.connection, remote)
        assert (fetched.stock, fetched.review.state) == (stock, LIVE)


def test_a_negative_stock_is_refused_before_any_call(world: World) -> None:
    before = world.writes()
    (result,) = world.adapter.put_offers(world.connection, [OfferDocument("NM-001", NOWHERE, 85_000, -1)], "op")
    assert (result.outcome, [issue.field for issue in result.issues]) == (ItemOutcome.FAILED, ["stock"])
    assert world.writes() == before


# 9


@pytest.mark.parametrize(
    "text",
    [
        "Mắm ruốc Bà Rịa – loại 1 «đặc biệt»",
        "Mật ong 🍯 𠮷 👨‍👩‍👧",
        "<script>alert(1)</script>",
        '=HYPERLINK("http://evil.example")',
        "+84 không phải số",
        "-1+1",
        "@SUM(A1)",
        'Giá & chất; "lượng", 100%',
    ],
)
def test_texts_arrive_as_they_are(world: World, text: str) -> None:
    for form in ("NFC", "NFD"):
        typed, read = unicodedata.normalize(form, text), unicodedata.normalize("NFC", text)
        shown = world.shown(document(title=typed, description=typed, producer_name=typed, photos=()))
        assert (shown.title, shown.description, shown.producer_name) == (read, read, read)


def test_two_spellings_of_one_text_are_no_change(world: World) -> None:
    needs(world, reads_back=True)
    ours = document(title="Nước mắm nhĩ")
    remote = world.push(ours).remote
    assert remote is not None
    typed = replace(ours, title=unicodedata.normalize("NFD", ours.title))
    assert typed.content_hash == ours.content_hash
    assert changed_fields(typed, world.adapter.fetch(world.connection, remote)) == ()


# 13 · 14


def test_what_was_live_can_be_suspended(world: World) -> None:
    needs(world, reads_back=True, review=ReviewWay.ASYNC)
    submission = world.push(document())
    assert submission.remote is not None and isinstance(world, ServerWorld)
    world.server.approve(submission.remote.product_id)
    assert world.adapter.poll(world.connection, submission).state is LIVE
    world.server.suspend(submission.remote.product_id)
    assert world.adapter.poll(world.connection, submission).state.value == "suspended"


def test_a_submission_says_by_when_the_answer_is_due(world: World) -> None:
    hours = world.adapter.capabilities(world.connection).review_hours
    submission = world.push(document())
    waiting = submission.expected_by and submission.expected_by - submission.submitted_at
    assert (waiting and waiting.total_seconds() / 3600) == hours


# 15 · 16 · 17


def test_withdrawing_twice_is_as_good_as_once(world: World) -> None:
    needs(world, can_withdraw=True)
    remote = world.push(document()).remote or NOWHERE
    states = {world.adapter.withdraw(world.connection, remote, f"op-{number}").state for number in (1, 2)}
    assert len(states) == 1


def test_what_has_an_open_order_is_held_and_may_be_withdrawn_later(world: World) -> None:
    needs(world, can_withdraw=True, reads_back=True, holds_what_is_ordered=True)
    remote = world.push(document()).remote
    assert remote is not None and isinstance(world, ServerWorld)
    with world.ordered(remote), pytest.raises(Conflict) as caught:
        world.adapter.withdraw(world.connection, remote, "op")
    assert (caught.value.kind, caught.value.permanent) == (ConflictKind.LOCKED, False)
    assert caught.value.message_vi == "Sàn đang giữ tin này, thường vì còn đơn chưa giao. Hệ thống sẽ thử lại."
    assert world.adapter.fetch(world.connection, remote).remote == remote
    world.adapter.withdraw(world.connection, remote, "op")
    with pytest.raises(NotFound):
        world.adapter.fetch(world.connection, remote)


def test_what_was_removed_or_edited_there_is_told_and_left_alone(world: World) -> None:
    needs(world, reads_back=True)
    remote = world.push(document()).remote
    assert remote is not None
    world.adapter.put_content(world.connection, document(title="Tên do người khác sửa", unit="can"), remote, "by-hand")
    assert changed_fields(document(), world.adapter.fetch(world.connection, remote)) == ("title", "unit")
    world.adapter.withdraw(world.connection, remote, "by-hand")
    before = world.writes()
    with pytest.raises(NotFound):
        world.adapter.fetch(world.connection, remote)
    assert world.adapter.find(world.connection, document().reference) is None
    assert world.writes() == before


def test_hiding_and_showing(world: World) -> None:
    needs(world, can_hide=True, reads_back=True)
    remote = world.push(document()).remote
    assert remote is not None
    for visible in (False, False, True):
        world.adapter.set_visibility(world.connection, remote, visible, "op")
        assert world.adapter.fetch(world.connection, remote).is_visible is visible


# 26


def test_pages_stay_whole_while_rows_come(world: World) -> None:
    needs(world, lists=True)
    there = [f"NM-{number:03}" for number in range(60)]
    for sku in there:
        world.push(document(sku, photos=()))
    first = world.adapter.list_remote(world.connection)
    assert first.next_cursor
    for number in range(3):
        world.push(document(f"MOI-{number}", photos=()))
    found, cursor = [snapshot.sku for snapshot in first.items], first.next_cursor
    while cursor:
        page = world.adapter.list_remote(world.connection, cursor)
        found, cursor = found + [snapshot.sku for snapshot in page.items], page.next_cursor
    assert sorted(set(found)) == sorted([*there, *(f"MOI-{number}" for number in range(3))])
