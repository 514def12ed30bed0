"""Races need writers that really run at once: PostgreSQL. SQLite lets one transaction at a time begin."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/races" in str(item.fspath) and connection.vendor != "postgresql":
            item.add_marker(pytest.mark.skip(reason="SQLite runs one writing transaction at a time; see DATABASE_URL"))


class Gate:
    """Holds two threads at one place until both are there, or until one cannot come because it waits for a lock. With
    `one_by_one` both have read by then, and the second writes when the first thread has ended."""

    def __init__(self, wait: float = 0.7, *, one_by_one: bool = False) -> None:
        self._barrier, self._wait, self.met = threading.Barrier(2), wait, False
        self._one_by_one, self._first = one_by_one, threading.Event()
        self._leader: threading.Thread | None = None

    def __call__(self) -> None:
        try:
            number = self._barrier.wait(self._wait)
            self.met = True
        except threading.BrokenBarrierError:
            return
        if not self._one_by_one:
            return
        if number == 0:
            self._leader = threading.current_thread()
            self._first.set()
        elif self._first.wait(self._wait) and self._leader is not None:
            self._leader.join(timeout=10)


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Run the jobs in threads of their own, each with its own connection; their answers or exceptions, in order."""
    answers: list[Any] = [None] * len(jobs)

    def run(number: int) -> None:
        try:
            answers[number] = jobs[number]()
        except Exception as error:
            answers[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive(), "two threads wait for each other"
    return answers


def without_row_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switch `SELECT … FOR UPDATE` off: what the code would be without it."""
    from django.db.models.query import QuerySet

    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *_, **__: self.all())
