"""Real worker processes for tests, started quickly: one process loads the product and forks a worker for every line it
reads. What a worker does here leaves traces in three tables of its own.

    effect_run      a row for every time a job ran
    effect_applied  the ids of jobs whose effect is there
    effect_counter  the effect itself: it goes up by one per job, in one transaction with the row above
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.db import connection, transaction

ROOT = Path(__file__).resolve().parents[3]
TABLES = (
    "CREATE TABLE effect_run (job integer)",
    "CREATE TABLE effect_applied (job integer PRIMARY KEY)",
    "CREATE TABLE effect_counter (total integer)",
    "INSERT INTO effect_counter VALUES (0)",
)


def make_tables() -> None:
    """The tables of the traces, in a database that is thrown away."""
    with connection.cursor() as cursor:
        for statement in TABLES:
            cursor.execute(statement)


def count(query: str) -> int:
    """The one number that a query answers."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def apply_effect(given: dict[str, Any]) -> None:
    """An action that is idempotent by its job's number, with a random while before and after it."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO effect_run VALUES (%s)", [given["number"]])
        time.sleep(random.random() * given["ms"] / 1000)
        with transaction.atomic():
            cursor.execute("INSERT INTO effect_applied VALUES (%s) ON CONFLICT DO NOTHING", [given["number"]])
            if cursor.rowcount == 1:
                cursor.execute("UPDATE effect_counter SET total = total + 1")
    time.sleep(random.random() * given["ms"] / 1000)


class Nursery:
    """The test's side: `start` forks a worker and gives its process id."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.core.jobs.nursery"],
            cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self._ask("")  # it has loaded

    def start(self, **pace: float) -> int:
        """A worker process; `pace` as in core.jobs.work.process.Pace."""
        return self._ask(json.dumps({"do": "start", "pace": pace}))

    def kill(self, pid: int, number: int = signal.SIGKILL) -> int:
        """Send a signal and wait for the end; the status as `os.waitstatus_to_exitcode` gives it."""
        os.kill(pid, number)
        return self._ask(json.dumps({"do": "wait", "pid": pid}))

    def kill_all(self) -> None:
        """End the workers that a test left behind."""
        self._ask(json.dumps({"do": "kill all"}))

    def close(self) -> None:
        """End the nursery and every worker in it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def _ask(self, line: str) -> int:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the nursery fell"
        return int(answer)


def _serve() -> None:
    import django

    django.setup()
    from core.jobs import registry
    from core.jobs.work.process import Pace
    from core.management.commands.work import _work

    registry._jobs.clear()
    registry.register_job("effect", apply_effect, max_tries=60)
    children = set()
    for line in sys.stdin:
        answer = 0
        wish = json.loads(line) if line.strip() else {"do": "nothing"}
        if wish["do"] == "start":
            answer = os.fork()
            if not answer:
                sys.stdin.close()
                random.seed()
                _work(Pace(**wish["pace"]), 0)
            children.add(answer)
        elif wish["do"] == "wait":
            answer = os.waitstatus_to_exitcode(os.waitpid(wish["pid"], 0)[1])
            children.discard(wish["pid"])
        elif wish["do"] == "kill all":
            while children:
                _end(children.pop())
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
    for child in children:
        _end(child)


def _end(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    _serve()
