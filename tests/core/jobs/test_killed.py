"""kill −9 of a real worker at 20 random moments over 500 jobs: every effect exactly once, none lost."""

from __future__ import annotations

import random
import signal
import sys
import time
from collections.abc import Callable

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from core.jobs import registry
from core.jobs.actions import enqueue
from core.jobs.models import Job, WorkerBeat
from tests.core.jobs.nursery import Nursery, apply_effect, count, make_tables

JOBS, KILLS = 500, 20
APPLIED = "SELECT count(*) FROM effect_applied"


def until(condition: Callable[[], bool], seconds: float = 45) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def queue(number: int, *, ms: float) -> None:
    registry.register_job("effect", apply_effect, max_tries=60)
    make_tables()
    with transaction.atomic():
        for each in range(number):
            enqueue("effect", {"number": each, "ms": ms})


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_kinds", {})


def test_kill_nine_twenty_times_over_500_jobs(workers: Nursery) -> None:
    seed = random.SystemRandom().randrange(10**9)
    sys.stdout.write(f"random seed {seed}\n")  # shown when it fails
    chance = random.Random(seed)
    queue(JOBS, ms=6)
    moments = sorted(chance.randrange(0, JOBS - 25) for _ in range(KILLS))
    pace = {"threads": 2, "interval": 0.02, "lease": 1.5}
    statuses = []
    for moment in moments:
        pid = workers.start(**pace)
        until(lambda moment=moment: count(APPLIED) >= moment)  # type: ignore[misc]
        time.sleep(chance.random() * 0.05)
        statuses.append(workers.kill(pid))
    assert statuses == [-signal.SIGKILL] * KILLS
    assert count(APPLIED) < JOBS, "the last kill came too late to show anything"
    assert Job.objects.filter(state="running").exists() or Job.objects.filter(tries__gt=1).exists()
    last = workers.start(**pace)
    until(lambda: not Job.objects.exclude(state="done").exists())
    assert workers.kill(last, signal.SIGTERM) == 0
    assert (count(APPLIED), count("SELECT total FROM effect_counter")) == (JOBS, JOBS), f"seed {seed}"
    assert Job.objects.filter(state="done").count() == JOBS and not DBTaskResult.objects.exists()
    assert count("SELECT count(*) FROM effect_run") > JOBS, "no kill has met a running job"


def test_two_processes_share_the_work(workers: Nursery) -> None:
    queue(200, ms=2)
    pids = [workers.start(threads=1, interval=0.02, lease=60) for _ in range(2)]
    until(lambda: not Job.objects.exclude(state="done").exists())
    assert [workers.kill(pid, signal.SIGTERM) for pid in pids] == [0, 0]
    assert count("SELECT count(*) FROM effect_run") == 200
    assert set(Job.objects.values_list("tries", flat=True)) == {1}
    assert Job.objects.values("worker").distinct().count() == 2
    assert WorkerBeat.objects.filter(stopped_at__isnull=False).count() == 2


def test_a_stop_lets_the_running_job_finish_and_starts_no_other(workers: Nursery) -> None:
    queue(3, ms=1600)
    pid = workers.start(threads=1, interval=0.02)
    until(lambda: count("SELECT count(*) FROM effect_run") == 1)
    assert workers.kill(pid, signal.SIGTERM) == 0
    assert sorted(Job.objects.values_list("state", flat=True)) == ["done", "waiting", "waiting"]
    assert count("SELECT count(*) FROM effect_run") == 1


def test_what_outlasts_the_grace_is_given_back_at_once(workers: Nursery) -> None:
    queue(1, ms=20_000)
    pid = workers.start(threads=1, interval=0.02, lease=60, grace=0.3)
    until(lambda: count("SELECT count(*) FROM effect_run") == 1)
    assert workers.kill(pid, signal.SIGTERM) == 0
    Job.objects.update(arguments={"number": 0, "ms": 1})
    second = workers.start(threads=1, interval=0.02, lease=2)  # it need not wait for the first one's minute
    until(lambda: Job.objects.get().state == "done", 10)
    assert workers.kill(second, signal.SIGTERM) == 0
    assert (Job.objects.get().tries, count("SELECT total FROM effect_counter")) == (2, 1)
