"""Running what is due."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction

from core.jobs.models import Schedule, WorkerBeat
from core.jobs.registry import PeriodicJob, periodic_jobs
from core.kit import clock

log = logging.getLogger(__name__)
KEEP_BEATS = timedelta(days=1)


def beat(worker: str) -> None:
    """Note that this worker process lives; forget those silent for a day."""
    now = clock.now()
    WorkerBeat.objects.update_or_create(worker=worker, defaults={"seen_at": now})
    WorkerBeat.objects.filter(seen_at__lt=now - KEEP_BEATS).delete()


def run_due_jobs() -> int:
    """Run every periodic job whose time has come; returns how many things were done in all.

    A job that raises is noted on its schedule and tried again at its next time; the others still run.
    """
    done = 0
    for job in periodic_jobs():
        if not _claim(job):
            continue
        try:
            done += job.run()
            error = ""
        except Exception as problem:
            log.exception("periodic job %s failed", job.name)
            error = f"{type(problem).__name__}: {problem}"[:500]
        Schedule.objects.filter(name=job.name).update(last_run_at=clock.now(), last_error=error)
    return done


def _claim(job: PeriodicJob) -> bool:
    """Move the next run forward if it is due; exactly one worker wins the conditional update."""
    now = clock.now()
    with transaction.atomic():
        Schedule.objects.get_or_create(name=job.name, defaults={"next_run_at": now})
        return bool(Schedule.objects.filter(name=job.name, next_run_at__lte=now).update(next_run_at=now + job.every))
