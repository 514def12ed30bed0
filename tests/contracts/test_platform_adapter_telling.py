"""What a platform tells of itself: its categories and rules (12), orders (22) and signed hints (23)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from market.platforms.contract import (
    CategoryWay,
    Conflict,
    ConflictKind,
    ContractBroken,
    NotFound,
    OrderState,
    PushKind,
    PushRefused,
    RemoteIds,
    RemoteOrder,
    RemoteOrderLine,
    Severity,
    Unsupported,
    ValidationFailed,
)
from market.platforms.sandbox.process import Double
from tests.contracts.platform_worlds import ServerWorld, World, needs
from tests.market.platforms.samples import document, paper

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PLACED = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)


def asks(world: World) -> dict[str, tuple[bool, Callable[[], Any]]]:
    """Every operation that a flag stands for: whether it is declared, and how it is called."""
    adapter, connection = world.adapter, world.connection
    can = adapter.capabilities(connection)
    return {
        "orders": (can.pulls_orders, lambda: adapter.pull_orders(connection, LONG_AGO)),
        "push": (can.takes_pushes, lambda: adapter.parse_push(connection, {}, b"")),
        "dry run": (can.remote_validate, lambda: adapter.validate(connection, document(), remote=True)),
        "categories": (can.categories is not CategoryWay.NONE, lambda: adapter.categories(connection)),
        "rules": (can.category_rules, lambda: adapter.category_rules(connection, "TP")),
    }


def test_what_is_not_declared_is_not_done(world: World) -> None:
    for declared, ask in asks(world).values():
        if declared:
            continue
        with pytest.raises(Unsupported):
            ask()


def test_what_is_declared_is_done(world: World) -> None:
    for name, (declared, ask) in asks(world).items():
        if not declared:
            continue
        try:
            ask()
        except PushRefused:
            assert name == "push", "nothing is signed"


# 12


def whole_tree(world: World) -> dict[str, tuple[str, bool]]:
    found, cursor = {}, ""
    while True:
        page = world.adapter.categories(world.connection, cursor)
        found |= {each.code: (each.parent, each.is_leaf) for each in page.items}
        cursor = page.next_cursor
        if not cursor:
            return found


def test_the_tree_is_read_whole_parents_before_children_and_changes(world: World) -> None:
    needs(world, categories=CategoryWay.TREE)
    assert isinstance(world, ServerWorld)
    leaf, above, top = world.branch.codes
    tree = whole_tree(world)
    assert len(tree) > 6, "more than one page"
    assert tree[leaf] == (above, True) and tree[above] == (top, False) and tree[top] == ("", False)
    codes = list(tree)
    assert all(not parent or codes.index(parent) < codes.index(code) for code, (parent, _) in tree.items())
    world.plant({"code": "A", "name": "Á"}, {"code": "A-1", "name": "Á một", "parent": "A"})
    first, second = whole_tree(world).items()
    assert (first, second[1]) == (("A", ("", False)), ("A", True))


@pytest.mark.parametrize("code", ["khong-co", "TP-GV", ""])
def test_a_category_that_takes_no_goods_is_an_issue_on_our_field(world: World, double: Double, code: str) -> None:
    needs(world, categories=CategoryWay.TREE, category_leaf_only=True, remote_validate=True)
    double.habits(strict_categories=True)
    ours = document(category_code=code)
    issues = world.adapter.validate(world.connection, ours, remote=True)
    with pytest.raises(ValidationFailed) as caught:
        world.push(ours)
    for found in (issues, caught.value.issues):
        assert [(issue.field, issue.severity, issue.rule_version) for issue in found] == [
            ("category_code", Severity.BLOCK, "r1")
        ]
        assert "ngành hàng" in found[0].message_vi and found[0].remote_text
    assert double.listings() == []
    assert world.adapter.validate(world.connection, document(category_code="TP-GV-NM"), remote=True) == ()


def test_rules_are_told_in_our_words_with_version_and_date(world: World, double: Double) -> None:
    needs(world, category_rules=True)
    plain = world.adapter.category_rules(world.connection, "TP-GV-NM")
    assert (plain.version, plain.required, plain.price_maximum) == ("r1", (), None)
    double.catalogue(
        **{
            "TP-GV-NM": {
                "required": ["composition", "weight_g"],
                "images_minimum": 2,
                "papers": ["vietgap"],
                "price_minimum": 10_000,
                "price_maximum": 500_000,
            }
        }
    )
    asked = world.adapter.category_rules(world.connection, "TP-GV-NM")
    assert (asked.version, asked.required, asked.photo_minimum, asked.papers, asked.price_minimum) == (
        *("r2", ("ingredients", "net_weight_grams"), 2),
        *(("vietgap",), 10_000),
    )
    assert asked.price_maximum == 500_000 and abs(asked.as_of - datetime.now(UTC)) < timedelta(minutes=1)
    with pytest.raises(NotFound):
        world.adapter.category_rules(world.connection, "khong-co")
    double.catalogue(**{"TP-GV-NM": {"required": ["kieu_moi"]}})
    with pytest.raises(ContractBroken):
        world.adapter.category_rules(world.connection, "TP-GV-NM")


def test_rules_that_change_between_the_check_and_the_push_come_home_with_their_version(
    world: World, double: Double
) -> None:
    needs(world, remote_validate=True, category_rules=True)
    ours = document(category_code="TP-GV-NM", ingredients="", papers=())
    assert world.adapter.validate(world.connection, ours, remote=True) == ()
    double.catalogue(**{"TP-GV-NM": {"required": ["composition"], "papers": ["food_safety"], "price_minimum": 90_000}})
    with pytest.raises(ValidationFailed) as caught:
        world.push(ours)
    assert sorted((issue.field, issue.rule_version) for issue in caught.value.issues) == [
        *(("ingredients", "r2"), ("papers", "r2"), ("price", "r2"))
    ]
    assert double.listings() == []
    mended = replace(ours, ingredients="Cá cơm, muối", papers=(paper(),), price=90_000)
    assert world.adapter.validate(world.connection, mended, remote=True) == ()
    assert world.push(mended).remote is not None


def test_a_dry_run_writes_nothing_and_what_is_blocked_here_is_not_asked_there(world: World, double: Double) -> None:
    needs(world, remote_validate=True)
    assert world.adapter.validate(world.connection, document(), remote=True) == ()
    asked = len(double.calls())
    (issue,) = world.adapter.validate(world.connection, document(title=" "), remote=True)
    assert (issue.field, len(double.calls())) == ("title", asked)
    assert double.listings() == [] and not any("media" in call["path"] for call in double.calls())


# 22


def pulled(world: World, since: datetime = LONG_AGO) -> list[RemoteOrder]:
    found, cursor = [], ""
    while True:
        page = world.adapter.pull_orders(world.connection, since, cursor)
        found += page.items
        cursor = page.next_cursor
        if not cursor:
            return found


def selling(world: World) -> tuple[ServerWorld, RemoteIds]:
    """A thousand pieces of one of our goods stand there, for buyers to take."""
    needs(world, pulls_orders=True)
    assert isinstance(world, ServerWorld)
    remote = world.push(document(photos=(), stock=1_000)).remote
    assert remote is not None
    return world, remote


def test_an_order_comes_in_our_words_and_its_buyer_is_masked(world: World) -> None:
    there, remote = selling(world)
    number = there.bought(remote, 2)
    (order,) = pulled(world)
    fresh, line = there.new_order, RemoteOrderLine("NM-001", 2, 85_000, document().title)
    assert order == RemoteOrder(
        *(number, order.placed_at, order.updated_at, fresh.status, OrderState.PLACED, (line,)),
        *(fresh.shipping_fee, fresh.platform_fee, "N… …78"),
    )
    # Which of the two is the earlier one by a moment is the platform's affair.
    assert all(abs(at - datetime.now(UTC)) < timedelta(minutes=1) for at in (order.placed_at, order.updated_at))


def test_orders_come_by_their_changes_page_by_page_from_a_moment_on(world: World) -> None:
    there, remote = selling(world)
    moments = [PLACED + timedelta(minutes=number // 3) for number in range(45)]
    there.orders_at(remote, moments[::-1])
    found = pulled(world)
    assert [(order.placed_at, order.updated_at) for order in found] == [(at, at) for at in moments]
    assert len({order.order_id for order in found}) == 45, "also where several changed at once"
    assert [order.updated_at for order in pulled(world, moments[42])] == moments[42:]
    assert pulled(world, moments[-1] + timedelta(seconds=1)) == []


def test_an_unknown_status_and_an_order_that_is_broken_stop_no_other(world: World) -> None:
    there, remote = selling(world)
    odd, broken, good = (there.bought(remote, pieces) for pieces in (1, 2, 3))
    told = there.order_stands(odd, "đang bay")
    there.order_breaks(broken)
    page = world.adapter.pull_orders(world.connection, LONG_AGO)
    assert {order.order_id: (order.raw_status, order.state) for order in page.items} == {
        odd: (told, OrderState.UNKNOWN),
        good: (there.new_order.status, OrderState.PLACED),
    }
    assert (len(page.items), page.unreadable) == (2, (broken,))


def test_a_cursor_that_is_no_longer_taken_says_begin_again(world: World) -> None:
    there, remote = selling(world)
    there.orders_at(remote, [PLACED + timedelta(minutes=number) for number in range(21)])
    assert world.adapter.pull_orders(world.connection, LONG_AGO).next_cursor
    for strange in ("khong-phai", "khong phai 7", "7"):
        with pytest.raises(Conflict) as caught:
            world.adapter.pull_orders(world.connection, LONG_AGO, strange)
        assert caught.value.kind is ConflictKind.VERSION


# 23


def test_a_signed_message_is_understood_in_its_order(world: World, double: Double) -> None:
    needs(world, push_verified=True)
    events = [
        {"kind": "order.changed", "subject": "DH-2", "id": "e2", "at": "2026-03-01T12:00:00+07:00"},
        {"kind": "listing.changed", "subject": "7", "id": "e1", "at": "2026-03-01T04:00:00+00:00"},
        {"kind": "shop.painted", "subject": "?", "id": "e3", "at": "2026-03-01T04:00:00+00:00"},
    ]
    headers, raw = double.pushed(*events)
    assert not double.push_answers()
    found = world.adapter.parse_push(world.connection, {name.upper(): text for name, text in headers.items()}, raw)
    assert [(each.event_id, each.kind, each.subject) for each in found] == [
        *(("e2", PushKind.ORDER, "DH-2"), ("e1", PushKind.LISTING, "7"), ("e3", PushKind.UNKNOWN, "?"))
    ]
    assert found[0].occurred_at == PLACED and len({each.digest for each in found}) == 1
    assert world.adapter.parse_push(world.connection, headers, raw) == found, "the same again has the same ids"


@pytest.mark.parametrize("fault", ["bad_signature", "altered", "stale"])
def test_a_message_that_is_not_whole_and_new_is_refused(world: World, double: Double, fault: str) -> None:
    needs(world, push_verified=True)
    headers, raw = double.pushed(
        {"kind": "order.changed", "subject": "1"}, {"kind": "order.changed", "subject": "2"}, fault=fault
    )
    with pytest.raises(PushRefused):
        world.adapter.parse_push(world.connection, headers, raw)


def test_nothing_of_an_unsigned_message_is_understood(world: World, double: Double) -> None:
    needs(world, push_verified=True)
    headers, raw = double.pushed({"kind": "order.changed", "subject": "1"})
    signature = headers["X-SanThu-Signature"]
    for changed, body in (
        ({}, raw),
        ({"X-SanThu-Signature": ""}, raw),
        ({"X-SanThu-Signature": signature.removeprefix("v1=")}, raw),
        ({"X-SanThu-Signature": signature[:-1] + "ữ"}, raw),
        ({"X-SanThu-Time": str(int(headers["X-SanThu-Time"]) + 1)}, raw),
        ({"X-SanThu-Time": ""}, raw),
        ({"X-SanThu-Time": "1e9"}, raw),
        ({}, raw + b" "),
        ({}, b""),
        ({}, b"\xff\xfe"),
    ):
        if changed or body != raw:
            with pytest.raises(PushRefused):
                world.adapter.parse_push(world.connection, headers | changed, body)
    stranger = replace(world.connection, credentials={"key": "another"})
    for connection in (stranger, replace(stranger, credentials={})):
        with pytest.raises(PushRefused):
            world.adapter.parse_push(connection, headers, raw)


def test_a_clock_far_off_takes_no_message_and_one_a_little_off_does(
    world: World, double: Double, time_machine: Any
) -> None:
    needs(world, push_verified=True)
    headers, raw = double.pushed({"kind": "order.changed", "subject": "1"})
    sent = datetime.fromtimestamp(int(headers["X-SanThu-Time"]), UTC)
    for minutes, taken in ((-4, True), (4, True), (-6, False), (6, False)):
        time_machine.move_to(sent + timedelta(minutes=minutes), tick=False)
        if taken:
            assert world.adapter.parse_push(world.connection, headers, raw)
        else:
            with pytest.raises(PushRefused):
                world.adapter.parse_push(world.connection, headers, raw)
