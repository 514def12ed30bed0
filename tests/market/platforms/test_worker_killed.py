"""A real worker process dies in the middle of a call to a real marketplace; the next one finishes the work once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from core.jobs.models import Schedule
from core.kit import clock
from market.listings.models import Listing
from market.platforms.models import Connection, Flow, PlatformListing
from market.platforms.sandbox.process import ROOT, Double
from tests.market.platforms.engine_tools import Engine
from tests.people import make_listing, make_people, make_shop


def environment(double: Double, state: Path) -> dict[str, str]:
    """What a worker needs to see this test's database, photos and marketplace."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        database = f"sqlite:///{name}"
    else:
        database = f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{name}"
    return os.environ | {
        "MODE": "test",
        "DATABASE_URL": database,
        "STATE_DIR": str(state),
        "SANDBOX_MARKET_URL": double.url,
        "SANDBOX_MARKET_KEY": double.key,
    }


def until(condition: Callable[[], Any], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def test_kill_nine_in_the_middle_leaves_one_object(committed_db: None, double: Double, tmp_path: Path) -> None:
    people = make_people()
    engine = Engine(make_listing(make_shop(people)), double)
    # The marketplace makes the listing and says nothing for a long while: that is where the worker dies.
    silence = {"method": "POST", "path": "/api/listings", "kind": "timeout_after", "seconds": 8, "calls": [1]}
    double.plan(silence)
    command = [sys.executable, "manage.py", "work"]
    environ = environment(double, tmp_path)
    worker = subprocess.Popen([*command, "--interval", "0.1"], cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
    try:
        until(lambda: worker.poll() is not None or double.listings())
        assert worker.poll() is None, "the worker ended by itself"
    finally:
        worker.send_signal(signal.SIGKILL)
        assert worker.wait(timeout=10) == -signal.SIGKILL
    row = engine.row
    assert (row.work, row.remote_id, row.sent_revision) == ("in_flight", "", 0), "the answer never came home"
    assert row.leased_until is not None and row.leased_until > clock.now()

    PlatformListing.objects.filter(pk=row.pk).update(leased_until=clock.now() - timedelta(seconds=1))
    # The second worker may start within the first one's pause, and the dead one still holds its run.
    Schedule.objects.update(next_run_at=clock.now(), lease_until=None)
    subprocess.run([*command, "--once"], cwd=ROOT, env=environ, check=True, timeout=60, stderr=subprocess.DEVNULL)
    assert engine.state == ("pending", "idle")
    assert str(engine.remote()["id"]) == engine.row.remote_id
    # The killed worker's call comes into the log when its silence ends; the second one found its listing and made none.
    assert engine.writes().count("POST /api/listings") <= 1


@pytest.mark.slow
def test_twenty_kills_leave_one_of_each(committed_db: None, double: Double, tmp_path: Path) -> None:
    """Edits go on, answers come late, and twenty workers die one after the other wherever they are."""
    chance = random.Random(20)
    shop = make_shop(make_people())
    engines = [Engine(make_listing(shop, name=f"Hạt điều {number}"), double) for number in range(10)]
    Connection.objects.exclude(adapter="santhu").update(is_enabled=False)
    way = Connection.objects.get(adapter="santhu")
    Flow.objects.update_or_create(connection=way, defaults={"rate_limit": 30.0})
    double.plan({"path": "/api/", "kind": "slow", "seconds": 0.05})
    environ = environment(double, tmp_path)
    command = [sys.executable, "manage.py", "work"]
    deaths = 0
    for _ in range(20):
        for engine in chance.sample(engines, 4):
            engine.edit(name=f"Hạt điều {chance.randrange(10**6)}", price=chance.randrange(1000, 99_000))
        rows_are_free()
        deaths += dies_at_work(double, environ, chance.uniform(0, 0.6))
    assert deaths == 20
    double.plan()
    for _ in range(6):
        rows_are_free()
        subprocess.run([*command, "--once"], cwd=ROOT, env=environ, check=True, timeout=90, stderr=subprocess.DEVNULL)
    there = {found["seller_sku"]: (found["name"], found["price_vnd"]) for found in double.listings()}
    assert len(double.listings()) == len(engines), "something is missing or doubled"
    wanted = {sku: (name, price) for sku, name, price in Listing.objects.values_list("sku", "name", "price")}
    assert there == wanted
    assert set(PlatformListing.objects.filter(connection=way).values_list("work", "offer_work")) == {("idle", "idle")}


def dies_at_work(double: Double, environ: dict[str, str], seconds: float) -> bool:
    """A worker is killed so long after its first call; False when it ended otherwise."""
    before = len(double.calls())
    command = [sys.executable, "manage.py", "work", "--interval", "0.05"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
    try:
        until(lambda: worker.poll() is not None or len(double.calls()) > before, seconds=60)
        time.sleep(seconds)
    finally:
        worker.send_signal(signal.SIGKILL)
        status = worker.wait(timeout=10)
    return status == -signal.SIGKILL


def rows_are_free() -> None:
    """Time passes: leases end, pauses are over, the dead worker's runs may begin again."""
    past = clock.now() - timedelta(seconds=1)
    PlatformListing.objects.update(next_try_at=past, offer_next_try_at=past, not_before=None)
    PlatformListing.objects.filter(leased_until__isnull=False).update(leased_until=past)
    Flow.objects.update(paused_until=None, open_until=past)
    Schedule.objects.update(next_run_at=clock.now(), lease_until=None)
