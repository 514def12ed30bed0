"""The engine over each adapter: one object whatever happens, no needless write, and trouble that passes by itself."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from core.kit import clock
from market.platforms.contract import (
    AdapterKind,
    ApiAdapter,
    AuthWay,
    ConnectionSettings,
    HealthState,
    MediaWay,
    RemoteIds,
    RemoteSnapshot,
)
from market.platforms.engine import claiming
from market.platforms.engine.auth import refresh
from market.platforms.engine.documents import documents_of, settings_of
from market.platforms.engine.flow import OPENS_AFTER, flow_of
from market.platforms.engine.look import look_at_due
from market.platforms.engine.push import push_due
from market.platforms.engine.sending import speak
from market.platforms.engine.ways import Round
from market.platforms.models import Connection, Flow, PlatformListing
from market.platforms.queries import states_of
from market.platforms.sandbox.process import ROOT
from tests.contracts.platform_worlds import World, needs
from tests.market.platforms.engine_tools import Engine
from tests.market.platforms.test_worker_killed import environment
from tests.people import People, make_listing, make_people, make_shop

SECOND = timedelta(seconds=1)
# Ways that need something from a person, which may be wrong or taken back.
SIGNED_IN = {AuthWay.KEY, AuthWay.PASSWORD}


@pytest.fixture
def engine(world: World, people: People, settings: Any) -> Iterator[Engine]:
    world.connect(settings)
    yield Engine(make_listing(make_shop(people)), world.server, world.adapter.key)
    world.server.plan()


def rows(engine: Engine) -> Any:
    return PlatformListing.objects.filter(connection=engine.row.connection)


def more(engine: Engine, count: int) -> None:
    for number in range(count):
        make_listing(engine.listing.shop, name=f"Hạt điều {number}")


def all_due(engine: Engine) -> None:
    past = clock.now() - SECOND
    rows(engine).update(next_try_at=past, offer_next_try_at=past, not_before=None)
    Flow.objects.update(paused_until=None, open_until=past)


# 2 · 3


def test_ten_cuts_after_the_write_leave_ten_objects(world: World, engine: Engine) -> None:
    needs(world, kind=AdapterKind.API, lookup_by_reference=True)
    for number in range(10):
        engine.double.plan({**world.creation, "kind": "cut_after", "calls": [1]})
        listing = engine.listing if number == 0 else make_listing(engine.listing.shop, name=f"Hạt {number}")
        each = Engine(listing, engine.double, engine.adapter)
        each.push()
        assert each.state == ("absent", "outcome_unknown")
        each.push()
        assert each.state == ("pending", "idle")
    there = sorted((item["seller_sku"], str(item["id"])) for item in engine.double.listings())
    assert there == sorted(rows(engine).values_list("listing__sku", "remote_id")) and len(there) == 10


def test_an_outcome_that_never_came_home_is_found_again(world: World, engine: Engine) -> None:
    needs(world, kind=AdapterKind.API)
    way = Round().way(engine.row.connection, flow_of(engine.row.connection))
    ((_, task),) = claiming.claim(way, 10)
    speak(task, settings_of(engine.row.connection), lambda remote: None)
    assert (engine.state, engine.row.remote_id) == (("absent", "in_flight"), "")
    engine.due(leased_until=clock.now() - SECOND)
    push_due()
    assert engine.state == ("pending", "idle") and str(engine.remote()["id"]) == engine.row.remote_id


def test_what_stands_there_under_our_sku_is_taken_over_and_not_doubled(world: World, engine: Engine) -> None:
    needs(world, kind=AdapterKind.API, lookup_by_reference=True)
    ours = documents_of([engine.listing.pk], engine.row.connection.platform)[engine.listing.pk]
    world.adapter.put_content(world.connection, ours, None, "by somebody else's hand")
    ((item,), writes) = (engine.double.listings(), engine.writes())
    engine.push()
    assert engine.state == ("pending", "idle") and engine.row.remote_id == str(item["id"])
    assert engine.double.listings() == [item]
    # A platform that keeps SKUs apart is asked to create, with the photos that it takes before that, and refuses; any other is looked at first.
    capabilities = world.adapter.capabilities(world.connection)
    sent = len(ours.photos) if capabilities.media is MediaWay.PUSH else 0
    assert len(engine.writes()) - len(writes) == (1 + sent if capabilities.sku_unique else 0)


# 4


def test_a_worker_that_comes_late_makes_no_second_object(world: World, engine: Engine) -> None:
    needs(world, kind=AdapterKind.API)
    connection = engine.row.connection
    way = Round().way(connection, flow_of(connection))
    ((_, slow),) = claiming.claim(way, 10)
    assert claiming.claim(way, 10) == [], "what is leased is nobody else's"
    engine.due(leased_until=clock.now() - SECOND)
    push_due()
    speak(slow, settings_of(connection), lambda remote: None)
    assert str(engine.remote()["id"]) == engine.row.remote_id


def test_two_worker_processes_make_one_object_each(
    world: World, request: pytest.FixtureRequest, tmp_path: Path, settings: Any
) -> None:
    needs(world, kind=AdapterKind.API)
    request.getfixturevalue("committed_db")
    world.connect(settings)
    shop = make_shop(make_people())
    skus = sorted(make_listing(shop, name=f"Hạt điều {number}").sku for number in range(6))
    world.server.habits(latency_ms=150)
    environ = environment(world.server, tmp_path) | world.environment()
    command = [sys.executable, "manage.py", "shell", "-v0", "-c"]
    round_ = "from market.platforms.engine.push import push_due; push_due()"
    workers = [subprocess.Popen([*command, round_], cwd=ROOT, env=environ, stderr=subprocess.PIPE) for _ in range(2)]
    assert [(worker.wait(timeout=60), worker.communicate()[1][-500:]) for worker in workers] == [(0, b"")] * 2
    assert sorted(item["seller_sku"] for item in world.server.listings()) == skus
    found = PlatformListing.objects.filter(connection__adapter=world.adapter.key)
    assert set(found.values_list("work", "fence")) == {("idle", 1)}, "each was claimed once"


# 5


def test_an_unchanged_push_writes_nothing(world: World, engine: Engine) -> None:
    is_api = world.adapter.capabilities(world.connection).kind is AdapterKind.API
    engine.go_live() if is_api else engine.push()
    before, writes = engine.state, engine.writes()
    for _ in range(3):
        engine.due(work="queued", offer_work="queued") if is_api else engine.due()
        push_due()
    assert (engine.state, engine.writes()) == (before, writes)
    if is_api:
        assert writes, "the measure sees writes"
        engine.edit(price=65_000)
        engine.push()
        assert [call.split()[0] for call in engine.writes()[len(writes) :]] == list(world.repricing)


def test_a_sheet_waits_for_its_operator(world: World, engine: Engine) -> None:
    needs(world, kind=AdapterKind.FILE)
    engine.push()
    assert engine.state == ("absent", "awaiting_operator")
    assert engine.writes() == [] or world.adapter.key not in str(engine.writes())


# 14


def test_a_review_that_takes_longer_than_promised_is_late_and_nothing_else(
    world: World, engine: Engine, time_machine: Any
) -> None:
    hours = world.adapter.capabilities(world.connection).review_hours
    engine.push()
    due = engine.row.expected_by
    assert (due is None) is (hours is None)
    if due is None:
        return
    before, writes = engine.state, engine.writes()
    for minutes, is_late in ((-1, False), (1, True)):
        time_machine.move_to(due + timedelta(minutes=minutes), tick=False)
        engine.look()
        (told,) = [state for state in states_of(engine.listing) if state.row and state.row.pk == engine.row.pk]
        assert told.sentence.startswith("Sàn duyệt lâu hơn dự kiến." if is_late else "Sàn đang duyệt.")
        assert (engine.state, engine.writes(), engine.row.expected_by) == (before, writes, due)


# 16 · 17


def test_removed_there_is_not_made_again(world: World, engine: Engine) -> None:
    needs(world, kind=AdapterKind.API, reads_back=True)
    engine.go_live()
    world.adapter.withdraw(world.connection, RemoteIds(engine.row.remote_id), "by-hand")
    engine.due(seen_at=clock.now() - timedelta(days=1))
    look_at_due()
    engine.edit(name="Hạt điều rang muối")
    engine.push()
    assert (engine.state, engine.double.listings()) == (("absent", "dead"), [])


# 18


def with_tokens(world: World, engine: Engine) -> Connection:
    """The connection as an operator authorised it, its token out of date by now."""
    engine.double.habits(tokens=600)
    assert isinstance(world.adapter, ApiAdapter)
    connection = Connection.objects.select_related("platform").get(pk=engine.row.connection_id)
    given = world.adapter.authorise(settings_of(connection), world.answers())
    connection.credentials, connection.authorised_until = json.dumps(dict(given.values)), given.valid_until
    connection.save()
    engine.double.expire_tokens()
    return connection


def test_an_expired_token_is_renewed_once_and_the_work_is_done(world: World, engine: Engine) -> None:
    needs(world, auth=SIGNED_IN, key_expires=True)
    more(engine, 5)
    with_tokens(world, engine)
    all_due(engine)
    push_due()
    assert set(rows(engine).values_list("observed", "work", "attempts")) == {("pending", "idle", 0)}
    assert engine.double.exchanges() == 1 and len(engine.double.listings()) == 6
    refused = [call for call in engine.double.calls() if call["status"] == 401]
    assert 1 <= len(refused) <= 6, "each listing is replayed once at most"


def test_two_workers_renew_once(world: World, engine: Engine) -> None:
    needs(world, auth=SIGNED_IN, key_expires=True)
    mine = with_tokens(world, engine)
    theirs = Connection.objects.select_related("platform").get(pk=mine.pk)
    flow_of(mine)
    Flow.objects.update(refreshing_until=clock.now() + SECOND * 30)
    assert refresh(mine) is None, "somebody else is at it"
    Flow.objects.update(refreshing_until=None)
    first, second = refresh(mine), refresh(theirs)
    assert first is not None and second is not None
    assert first.credentials == second.credentials != mine.credentials
    assert engine.double.exchanges() == 1


# 19


@pytest.mark.parametrize(
    ("kind", "stopped"), [("key_revoked", "key"), ("shop_suspended", "shop"), ("shop_on_holiday", "shop")]
)
def test_a_refused_key_or_shop_stops_the_connection_and_no_listing(
    world: World, engine: Engine, kind: str, stopped: str
) -> None:
    needs(world, auth=SIGNED_IN, **({"suspends_shops": True} if stopped == "shop" else {}))
    engine.go_live()
    engine.edit(price=65_000)
    engine.double.plan({"kind": kind})
    engine.push()
    assert (engine.row.connection.stopped, engine.row.observed, engine.row.attempts) == (stopped, "live", 0)
    assert engine.row.remote_id and engine.row.offer_work == "queued"
    before = len(engine.double.calls())
    engine.push()
    engine.look()
    assert len(engine.double.calls()) == before, "nothing more is sent until a person has authorised anew"


# 20


@pytest.mark.parametrize(("header", "seconds"), [("90", 90), ("date", 90), (None, 30), ("999999999", 3600)])
def test_a_pause_is_kept_and_uses_up_no_try(
    world: World, engine: Engine, header: str | None, seconds: int, time_machine: Any
) -> None:
    needs(world, kind=AdapterKind.API)
    noon = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)
    time_machine.move_to(noon, tick=False)
    if header == "date":
        header = format_datetime(noon + timedelta(seconds=90), usegmt=True)
    engine.double.plan({"kind": "rate_limited", "retry_after": header, "calls": [1]})
    engine.push()
    flow = Flow.objects.get(connection=engine.row.connection)
    assert (engine.state, engine.row.attempts) == (("absent", "queued"), 0)
    assert flow.paused_until == engine.row.next_try_at == noon + timedelta(seconds=seconds)
    calls = len(engine.double.calls())
    time_machine.move_to(noon + timedelta(seconds=seconds - 1), tick=False)
    push_due()
    assert len(engine.double.calls()) == calls
    time_machine.move_to(noon + timedelta(seconds=seconds), tick=False)
    push_due()
    assert engine.state == ("pending", "idle")


# 21


def test_the_breaker_opens_and_one_probe_closes_it(world: World, engine: Engine) -> None:
    needs(world, kind=AdapterKind.API)
    more(engine, OPENS_AFTER)
    engine.double.plan({"kind": "server_error"})
    all_due(engine)
    push_due()
    flow = Flow.objects.get(connection=engine.row.connection)
    assert flow.breaker == Flow.Breaker.OPEN and flow.open_until is not None and flow.open_until > clock.now()
    before = len(engine.double.calls())
    rows(engine).update(next_try_at=clock.now() - SECOND)
    push_due()
    assert len(engine.double.calls()) == before, "an open breaker lets nothing through"
    engine.double.plan()
    all_due(engine)
    push_due()
    assert rows(engine).filter(work="idle").count() == 1, "one probe"
    all_due(engine)
    push_due()
    assert set(rows(engine).values_list("observed", "work")) == {("pending", "idle")}
    assert len(engine.double.listings()) == OPENS_AFTER + 1


# 24


def test_health_tells_a_wrong_key_from_a_server_that_is_down(world: World) -> None:
    needs(world, auth=SIGNED_IN)
    here, known = world.connection, world.connection.credentials
    states = [
        world.adapter.health(settings).state
        for settings in (
            here,
            ConnectionSettings(here.base_url, credentials=dict.fromkeys(known, "another"), allow_private=True),
            ConnectionSettings("http://127.0.0.1:9", credentials=known, allow_private=True),
        )
    ]
    assert states == [HealthState.OK, HealthState.WRONG_KEY, HealthState.DOWN]


# 27


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_that_is_ten_minutes_off_stops_nothing(
    world: World, engine: Engine, minutes: int, time_machine: Any
) -> None:
    time_machine.move_to(datetime.now(UTC) + timedelta(minutes=minutes), tick=True)
    assert world.adapter.health(world.connection).state is HealthState.OK
    engine.push()
    if world.adapter.capabilities(world.connection).kind is AdapterKind.FILE:
        assert engine.state == ("absent", "awaiting_operator")
        return
    engine.double.approve(engine.row.remote_id)
    engine.look()
    assert engine.state == ("live", "idle")
    assert isinstance(world.adapter.fetch(world.connection, RemoteIds(engine.row.remote_id)), RemoteSnapshot)
    seen_at = engine.row.seen_at
    assert seen_at is not None and abs(clock.now() - seen_at) < timedelta(minutes=1)
