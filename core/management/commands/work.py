"""`manage.py work`: the background worker."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from core.jobs.work.claims import LONGEST_LEASE
from core.jobs.work.periodic import run_due_jobs
from core.jobs.work.process import Pace, Worker
from core.jobs.work.runner import run_waiting_jobs
from core.jobs.work.upkeep import beat, reap

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Runs background work until it is told to stop (SIGTERM, Ctrl-C). A second signal ends it at once."

    def add_arguments(self, parser: CommandParser) -> None:
        usual = Pace()
        parser.add_argument("--once", action="store_true", help="run what is due now, then stop")
        parser.add_argument("--threads", type=int, help="jobs at a time in a process (2; on SQLite 1)")
        parser.add_argument("--processes", type=int, default=1, help="worker processes under this one (1)")
        parser.add_argument("--interval", type=float, default=usual.interval, help="seconds between two looks (0.5)")
        parser.add_argument(
            "--lease",
            type=float,
            default=usual.lease,
            help="seconds without a sign of life until others take over (60; at most 3600)",
        )
        parser.add_argument(
            "--grace", type=float, default=usual.grace, help="seconds that running jobs get to finish (25)"
        )
        parser.add_argument(
            "--parent", type=int, default=0, help="stop when this process is gone (used by --processes)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            beat(f"once:{os.getpid()}")
            reap()
            run_due_jobs()
            run_waiting_jobs()
            return
        # One writer at a time on SQLite: a second thread would only wait for the first.
        threads = options["threads"] or (1 if connection.vendor == "sqlite" else 2)
        connection.close()
        lease = min(options["lease"], LONGEST_LEASE.total_seconds())
        pace = Pace(threads, options["interval"], lease, options["grace"])
        if options["processes"] > 1:
            _supervise(options["processes"], pace)
        else:
            _work(pace, options["parent"])


def _work(pace: Pace, parent: int) -> None:
    worker = Worker(pace)

    def told(number: int, frame: Any) -> None:
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_DFL)
        worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    if not worker.run(lambda: not parent or os.getppid() == parent):
        log.warning("something still ran after %s s; another worker will do it again", pace.grace)
    # Threads that still run cannot be waited for: Python would.
    logging.shutdown()
    os._exit(0)


def _supervise(count: int, pace: Pace) -> None:
    """Worker processes of their own; one that falls is started again, a stop is passed on."""
    command = [
        sys.executable, sys.argv[0], "work", "--threads", str(pace.threads), "--interval", str(pace.interval),
        "--lease", str(pace.lease), "--grace", str(pace.grace), "--parent", str(os.getpid()),
    ]  # fmt: skip
    stopping = False

    def told(number: int, frame: Any) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    children = [subprocess.Popen(command, start_new_session=True) for _ in range(count)]
    while not stopping:
        time.sleep(0.5)
        for place, child in enumerate(children):
            if child.poll() is not None and not stopping:
                log.error("a worker process fell with status %s and is started again", child.returncode)
                time.sleep(1)
                children[place] = subprocess.Popen(command, start_new_session=True)
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(pace.grace + 5)
        except subprocess.TimeoutExpired:
            child.kill()
