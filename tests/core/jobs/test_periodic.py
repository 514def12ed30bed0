"""Periodic jobs: one worker each, none stops the others, and silence is noticed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.test import Client

from core.jobs import registry
from core.jobs.models import Schedule, WorkerBeat
from core.jobs.queries import is_worker_late
from core.jobs.work.periodic import run_due_jobs
from core.jobs.work.upkeep import beat
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
