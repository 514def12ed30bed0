"""Background jobs: how many a second, and what asking for one costs, beside the bare task library and a bare INSERT."""

from __future__ import annotations

import logging
import multiprocessing
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, connections, transaction
from django_tasks import task
from django_tasks_db.management.commands.db_worker import Worker as LibraryWorker
from django_tasks_db.models import DBTaskResult

from benchmarks.figure import Figure
from core.jobs.actions import enqueue
from core.jobs.models import Job
from core.jobs.registry import register_job
from core.jobs.work.claims import claim_next
from core.jobs.work.runner import perform

NAME = "jobs"
WORKERS = (1, 2)


def write_row(number: int) -> None:
    """What every job does: one row in a transaction of its own."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_effect VALUES (%s)", [number])


@task()
def bare(number: int) -> None:
    """The same work as a task of the library alone."""
    write_row(number)


def run(full: bool) -> list[Figure]:
    """300 jobs (FULL: 5,000) with one and two workers, and 1,000 (10,000) wishes in one transaction."""
    logging.getLogger("django_tasks_db").setLevel(logging.WARNING)
    register_job("bench", lambda given: write_row(given["number"]))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_effect (number integer)")
        cursor.execute("CREATE TABLE bench_wish (number integer, text varchar(200))")
    number = 5000 if full else 300
    found = []
    for workers in WORKERS:
        ours = number / _drained(_ask_us, _work_for_us, number, workers)
        theirs = number / _drained(_ask_the_library, _work_for_the_library, number, workers)
        name = f"jobs a second, {workers} worker{'s' if workers > 1 else ''}"
        found.append(Figure(name, ours, "jobs/s", f"django-tasks-db alone: {theirs:.0f}", ours / theirs, "> 0.5x"))
    return [*found, _asking(10_000 if full else 1000)]


def _asking(number: int) -> Figure:
    ours = _in_one_transaction(lambda each: enqueue("bench", {"number": each}), number)
    library = _in_one_transaction(lambda each: bare.enqueue(each), number)
    inserted = _in_one_transaction(_insert, number)
    peer = f"a bare INSERT: {inserted * 1e6 / number:.0f} µs, the library alone: {library * 1e6 / number:.0f} µs"
    return Figure("asking for a job", ours * 1000 / number, "ms", peer, ours / inserted, "< 5")


def _insert(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_wish VALUES (%s, %s)", [number, f'{{"number": {number}}}'])


def _in_one_transaction(wish: Callable[[int], Any], number: int) -> float:
    _clear()
    started = time.perf_counter()
    with transaction.atomic():
        for each in range(number):
            wish(each)
    return time.perf_counter() - started


def _drained(ask: Callable[[int], Any], work: Callable[[], None], number: int, workers: int) -> float:
    """Seconds until forked workers have done this many jobs; nothing is lost or doubled."""
    _in_one_transaction(ask, number)
    _let_go_of_the_database()
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=work) for _ in range(workers)]
    started = time.perf_counter()
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    seconds = time.perf_counter() - started
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT number) FROM bench_effect")
        assert cursor.fetchone() == (number, number), "a job was lost or done twice"
    return seconds


def _ask_us(number: int) -> None:
    enqueue("bench", {"number": number})


def _ask_the_library(number: int) -> None:
    bare.enqueue(number)


def _work_for_us() -> None:
    while (claimed := claim_next("bench")) is not None:
        perform(claimed)
    connections.close_all()


def _work_for_the_library() -> None:
    LibraryWorker(
        queue_names=["*"], interval=0, batch=True, backend_name="default", startup_delay=False, max_tasks=None,
        worker_id=f"bench-{multiprocessing.current_process().pid}", excluded_queue_names=[],
    ).run()  # fmt: skip


def _clear() -> None:
    Job.objects.all().delete()
    DBTaskResult.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM bench_effect")
        cursor.execute("DELETE FROM bench_wish")


def _let_go_of_the_database() -> None:
    """A forked process must not share a connection with this one."""
    connections.close_all()
    if connection.vendor == "postgresql":
        connections["default"].close_pool()  # type: ignore[attr-defined]
