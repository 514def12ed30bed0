"""Running periodic jobs: claimed by moving the next run forward under a lease."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from core.jobs.models import Schedule
from core.jobs.registry import PeriodicJob, periodic_jobs
from core.jobs.work.claims import CLOCKS_APART, LEASE, LONGEST_LEASE
from core.jobs.work.runner import HERE, code_of
from core.kit import clock
from core.kit.origin import WORKER, running

log = logging.getLogger(__name__)
AFTER_A_FAILED_DAY = timedelta(minutes=10)


@dataclass(frozen=True)
class ClaimedRun:
    """A run of a periodic job that is this worker's until the lease ends."""

    job: PeriodicJob
    fence: int


def run_due_jobs(worker: str = HERE, lease: timedelta = LEASE) -> int:
    """Run every periodic job whose time has come, one after the other; returns how many things were done in all."""
    return sum(run_claimed(claimed) for claimed in claim_due(worker, lease))


def run_daily_jobs(worker: str = HERE) -> dict[str, bool]:
    """Run the jobs of the day now, whatever their schedule says; name → whether it ended well.

    One that a worker is running at this moment is left to it and counts as well.
    """
    outcome = {}
    for job in periodic_jobs():
        if job.at is None:
            continue
        Schedule.objects.get_or_create(name=job.name, defaults={"next_run_at": clock.now()})
        Schedule.objects.filter(name=job.name).update(next_run_at=clock.now())
        claimed = _claim(job, worker, LEASE)
        if claimed is not None:
            run_claimed(claimed)
        outcome[job.name] = not Schedule.objects.get(name=job.name).last_error
    return outcome


def claim_due(worker: str, lease: timedelta) -> Iterator[ClaimedRun]:
    """Take what is due, one at a time, each just before it is wanted."""
    known = {row.name: row for row in Schedule.objects.all()}
    now = clock.now()
    for job in periodic_jobs():
        row = known.get(job.name)
        if row is None:
            Schedule.objects.get_or_create(name=job.name, defaults={"next_run_at": now})
        # A look without a lock: most of the time nothing is due, and on SQLite a claim holds up every writer.
        elif not _is_due(row, job, now, lease):
            continue
        claimed = _claim(job, worker, lease)
        if claimed is not None:
            yield claimed


@transaction.atomic
def _claim(job: PeriodicJob, worker: str, lease: timedelta) -> ClaimedRun | None:
    """Move the next run forward if it is due and nobody runs it; exactly one worker wins the conditional update.

    A run whose worker died is due again as soon as its lease has ended, whenever the next one is; so is one whose times
    were written by a clock that ran ahead.
    """
    now = clock.now()
    latest_run, latest_lease = _latest(job, now, lease)
    due = Q(lease_until=None) & (Q(next_run_at__lte=now) | Q(next_run_at__gt=latest_run))
    left = Q(lease_until__lt=now) | Q(lease_until__gt=latest_lease)
    won = Schedule.objects.filter(due | left, name=job.name).update(
        next_run_at=job.next_run(now), lease_until=now + lease, worker=worker, fence=F("fence") + 1
    )
    return ClaimedRun(job, Schedule.objects.get(name=job.name).fence) if won else None


def _is_due(row: Schedule, job: PeriodicJob, now: datetime, lease: timedelta) -> bool:
    """The look without a lock; the same condition as in `_claim`."""
    latest_run, latest_lease = _latest(job, now, lease)
    if row.lease_until:
        return not now <= row.lease_until <= latest_lease
    return not now < row.next_run_at <= latest_run


def _latest(job: PeriodicJob, now: datetime, lease: timedelta) -> tuple[datetime, datetime]:
    """The latest next run and the latest end of a lease that a right clock can have written."""
    latest_run = max(job.next_run(now), now + AFTER_A_FAILED_DAY) if job.at else job.next_run(now)
    return latest_run + CLOCKS_APART, now + max(lease, LONGEST_LEASE) + CLOCKS_APART


def run_claimed(claimed: ClaimedRun) -> int:
    """Run it and note how it went; returns how many things it did. A failure waits for the next time; a daily job
    comes again in ten minutes."""
    done, error = 0, ""
    try:
        with running(WORKER):
            done = claimed.job.run()
    except Exception as problem:
        log.exception("periodic job %s failed", claimed.job.name)
        error = code_of(problem)
    now = clock.now()
    changes: dict[str, Any] = {"last_run_at": now, "last_error": error, "lease_until": None}
    if error and claimed.job.at is not None:
        changes["next_run_at"] = now + AFTER_A_FAILED_DAY
    _mine(claimed).update(**changes)
    return done


def renew_run(claimed: ClaimedRun, lease: timedelta) -> bool:
    """Keep a run that goes on; False when it was lost."""
    return bool(_mine(claimed).update(lease_until=clock.now() + lease))


def _mine(claimed: ClaimedRun) -> Any:
    return Schedule.objects.filter(name=claimed.job.name, fence=claimed.fence, lease_until__isnull=False)
