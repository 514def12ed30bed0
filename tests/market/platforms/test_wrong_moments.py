"""What happens to listings when the wrong thing comes at the wrong moment: each of these was once a fault."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DataError

from core.kit import clock
from core.people.queries import SYSTEM
from market.listings.actions import pause_listing, publish_listing, take_stock
from market.listings.events import ListingChanged
from market.listings.models import Listing
from market.platforms.contract import AuthExpired, RemoteIds, Retryable
from market.platforms.engine import flow, home, ways
from market.platforms.engine.desired import on_listing_changed
from market.platforms.engine.documents import document_of, settings_of
from market.platforms.engine.look import look_at_due
from market.platforms.engine.push import push_due
from market.platforms.models import Connection, Drift, Flow, PlatformListing
from market.platforms.queries import state_of
from market.platforms.reconcile.actions import NotPossible, take_theirs
from market.platforms.sandbox.process import Double
from market.platforms.santhu.adapter import CAPABILITIES, SanThuAdapter
from market.platforms.santhu.refusals import remote_issue
from onboarding.accounts.models import Observation
from tests.market.platforms.engine_tools import Engine
from tests.market.platforms.storms import Crash, dying_at
from tests.market.platforms.test_reconcile import ADAPTER, connection, found, somebody_creates
from tests.people import People, make_listing


@pytest.fixture
def engine(double: Double, listing: Listing, settings: Any) -> Iterator[Engine]:
    settings.SANDBOX_MARKET = {"url": double.url, "key": double.key}
    yield Engine(listing, double)
    double.plan()


UNREADABLE = [
    {"kind": "cut_after", "method": "POST", "path": "/api/listings", "calls": [1]},
    {"kind": "not_readable", "method": "GET", "path": "/api/listings", "seconds": 4.0},
]


def _stock(engine: Engine, number: int) -> None:
    engine.edit(stock=number)


def test_edit_inside_settling_makes_no_second_object(engine: Engine) -> None:
    engine.double.plan(*UNREADABLE)
    push_due()
    assert engine.row.work == "outcome_unknown" and engine.row.next_try_at > clock.now() + timedelta(seconds=2)
    engine.edit(price=51_000)
    push_due()
    assert len(engine.double.listings()) == 1


def test_pause_inside_settling_leaves_nothing_there(engine: Engine) -> None:
    engine.double.plan(*UNREADABLE)
    push_due()
    pause_listing(listing=engine.listing, by=SYSTEM)
    push_due()
    time.sleep(4.5)
    engine.double.plan()
    for _ in range(3):
        engine.push()
    assert engine.double.listings() == [], (engine.state, engine.row.wanted)


def test_stock_back_to_confirmed_after_unknown_outcome(engine: Engine) -> None:
    engine.go_live()
    take_stock([(engine.listing, 10)])
    engine.push()
    assert engine.remote()["quantity"] == 0
    engine.double.plan({"kind": "cut_after", "method": "PATCH", "calls": [1]})
    _stock(engine, 5)
    engine.push()
    take_stock([(Listing.objects.get(pk=engine.listing.pk), 5)])
    engine.double.plan()
    for _ in range(3):
        engine.push()
    assert engine.row.offer_work == "idle" and Listing.objects.get(pk=engine.listing.pk).stock == 0
    assert engine.remote()["quantity"] == 0


def test_words_back_to_confirmed_after_unknown_outcome(engine: Engine) -> None:
    engine.go_live()
    engine.double.plan({"kind": "cut_after", "method": "PUT", "calls": [1]})
    engine.edit(name="Hạt điều nhầm")
    engine.push()
    engine.edit(name="Hạt điều rang")
    engine.double.plan()
    for _ in range(3):
        engine.push()
    assert engine.row.work == "idle" and engine.remote()["name"] == "Hạt điều rang"


def test_taken_down_with_lost_answer_then_wanted_again(engine: Engine) -> None:
    engine.go_live()
    engine.double.plan({"kind": "cut_after", "method": "DELETE", "calls": [1]})
    pause_listing(listing=engine.listing, by=SYSTEM)
    engine.push()
    publish_listing(listing=Listing.objects.select_related("shop").get(pk=engine.listing.pk), by=SYSTEM)
    engine.double.plan()
    for _ in range(3):
        engine.push()
    assert len(engine.double.listings()) == 1, (engine.state, engine.row.offer_work)


def test_removed_there_is_not_recreated_by_a_sold_kilogram(engine: Engine) -> None:
    engine.go_live()
    ADAPTER.withdraw(settings_of(connection()), RemoteIds(engine.row.remote_id), "by-hand")
    take_stock([(engine.listing, 1)])
    engine.push()
    assert engine.row.observed == "absent"
    take_stock([(Listing.objects.get(pk=engine.listing.pk), 1)])
    engine.push()
    assert engine.double.listings() == []


def test_removed_found_by_a_push_ends_the_evidence(engine: Engine) -> None:
    engine.go_live()
    ADAPTER.withdraw(settings_of(connection()), RemoteIds(engine.row.remote_id), "by-hand")
    take_stock([(engine.listing, 1)])
    engine.push()
    assert state_of(engine.row).sentence != "Sàn đang duyệt.", "what the seller reads"
    assert Observation.objects.order_by("-pk")[0].result == "gone"


def test_removed_found_by_a_content_push_ends_the_evidence(engine: Engine) -> None:
    engine.go_live()
    ADAPTER.withdraw(settings_of(connection()), RemoteIds(engine.row.remote_id), "by-hand")
    engine.edit(name="Hạt điều rang muối")
    engine.push()
    assert engine.state == ("absent", "dead")
    assert Observation.objects.order_by("-pk")[0].result == "gone"


@pytest.mark.parametrize(("rate", "asked"), [(0.2, 10), (10.0, 80)])
def test_limiter_many_askers_in_one_moment(people: People, time_machine: Any, rate: float, asked: int) -> None:
    time_machine.move_to("2026-03-01T05:00:00Z", tick=False)
    conn = connection()
    Flow.objects.create(connection=conn, rate_limit=rate)
    moments = [m for _ in range(asked) for m in flow.take_turns(conn, 2, CAPABILITIES).moments]
    within = [m for m in moments if m <= clock.now() + timedelta(seconds=2.01)]
    assert len(within) <= 2 * rate + 2, f"{len(within)} calls within 2 s at {rate}/s"


def test_breaker_survives_a_night(people: People) -> None:
    conn = connection()
    row = flow.flow_of(conn)
    for _ in range(60):
        Flow.objects.filter(pk=row.pk).update(breaker="half_open")
        assert flow.note_trouble(row, Retryable("down"))
    row.refresh_from_db()
    assert (row.breaker, row.opened_times) == ("open", 60)
    assert row.open_until is not None and row.open_until <= clock.now() + flow.OPEN_AT_MOST


def test_open_breaker_does_not_stop_looking_for_ever(engine: Engine) -> None:
    engine.go_live()
    Flow.objects.update(breaker="open", open_until=clock.now() - timedelta(hours=5))
    PlatformListing.objects.update(seen_at=clock.now() - timedelta(days=3))
    for _ in range(3):
        engine.push()
        engine.look()
    assert engine.row.seen_at > clock.now() - timedelta(days=1), Flow.objects.get(connection__adapter="santhu").breaker


def test_hidden_there_is_not_seen_live(engine: Engine) -> None:
    engine.push()
    ADAPTER.set_visibility(settings_of(connection()), RemoteIds(engine.row.remote_id), False, "by-hand")
    engine.double.approve(engine.row.remote_id)
    engine.look()
    assert not Observation.objects.filter(result="live").exists(), engine.state


def test_not_readable_yet_is_not_removed(engine: Engine) -> None:
    engine.double.plan({"kind": "not_readable", "method": "GET", "path": "/api/listings", "seconds": 4.0})
    engine.push()
    look_at_due()
    assert engine.row.remote_id and engine.state == ("pending", "idle"), engine.row.last_error


def test_one_row_that_cannot_be_written_stops_no_other(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        make_listing(engine.listing.shop, name=f"Hạt điều {number}")
    real = home.keep_remote

    def keep(row: PlatformListing, remote: RemoteIds) -> None:
        if row.listing_id == engine.listing.pk:
            raise DataError("value too long / NUL")
        real(row, remote)

    monkeypatch.setattr(home, "keep_remote", keep)
    engine.due()
    push_due()
    others = PlatformListing.objects.filter(connection__adapter="santhu").exclude(listing=engine.listing)
    assert set(others.values_list("work", flat=True)) == {"idle"}


def test_a_fault_of_ours_in_the_offer_lane_stops_in_the_end(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.go_live()
    take_stock([(engine.listing, 1)])
    PlatformListing.objects.update(work="idle")

    def broken(*_: Any) -> Any:
        raise RuntimeError("ours")

    monkeypatch.setattr(SanThuAdapter, "put_offers", broken)
    for _ in range(10):
        engine.push()
    assert engine.row.offer_work == "dead", (engine.row.work, engine.row.offer_work, engine.row.offer_attempts)


def test_an_open_order_only_delays_a_take_down(engine: Engine) -> None:
    engine.go_live()
    engine.double.plan({"kind": "open_order", "method": "DELETE"})
    pause_listing(listing=engine.listing, by=SYSTEM)
    for _ in range(7):
        engine.push()
    engine.double.plan()
    engine.push()
    assert engine.double.listings() == [], engine.state


def test_one_call_counts_once_for_the_day(engine: Engine) -> None:
    engine.go_live()
    Flow.objects.update(calls_on_day=0)
    before = len(engine.double.calls())
    engine.due(seen_at=clock.now() - timedelta(days=1))
    look_at_due()
    assert Flow.objects.get(connection__adapter="santhu").calls_on_day == len(engine.double.calls()) - before


def test_kill_after_offer_write_then_back(engine: Engine) -> None:
    Connection.objects.exclude(adapter="santhu").update(is_enabled=False)
    engine.go_live()
    take_stock([(engine.listing, 10)])
    engine.push()
    engine.edit(stock=5)
    with pytest.raises(Crash), dying_at("the outcome came"):
        engine.push()
    assert engine.remote()["quantity"] == 5
    take_stock([(Listing.objects.get(pk=engine.listing.pk), 5)])
    for _ in range(3):
        engine.due(leased_until=clock.now() - timedelta(seconds=1))
        push_due()
    assert engine.row.offer_work == "idle" and engine.remote()["quantity"] == 0


def test_a_change_without_a_revision_while_in_the_air(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promotions and badges that turn emit ListingChanged without a new revision."""
    engine.go_live()
    take_stock([(engine.listing, 1)])
    real = home.bring_home

    def bring(row: PlatformListing, *given: Any, **more: Any) -> bool:
        monkeypatch.setattr(home, "bring_home", real)
        Listing.objects.filter(pk=engine.listing.pk).update(price=44_000)  # stands for a promotion that begins today
        on_listing_changed(ListingChanged(engine.listing.pk))
        return real(row, *given, **more)

    monkeypatch.setattr(home, "bring_home", bring)
    Connection.objects.exclude(adapter="santhu").update(is_enabled=False)
    for _ in range(3):
        engine.push()
    assert engine.remote()["price_vnd"] == 44_000, (engine.row.work, engine.row.offer_work)


def test_two_minutes_of_outage_park_nothing(engine: Engine) -> None:
    engine.go_live()
    engine.double.plan({"path": "/api/", "kind": "server_error"})
    take_stock([(engine.listing, 10)])
    waited = 0.0
    for _ in range(8):
        engine.push()
        if engine.row.offer_work == "dead":
            break
        waited += (engine.row.offer_next_try_at - clock.now()).total_seconds()
    assert engine.row.offer_work != "dead", f"sold out is given up after {waited:.0f} s"


def test_waiting_for_another_workers_refresh_is_no_trouble(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(9):
        make_listing(engine.listing.shop, name=f"Hạt điều {number}")

    def expired(*_: Any) -> Any:
        raise AuthExpired("ran out")

    monkeypatch.setattr(SanThuAdapter, "find", expired)
    monkeypatch.setattr(ways, "refresh", lambda connection: None)  # somebody else is at it
    engine.push()
    assert Flow.objects.get(connection__adapter="santhu").breaker == "closed"


def test_what_postgresql_cannot_keep_is_taken_out(engine: Engine) -> None:
    assert "\x00" not in remote_issue("rejected_by_review", "name", "Thi\x00ếu \ud800").remote_text


def test_two_there_and_none_known_are_both_shown_to_people(engine: Engine, people: People) -> None:
    """A price that waits for an object kept the comparison away from the very objects it waits for."""
    document = document_of(Listing.objects.get(pk=engine.listing.pk))
    first, second = somebody_creates(document), somebody_creates(document)
    engine.push()
    take_stock([(engine.listing, 1)])
    engine.push()
    row = engine.row
    assert (row.work, row.cause, row.offer_work) == ("dead", "Conflict:two_objects", "queued")
    assert dict(found().found) == {"stranger": 2}
    ours, theirs = (Drift.objects.get(remote_id=remote) for remote in (first, second))
    take_theirs(drift=ours, by=people.viewer("buu"))
    with pytest.raises(NotPossible):
        take_theirs(drift=theirs, by=people.viewer("buu"))
    engine.push()
    assert (engine.row.remote_id, engine.row.work, engine.row.offer_work) == (first, "idle", "idle")
    assert dict(found().found) == {"duplicate": 1}
