"""Pace, pauses, the day's calls and the breaker: one row that all workers share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.kit import clock
from market.listings.models import Listing
from market.platforms.contract import RateNotice, Retryable
from market.platforms.engine import claiming, flow, home
from market.platforms.engine.push import push_due
from market.platforms.models import Connection, Flow, PlatformListing
from market.platforms.sandbox.process import Double
from market.platforms.santhu.adapter import CAPABILITIES
from tests.market.platforms.engine_tools import Engine
from tests.people import People, make_listing

NOON = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)


@pytest.fixture
def connection(people: People, time_machine: Any) -> Connection:
    time_machine.move_to(NOON, tick=False)
    found = Connection.objects.select_related("platform").get(adapter="santhu")
    Flow.objects.create(connection=found, rate_limit=10.0)
    return found


@pytest.fixture
def engine(double: Double, listing: Listing, settings: Any) -> Iterator[Engine]:
    settings.SANDBOX_MARKET = {"url": double.url, "key": double.key}
    yield Engine(listing, double)
    double.plan()


def row() -> Flow:
    return Flow.objects.get(connection__adapter="santhu")


def seconds(turns: flow.Turns) -> list[float]:
    return [round((moment - NOON).total_seconds(), 3) for moment in turns.moments]


def test_turns_follow_each_other_whoever_takes_them(connection: Connection) -> None:
    assert seconds(flow.take_turns(connection, 3, CAPABILITIES)) == [0.0, 0.1, 0.2]
    assert seconds(flow.take_turns(connection, 2, CAPABILITIES)) == [0.3, 0.4]


def test_nobody_takes_turns_far_ahead(connection: Connection) -> None:
    assert len(flow.take_turns(connection, 500, CAPABILITIES).moments) == 10


def test_a_clock_that_was_set_back_holds_nothing_up(connection: Connection) -> None:
    Flow.objects.update(free_at=NOON + timedelta(days=3))
    assert max(seconds(flow.take_turns(connection, 1, CAPABILITIES))) <= 2


def test_the_pace_is_what_was_set_then_what_was_learned_then_what_is_documented(
    connection: Connection, time_machine: Any
) -> None:
    assert flow.rate_of(row(), CAPABILITIES) == 10
    Flow.objects.update(rate_limit=None)
    assert flow.rate_of(row(), CAPABILITIES) == CAPABILITIES.calls_per_second
    flow.learn(connection, RateNotice(calls_per_second=3.0))
    assert flow.rate_of(row(), CAPABILITIES) == 3
    time_machine.move_to(NOON + timedelta(hours=2), tick=False)
    assert flow.rate_of(row(), CAPABILITIES) == CAPABILITIES.calls_per_second


def test_a_used_up_window_pauses_everybody(connection: Connection) -> None:
    flow.learn(connection, RateNotice(calls_left=0, window_seconds=30))
    turns = flow.take_turns(connection, 1, CAPABILITIES)
    assert (turns.moments, turns.again_at) == ((), NOON + timedelta(seconds=30))
    flow.pause(connection, NOON + timedelta(seconds=5))
    assert row().paused_until == NOON + timedelta(seconds=30), "a longer pause stays"


def test_the_calls_of_a_day_end_at_midnight_in_vietnam(connection: Connection, time_machine: Any) -> None:
    Flow.objects.update(daily_limit=3)
    assert len(flow.take_turns(connection, 5, CAPABILITIES).moments) == 3
    turns = flow.take_turns(connection, 1, CAPABILITIES)
    assert turns.moments == () and turns.again_at == datetime(2026, 3, 1, 17, 0, tzinfo=UTC)
    time_machine.move_to("2026-03-01T17:00:01Z", tick=False)
    assert len(flow.take_turns(connection, 5, CAPABILITIES).moments) == 3


def test_the_breaker_opens_lets_one_probe_through_and_waits_longer_each_time(
    connection: Connection, time_machine: Any
) -> None:
    down = Retryable("HTTP 500")
    opened = [flow.note_trouble(row(), down) for _ in range(flow.OPENS_AFTER)]
    assert opened == [False] * (flow.OPENS_AFTER - 1) + [True]
    assert (row().breaker, row().open_until) == ("open", NOON + flow.OPEN_AT_FIRST)
    assert not flow.may_send(connection, row()) and not flow.take_probe(row())
    time_machine.move_to(NOON + flow.OPEN_AT_FIRST, tick=False)
    assert [flow.take_probe(row()), flow.take_probe(row())] == [True, False], "one worker tries"
    assert flow.note_trouble(row(), down)
    assert (row().breaker, row().open_until) == ("open", NOON + flow.OPEN_AT_FIRST * 3)
    time_machine.move_to(NOON + flow.OPEN_AT_FIRST * 3, tick=False)
    assert flow.take_probe(row())
    time_machine.move_to(NOON + flow.OPEN_AT_FIRST * 3 + flow.PROBE_LEASE, tick=False)
    assert flow.take_probe(row()), "whoever tried has vanished"
    flow.note_success(row())
    assert (row().breaker, row().failures, row().opened_times) == ("closed", 0, 0)
    assert flow.may_send(connection, row())


def test_while_the_breaker_is_open_one_listing_a_time_is_tried_and_no_try_is_used_up(
    engine: Engine, people: People
) -> None:
    for number in range(flow.OPENS_AFTER + 3):
        make_listing(engine.listing.shop, name=f"Hạt điều {number}")
    engine.double.plan({"path": "/api/", "kind": "server_error"})
    push_due()
    assert row().breaker == "open"
    tried = sum(PlatformListing.objects.filter(connection__adapter="santhu").values_list("attempts", flat=True))
    before = len(engine.double.calls())
    assert push_due() == 0 and len(engine.double.calls()) == before
    engine.due()
    PlatformListing.objects.update(next_try_at=clock.now() - timedelta(seconds=1))
    assert push_due() == 1
    after = sum(PlatformListing.objects.filter(connection__adapter="santhu").values_list("attempts", flat=True))
    assert (tried, after) == (0, 0), "in an outage nobody's tries are used up"
    engine.double.plan()
    for _ in range(3):
        PlatformListing.objects.update(next_try_at=clock.now() - timedelta(seconds=1))
        Flow.objects.update(open_until=clock.now() - timedelta(seconds=1))
        push_due()
    assert (row().breaker, PlatformListing.objects.filter(observed="pending").count()) == (
        "closed",
        flow.OPENS_AFTER + 4,
    )


def test_goods_that_are_gone_overtake_words(engine: Engine) -> None:
    others = [make_listing(engine.listing.shop, name=f"Hạt điều {number}") for number in range(3)]
    engine.go_live()
    engine.edit(stock=0)
    for other in others:
        Engine(other, engine.double).edit(description="Khác")
    Flow.objects.update(rate_limit=0.2)
    before = len(engine.double.calls())
    PlatformListing.objects.update(next_try_at=clock.now() - timedelta(seconds=1))
    push_due()
    assert [call["path"] for call in engine.double.calls()[before:]] == [f"/api/listings/{engine.row.remote_id}/offer"]
    stocks = {found["seller_sku"]: found["quantity"] for found in engine.double.listings()}
    assert stocks.pop(engine.listing.sku) == 0 and set(stocks.values()) == {10}


def test_words_that_wait_for_the_seller_hold_up_no_sold_out(engine: Engine) -> None:
    engine.go_live()
    engine.edit(name="Ớt")
    engine.push()
    assert engine.state == ("live", "blocked")
    engine.edit(name="Ớt", stock=0)
    engine.push()
    assert engine.remote()["quantity"] == 0 and engine.remote()["name"] == "Hạt điều rang"
    assert (engine.state, engine.row.offer_work) == (("live", "blocked"), "idle")


def test_a_refused_key_stops_the_connection_and_no_listing(engine: Engine, settings: Any) -> None:
    settings.SANDBOX_MARKET = {"url": engine.double.url, "key": "wrong"}
    engine.push()
    assert Connection.objects.get(adapter="santhu").stopped == "key"
    assert (engine.state, engine.row.attempts) == (("absent", "queued"), 0)
    calls = len(engine.double.calls())
    engine.push()
    assert len(engine.double.calls()) == calls
    settings.SANDBOX_MARKET = {"url": engine.double.url, "key": engine.double.key}
    Connection.objects.update(stopped="")
    engine.push()
    assert engine.state == ("pending", "idle")


def test_no_call_starts_when_its_lease_is_about_to_end(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that was held up must not create what another one is creating by then."""
    monkeypatch.setattr("market.platforms.engine.push.LONGEST_CALL", claiming.LEASE)
    engine.push()
    assert engine.double.calls() == [] and (engine.state, engine.row.attempts) == (("absent", "queued"), 0)


def test_a_connection_that_nobody_serves_stops_no_other(engine: Engine) -> None:
    Connection.objects.filter(adapter="voso").update(adapter="gone")
    engine.push()
    engine.look()
    assert engine.state == ("pending", "idle")


def test_a_days_limit_that_is_raised_is_noticed_within_a_minute(engine: Engine) -> None:
    connection = engine.row.connection
    Flow.objects.create(connection=connection, daily_limit=1)
    engine.push()
    row = engine.row
    assert (row.work, row.attempts) == ("queued", 0)
    assert row.next_try_at is not None and row.next_try_at <= clock.now() + timedelta(seconds=home.OUR_PAUSE)
    Flow.objects.update(daily_limit=100)
    engine.push()
    assert engine.state == ("pending", "idle")


def test_turns_that_nobody_used_are_free_again(connection: Connection) -> None:
    turns = flow.take_turns(connection, 5, CAPABILITIES)
    flow.give_back(connection, turns.moments[2:], turns)
    assert row().calls_on_day == 2
    assert seconds(flow.take_turns(connection, 2, CAPABILITIES)) == [0.2, 0.3]


def test_turns_before_those_of_another_worker_are_not_given_twice(connection: Connection) -> None:
    first = flow.take_turns(connection, 3, CAPABILITIES)
    other = flow.take_turns(connection, 2, CAPABILITIES)
    flow.give_back(connection, first.moments[1:], first)
    assert (row().calls_on_day, row().free_at) == (3, other.until)
    last = flow.take_turns(connection, 2, CAPABILITIES)
    flow.give_back(connection, [first.moments[2], *last.moments], last)
    assert seconds(flow.take_turns(connection, 1, CAPABILITIES)) == [0.5], "only what was taken last"


def test_a_round_goes_on_claiming_while_the_pace_allows(
    engine: Engine, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round of a second takes what sixty calls bring up, four listings at a time."""
    for number in range(17):
        make_listing(engine.listing.shop, name=f"Hạt điều {number}")
    monkeypatch.setattr(claiming, "BATCH_AT_MOST", 4)
    monkeypatch.setattr(claiming, "BATCH_SECONDS", 1)
    Flow.objects.create(connection=engine.row.connection, rate_limit=60.0)
    rows = PlatformListing.objects.filter(connection=engine.row.connection)
    limits, real = [], claiming.claim

    def claim(way: Any, limit: int) -> Any:
        if way.connection == engine.row.connection:
            limits.append(limit)
        return real(way, limit)

    monkeypatch.setattr(claiming, "claim", claim)
    others = PlatformListing.objects.exclude(connection=engine.row.connection)
    others.update(work="idle", offer_work="idle")
    assert push_due() == 15, "sixty calls, four for each listing"
    assert (rows.filter(observed="pending").count(), max(limits), sum(limits)) == (15, 4, 15)
    assert push_due() == 3 and rows.filter(observed="pending").count() == 18
    assert rows.exclude(leased_until=None).count() == 0
    assert len(engine.double.listings()) == 18


def test_a_connection_that_had_nothing_has_its_turn_within_a_long_round(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        make_listing(engine.listing.shop, name=f"Hạt điều {number}")
    monkeypatch.setattr(claiming, "BATCH_AT_MOST", 2)
    Flow.objects.create(connection=engine.row.connection, rate_limit=500.0)
    others = PlatformListing.objects.exclude(connection=engine.row.connection)
    others.update(work="idle", offer_work="idle")
    real = home.bring_home

    def bring_home(*arguments: Any, **options: Any) -> bool:
        others.filter(sent_revision=0, submission="").update(work="queued", next_try_at=clock.now(), submission="-")
        return real(*arguments, **options)

    monkeypatch.setattr(home, "bring_home", bring_home)
    assert push_due() == 6 + others.count()
    assert set(others.values_list("work", flat=True)) == {"awaiting_operator"}


@pytest.mark.parametrize("change", [{"is_enabled": False}, {"stopped": "key"}, {"base_url": "http://127.0.0.1:1"}])
def test_what_a_person_changes_ends_a_round_with_what_is_claimed(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    for number in range(5):
        make_listing(engine.listing.shop, name=f"Hạt điều {number}")
    monkeypatch.setattr(claiming, "BATCH_AT_MOST", 2)
    connection = engine.row.connection
    Flow.objects.create(connection=connection, rate_limit=500.0)
    real = home.bring_home

    def bring_home(*arguments: Any, **options: Any) -> bool:
        Connection.objects.filter(pk=connection.pk).update(**change)
        return real(*arguments, **options)

    monkeypatch.setattr(home, "bring_home", bring_home)
    push_due()
    assert len(engine.double.listings()) == 2
    assert PlatformListing.objects.filter(connection=connection, work="queued").count() == 4


def test_a_fault_while_claiming_more_loses_nothing_that_is_in_the_air(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        make_listing(engine.listing.shop, name=f"Hạt điều {number}")
    monkeypatch.setattr(claiming, "BATCH_AT_MOST", 2)
    connection = engine.row.connection
    Flow.objects.create(connection=connection, rate_limit=500.0)
    PlatformListing.objects.exclude(connection=connection).update(work="idle", offer_work="idle")
    claims, real = [], claiming.documents_of

    def documents_of(*arguments: Any) -> Any:
        claims.append(1)
        if len(claims) == 2:
            raise OSError("a photo")
        return real(*arguments)

    monkeypatch.setattr(claiming, "documents_of", documents_of)
    assert push_due() == 2
    rows = PlatformListing.objects.filter(connection=connection)
    assert sorted(rows.values_list("work", "observed")) == [("idle", "pending")] * 2 + [("queued", "absent")] * 4
    while rows.filter(work="queued").exists():
        push_due()
    assert len(engine.double.listings()) == 6


def test_a_day_that_ends_lets_the_turns_at_hand_be_used(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        make_listing(engine.listing.shop, name=f"Hạt điều {number}")
    connection = engine.row.connection
    Flow.objects.create(connection=connection, rate_limit=500.0, daily_limit=20)
    push_due()
    assert (len(engine.double.calls()), row().calls_on_day) == (20, 20)
    assert set(PlatformListing.objects.filter(connection=connection).values_list("attempts", flat=True)) == {0}
