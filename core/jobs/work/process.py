"""One worker process: threads for jobs, one that looks at the schedule, one that gives signs of life."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import close_old_connections, connections

from core.jobs.registry import periodic_jobs
from core.jobs.work.claims import LEASE, ClaimedJob, claim_next, renew_lease
from core.jobs.work.periodic import ClaimedRun, claim_due, renew_run, run_claimed
from core.jobs.work.runner import perform
from core.jobs.work.upkeep import beat, call_again, reap, say_goodbye

log = logging.getLogger(__name__)
LONGEST_BEAT = 10.0
AT_ONCE = timedelta(0)


@dataclass(frozen=True)
class Pace:
    """How a process works: job threads; seconds between two looks, of a lease, and that running jobs get to finish after
    a stop."""

    threads: int = 2
    interval: float = 0.5
    lease: float = LEASE.total_seconds()
    grace: float = 25.0


class Worker:
    """Runs until `stop` is called. A long periodic job holds up neither the others, nor the jobs, nor the sign of life:
    each runs in a thread of its own."""

    def __init__(self, pace: Pace) -> None:
        self.name = f"{socket.gethostname()[:50]}:{os.getpid()}:{secrets.token_hex(3)}"
        self.pace = pace
        self.lease = timedelta(seconds=pace.lease)
        self._stopping = threading.Event()
        self._silent = threading.Event()
        self._lock = threading.Lock()
        self._in_hand: list[ClaimedJob | ClaimedRun] = []

    def stop(self) -> None:
        """Take nothing new; what runs may finish."""
        self._stopping.set()

    def run(self, still_wanted: Callable[[], bool] = lambda: True) -> bool:
        """Work until told to stop; False when something still ran after the grace time (it is left to other workers)."""
        runs = ThreadPoolExecutor(max(1, len(periodic_jobs())), thread_name_prefix="periodic")
        self._beat()
        threads = [
            threading.Thread(target=self._loop, args=[self._one_job], name=f"job-{number}", daemon=True)
            for number in range(self.pace.threads)
        ]
        threads.append(threading.Thread(target=self._loop, args=[lambda: self._look(runs)], daemon=True))
        pulse = threading.Thread(target=self._pulse, daemon=True)
        for thread in [*threads, pulse]:
            thread.start()
        while not self._stopping.wait(1.0):
            if not still_wanted():
                self.stop()
        ended = self._wait_for(threads)
        runs.shutdown(wait=False, cancel_futures=True)
        self._silent.set()
        pulse.join(2)
        self._let_go()
        return ended

    def _wait_for(self, threads: list[threading.Thread]) -> bool:
        deadline = time.monotonic() + self.pace.grace
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        while self._in_hand and time.monotonic() < deadline:
            time.sleep(0.05)
        return not self._in_hand

    def _loop(self, step: Callable[[], bool]) -> None:
        """Repeat a step; it says whether it found something (then it is repeated at once)."""
        while not self._stopping.is_set():
            found = False
            try:
                found = step()
            except Exception:
                log.exception("a worker thread goes on after")
                close_old_connections()
                self._stopping.wait(1.0)
            if not found:
                # Idle threads hold no connection.
                connections.close_all()
                self._stopping.wait(self.pace.interval)
        connections.close_all()

    def _one_job(self) -> bool:
        claimed = claim_next(self.name, self.lease)
        if claimed is None:
            return False
        if isinstance(claimed, ClaimedJob):
            with self._holding(claimed):
                perform(claimed)
        else:
            perform(claimed)
        # A broken connection is closed, a sound one kept for the next job.
        for connection in connections.all(initialized_only=True):
            if connection.errors_occurred or not connection.get_autocommit():
                connection.close()
        return True

    def _look(self, runs: ThreadPoolExecutor) -> bool:
        for claimed in claim_due(self.name, self.lease):
            runs.submit(self._one_run, claimed)
        return False

    def _one_run(self, claimed: ClaimedRun) -> None:
        try:
            with self._holding(claimed):
                run_claimed(claimed)
        except Exception:
            log.exception("the outcome of periodic job %s could not be written", claimed.job.name)
        finally:
            connections.close_all()

    @contextmanager
    def _holding(self, claimed: ClaimedJob | ClaimedRun) -> Iterator[None]:
        """While it runs, its lease is renewed."""
        with self._lock:
            self._in_hand.append(claimed)
        try:
            yield
        finally:
            with self._lock:
                self._in_hand.remove(claimed)

    def _pulse(self) -> None:
        """The sign of life, the leases of what runs, and every fourth time a look after the others."""
        number = 0
        while not self._silent.wait(min(LONGEST_BEAT, self.pace.lease / 4)):
            number += 1
            try:
                self._beat()
                self._renew(self.lease)
                if number % 4 == 1:
                    reap(self.lease)
                    call_again()
            except Exception:
                log.exception("no sign of life could be given")
            finally:
                connections.close_all()

    def _beat(self) -> None:
        beat(self.name)

    def _renew(self, lease: timedelta) -> None:
        with self._lock:
            in_hand = list(self._in_hand)
        for claimed in in_hand:
            if isinstance(claimed, ClaimedJob):
                renew_lease(claimed, lease)
            else:
                renew_run(claimed, lease)

    def _let_go(self) -> None:
        """End the leases of what still runs, so that another worker takes it at once; say goodbye."""
        try:
            self._renew(AT_ONCE)
            say_goodbye(self.name)
        except Exception:
            log.exception("leases could not be given back; they end by themselves")
        finally:
            connections.close_all()
