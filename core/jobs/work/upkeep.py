"""Looking after what others left lying: leases of dead workers, calls that went astray, old results."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core.jobs import library
from core.jobs.actions import call_for
from core.jobs.models import Job, WorkerBeat
from core.jobs.registry import MAX_TRIES, job_kind
from core.jobs.work.claims import CLOCKS_APART, LEASE, LONGEST_LEASE, put_back
from core.kit import clock

log = logging.getLogger(__name__)
KEEP_BEATS = timedelta(days=1)
KEEP_DONE, KEEP_FAILED = timedelta(days=7), timedelta(days=30)
ASTRAY_AFTER = timedelta(minutes=2)
BATCH = 500


def beat(worker: str) -> None:
    """Note that this worker process lives; forget those silent for a day, and those a clock that ran ahead wrote down."""
    now = clock.now()
    WorkerBeat.objects.update_or_create(worker=worker, defaults={"seen_at": now, "stopped_at": None})
    WorkerBeat.objects.exclude(seen_at__range=(now - KEEP_BEATS, now + KEEP_BEATS)).delete()


def say_goodbye(worker: str) -> None:
    """Note that this worker process ended in good order."""
    WorkerBeat.objects.filter(worker=worker).update(stopped_at=clock.now())


def reap(lease: timedelta = LEASE) -> int:
    """Give back what workers held that died or fell silent; returns how many jobs and tasks of Wagtail.

    A job whose lease ended (or lies where only a clock that ran ahead can have put it) waits again at once, or fails
    when these were its last tries (it may be what kills workers).
    """
    given, now = 0, clock.now()
    lost = Q(lease_until__lt=now) | Q(lease_until__gt=now + max(lease, LONGEST_LEASE) + CLOCKS_APART)
    ended = Job.objects.filter(lost, state=Job.State.RUNNING).values_list("pk", flat=True)
    for job_id in list(ended[:BATCH]):
        given += _reap(job_id, lost)
    silent_since = clock.now() - lease
    living = WorkerBeat.objects.filter(seen_at__gte=silent_since, stopped_at=None).values_list("worker", flat=True)
    return given + library.give_back_content_tasks(set(living), silent_since)


@transaction.atomic
def _reap(job_id: UUID, lost: Q) -> int:
    held = Job.objects.select_for_update(skip_locked=True)
    job = held.filter(lost, pk=job_id, state=Job.State.RUNNING).first()
    if job is None:
        return 0
    log.warning("job %s %s: its worker %s fell silent", job.name, job.pk, job.worker)
    kind = job_kind(job.name)
    job.last_error_code = "worker_lost"
    job.last_error = str(_("Máy đang làm việc này đã dừng giữa chừng."))
    if job.tries < (kind.max_tries if kind else MAX_TRIES) or job.again:
        put_back(job, timedelta(0), tries=0 if job.again else None)
    else:
        job.state, job.finished_at, job.lease_until = Job.State.FAILED, clock.now(), None
    job.save()
    return 1


def call_again() -> int:
    """Make new calls for overdue jobs whose row in the library's table is gone; returns how many."""
    overdue = Job.objects.filter(state=Job.State.WAITING, next_try_at__lt=clock.now() - ASTRAY_AFTER)
    calls = dict(overdue.order_by("next_try_at").values_list("pk", "call_id")[:BATCH])
    there = library.existing_calls([each for each in calls.values() if each])
    made = 0
    for job_id, call_id in calls.items():
        if call_id in there:
            continue
        with transaction.atomic():
            job = Job.objects.select_for_update().filter(pk=job_id, state=Job.State.WAITING, call_id=call_id).first()
            if job is not None:
                Job.objects.filter(pk=job_id).update(call_id=call_for(job.pk, job.name, None))
                made += 1
    return made


def prune() -> int:
    """Delete what ended long ago: done and cancelled jobs after 7 days, failed ones after 30, the library's results
    likewise; returns how many rows."""
    now = clock.now()
    done = Job.objects.filter(state__in=[Job.State.DONE, Job.State.CANCELLED], finished_at__lt=now - KEEP_DONE)
    failed = Job.objects.filter(state=Job.State.FAILED, finished_at__lt=now - KEEP_FAILED)
    gone = done.delete()[0] + failed.delete()[0]
    return gone + library.prune_results(done_after=KEEP_DONE, failed_after=KEEP_FAILED)
