"""Periodic jobs: one worker each, none stops the others, and silence is noticed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, connections, transaction
from django.test import Client

from core.jobs import registry
from core.jobs.actions import enqueue
from core.jobs.models import Job, Schedule, WorkerBeat
from core.jobs.queries import is_worker_late, workers
from core.jobs.work.claims import LEASE
from core.jobs.work.periodic import claim_due, renew_run, run_claimed, run_due_jobs
from core.jobs.work.process import Pace, Worker
from core.jobs.work.upkeep import beat, reap
from core.kit import clock
from core.places.models import Unit

START = "2026-05-01T03:00:00Z"


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """An empty registry for this test, and the way to fill it."""
    monkeypatch.setattr(registry, "_jobs", {})
    return registry.register_periodic


@pytest.mark.django_db
def test_a_job_that_raises_is_noted_and_the_others_run(register: Callable[..., None]) -> None:
    ran: list[str] = []

    def fail() -> int:
        ran.append("b")
        raise LookupError("mất mạng " + "x" * 600)

    register("a", timedelta(minutes=5), lambda: ran.append("a") or 2)
    register("b", timedelta(minutes=5), fail)
    register("c", timedelta(minutes=5), lambda: ran.append("c") or 3)
    with time_machine.travel(START, tick=False):
        assert run_due_jobs() == 5
        assert ran == ["a", "b", "c"]
        errors = dict(Schedule.objects.values_list("name", "last_error"))
        assert (errors["a"], errors["c"]) == ("", "")
        assert errors["b"].startswith("LookupError") and "mất mạng" not in errors["b"]  # messages may quote people
        assert run_due_jobs() == 0  # nothing is due
    with time_machine.travel("2026-05-01T03:04:59Z", tick=False):
        assert run_due_jobs() == 0
    with time_machine.travel("2026-05-01T03:05:00Z", tick=False):
        assert run_due_jobs() == 5  # the failed one is tried again
    assert ran == ["a", "b", "c"] * 2
    assert Schedule.objects.get(name="a").last_run_at == Schedule.objects.get(name="b").last_run_at


@pytest.mark.django_db
def test_an_error_is_forgotten_when_the_job_works_again(register: Callable[..., None]) -> None:
    broken = [True]

    def sometimes() -> int:
        if broken:
            raise OSError("bận")
        return 1

    register("a", timedelta(minutes=1), sometimes)
    with time_machine.travel(START, tick=False):
        run_due_jobs()
    assert Schedule.objects.get().last_error.startswith("OSError")
    broken.clear()
    with time_machine.travel("2026-05-01T03:01:00Z", tick=False):
        assert run_due_jobs() == 1
    assert Schedule.objects.get().last_error == ""


def test_of_many_workers_one_runs_the_job(committed_db: None, register: Callable[..., None]) -> None:
    ran: list[int] = []
    register("a", timedelta(minutes=5), lambda: ran.append(1) or 1)
    gate = threading.Barrier(4)
    problems: list[BaseException] = []

    def work() -> None:
        try:
            gate.wait(10)
            run_due_jobs()
        except BaseException as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (ran, problems) == ([1], [])


@pytest.mark.django_db
def test_the_worker_is_late_after_a_minute_of_silence() -> None:
    assert is_worker_late()
    with time_machine.travel(START, tick=False):
        beat("máy:1")
        beat("máy:2")
        assert WorkerBeat.objects.count() == 2
    late = {}
    for moment in ("03:00:59", "03:01:00", "03:01:01"):
        with time_machine.travel(f"2026-05-01T{moment}Z", tick=False):
            late[moment] = is_worker_late()
    assert late == {"03:00:59": False, "03:01:00": False, "03:01:01": True}
    with time_machine.travel("2026-05-02T03:00:01Z", tick=False):
        beat("máy:1")
        assert list(WorkerBeat.objects.values_list("worker", flat=True)) == ["máy:1"]  # the silent one is forgotten
        assert not is_worker_late()


def test_the_command_runs_what_is_due_once(committed_db: None, register: Callable[..., None]) -> None:
    ran: list[int] = []
    register("a", timedelta(minutes=5), lambda: ran.append(1) or 1)
    call_command("work", "--once")
    assert ran == [1] and not is_worker_late()


@pytest.mark.django_db
def test_the_health_pages(client: Client, django_assert_num_queries: Callable[..., object]) -> None:
    with django_assert_num_queries(0):  # a process may live without its database
        alive = client.get("/health/live")
    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "ok", "worker": "late"})
    beat("máy:1")
    assert client.get("/health/ready").json() == {"status": "ok", "worker": "ok"}
    assert "no-cache" in ready["cache-control"]


@pytest.mark.django_db
def test_without_reference_data_or_database_it_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Unit.objects, "exists", lambda: False)
    empty = client.get("/health/ready")
    assert (empty.status_code, empty.json()) == (503, {"status": "down", "reference": "missing"})

    def gone(*args: object) -> None:
        raise OperationalError("no such server at 10.0.0.7")

    monkeypatch.setattr(connections["default"], "cursor", gone)
    down = client.get("/health/ready")
    assert (down.status_code, down.json()) == (503, {"status": "down", "database": "down"})


def test_moments_are_aware() -> None:
    assert clock.now().tzinfo is not None


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-04-30T17:04:59Z", "2026-04-30T17:05:00Z"),  # 00:04:59 in Vietnam
        ("2026-04-30T17:05:00Z", "2026-05-01T17:05:00Z"),  # the moment itself
        ("2026-05-01T16:59:00Z", "2026-05-01T17:05:00Z"),  # 23:59 in Vietnam
    ],
)
def test_a_daily_job_is_due_at_its_time_in_vietnam(now: str, due: str) -> None:
    job = registry.PeriodicJob("a", DAY, lambda: 0, at=time(0, 5))
    assert job.next_run(datetime.fromisoformat(now)) == datetime.fromisoformat(due)


@pytest.mark.django_db
def test_a_daily_job_that_fails_comes_again_in_ten_minutes(register: Callable[..., None]) -> None:
    answers = iter([OSError("bận"), None])

    def sometimes() -> int:
        if problem := next(answers):
            raise problem
        return 1

    register("a", DAY, sometimes, at=time(0, 5))
    moments = ["2026-05-01T03:00:00Z", "2026-05-01T03:09:59Z", "2026-05-01T03:10:00Z", "2026-05-01T17:04:59Z"]
    done = []
    for moment in moments:
        with time_machine.travel(moment, tick=False):
            done.append(run_due_jobs())
    assert done == [0, 0, 1, 0]
    assert Schedule.objects.get().next_run_at == datetime(2026, 5, 1, 17, 5, tzinfo=UTC)


@pytest.mark.django_db
def test_a_run_is_not_doubled_and_a_dead_workers_run_is_taken_over(register: Callable[..., None]) -> None:
    ran: list[str] = []
    register("a", timedelta(hours=1), lambda: ran.append("a") or 1)
    with time_machine.travel(START, tick=False):
        (held,) = claim_due("dead", LEASE)
    with time_machine.travel("2026-05-01T03:00:59Z", tick=False):
        assert run_due_jobs() == 0
        assert renew_run(held, LEASE)
    with time_machine.travel("2026-05-01T03:01:30Z", tick=False):
        assert run_due_jobs() == 0
    with time_machine.travel("2026-05-01T03:02:00Z", tick=False):
        assert run_due_jobs() == 1  # an hour would be too long to wait for it
        assert not renew_run(held, LEASE)
    with time_machine.travel("2026-05-01T03:02:01Z", tick=False):
        run_claimed(held)  # he was only slow: what he did is done, but the schedule is not his
    row = Schedule.objects.get()
    assert (row.last_run_at, row.next_run_at) == (
        datetime(2026, 5, 1, 3, 2, tzinfo=UTC), datetime(2026, 5, 1, 4, 2, tzinfo=UTC),
    )  # fmt: skip


@pytest.mark.django_db
def test_a_clock_that_ran_ahead_and_was_set_back_stops_nothing(register: Callable[..., None]) -> None:
    ran: list[str] = []
    register("often", timedelta(minutes=5), lambda: ran.append("often") or 1)
    register("daily", DAY, lambda: ran.append("daily") or 1, at=time(0, 5))
    register("held", timedelta(hours=1), lambda: ran.append("held") or 1)
    with time_machine.travel("2027-05-01T03:00:00Z", tick=False):
        next(claimed for claimed in claim_due("dead", LEASE) if claimed.job.name == "held")
        run_due_jobs()
        beat("máy:1")
    ran.clear()
    with time_machine.travel(START, tick=False):
        assert is_worker_late() and [state for _, state in workers()] == ["silent"]
        assert run_due_jobs() == 3 and sorted(ran) == ["daily", "held", "often"]
        assert run_due_jobs() == 0  # and from here on as ever
        beat("máy:2")
        assert [beat.worker for beat, _ in workers()] == ["máy:2"] and not is_worker_late()
    with time_machine.travel("2026-05-01T03:05:00Z", tick=False):
        assert run_due_jobs() == 1 and ran[-1] == "often"


@pytest.mark.django_db
def test_a_job_held_until_a_day_that_is_far_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_kinds", {})
    registry.register_job("note", lambda given: None)
    enqueue("note", {})
    Job.objects.update(state="running", lease_until=clock.now() + timedelta(minutes=30), call_id=None)
    assert reap() == 0
    Job.objects.update(lease_until=clock.now() + timedelta(days=365))
    assert reap() == 1 and Job.objects.get().state == "waiting"


@pytest.mark.django_db
def test_workers_whose_clocks_differ_a_little_take_nothing_from_each_other(register: Callable[..., None]) -> None:
    register("often", timedelta(seconds=20), lambda: 1)
    register("held", timedelta(seconds=20), lambda: 1)
    with time_machine.travel("2026-05-01T03:00:50Z", tick=False):
        held = next(claimed for claimed in claim_due("ahead", timedelta(minutes=5)) if claimed.job.name == "held")
        run_due_jobs()
    with time_machine.travel(START, tick=False):
        assert run_due_jobs() == 0
        assert renew_run(held, LEASE)


@pytest.mark.django_db
def test_a_daily_job_that_fails_just_before_its_time_still_waits_ten_minutes(register: Callable[..., None]) -> None:
    def fail() -> int:
        ran.append(1)
        raise OSError("bận")

    ran: list[int] = []
    register("a", DAY, fail, at=time(0, 5))
    for moment in ("17:04:00", "17:04:30", "17:13:59", "17:14:00"):
        with time_machine.travel(f"2026-05-01T{moment}Z", tick=False):
            run_due_jobs()
    assert len(ran) == 2


@pytest.mark.django_db
def test_tick_runs_the_jobs_of_the_day_and_no_others(register: Callable[..., None], capsys: Any) -> None:
    ran: list[str] = []
    register("often", timedelta(seconds=1), lambda: ran.append("often") or 1)
    register("daily", DAY, lambda: ran.append("daily") or 1, label="Nhãn đổi hôm nay", at=time(0, 5))
    call_command("tick")
    call_command("tick")
    assert ran == ["daily", "daily"]
    assert capsys.readouterr().out == "xong: Nhãn đổi hôm nay (daily)\n" * 2

    def fail() -> int:
        raise OSError

    register("broken", DAY, fail, label="Việc hỏng", at=time(0, 5))
    with pytest.raises(CommandError):
        call_command("tick")
    assert ran == ["daily"] * 3
    assert capsys.readouterr().out == "không xong: Việc hỏng (broken)\nxong: Nhãn đổi hôm nay (daily)\n"


def test_a_long_run_holds_up_neither_the_others_nor_the_jobs_nor_the_sign_of_life(
    committed_db: None, register: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_kinds", {})
    long_is_over = threading.Event()
    seen: list[str] = []
    register("long", timedelta(hours=1), lambda: (long_is_over.wait(20) and 1) or 1)
    register("short", timedelta(seconds=0.1), lambda: seen.append("short") or 1)
    registry.register_job("note", lambda given: seen.append("job"))
    with transaction.atomic():
        enqueue("note", {})
    worker = Worker(Pace(threads=1, interval=0.02, lease=0.4, grace=5))
    ended: list[bool] = []
    thread = threading.Thread(target=lambda: ended.append(worker.run()))
    thread.start()
    try:
        deadline = clock.now() + timedelta(seconds=15)
        while (seen.count("short") < 3 or "job" not in seen) and clock.now() < deadline:
            threading.Event().wait(0.02)
        first = WorkerBeat.objects.get().seen_at
        threading.Event().wait(1.0)  # more than twice the lease
        assert WorkerBeat.objects.get().seen_at > first
        row = Schedule.objects.get(name="long")
        assert row.lease_until and row.lease_until > clock.now() and row.fence == 1, "its lease was not kept"
    finally:
        worker.stop()
        long_is_over.set()
        thread.join(20)
    assert seen.count("short") >= 3 and seen.count("job") == 1 and ended == [True]
    assert Schedule.objects.get(name="long").lease_until is None
