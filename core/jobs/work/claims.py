"""Taking jobs and bringing their outcomes home.

A claim writes a lease and raises the fence number; a worker that lost its lease (it slept, the database was away) finds
another fence and cannot write its outcome any more.
"""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from core.jobs import library
from core.jobs.actions import call_for
from core.jobs.library import ContentTask
from core.jobs.models import Job
from core.jobs.registry import MAX_TRIES, job_kind
from core.kit import clock

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=1)
# A lease or a next run that lies further ahead than anybody would set it was written by a clock that ran ahead, and must
# not hold things up until that day. Two machines' clocks may be so far apart; leases may differ between workers, but none
# is longer than an hour.
CLOCKS_APART, LONGEST_LEASE = timedelta(minutes=1), timedelta(hours=1)
FIRST_PAUSE, PAUSE_GROWTH, LONGEST_PAUSE = 10.0, 3, 3600.0
LOOKS = 20


@dataclass(frozen=True)
class ClaimedJob:
    """A job that this worker may run until its lease ends."""

    id: UUID
    name: str
    arguments: dict[str, Any]
    tries: int
    fence: int


@dataclass(frozen=True)
class Failure:
    """Why a try brought nothing: a code for the operator, a Vietnamese sentence for everybody."""

    code: str
    sentence: str
    is_permanent: bool = False
    after: timedelta | None = None


def claim_next(worker: str, lease: timedelta = LEASE) -> ClaimedJob | ContentTask | None:
    """Take the next due job (or task of Wagtail) for this worker; None when nothing is due. Exactly one worker gets it."""
    if connection.vendor == "sqlite" and not library.is_call_due():
        return None  # there a claim holds up every writer, even one that finds nothing
    passed_over: list[UUID] = []
    for _ in range(LOOKS):
        with transaction.atomic():
            call = library.lock_due_call(passed_over)
            if call is None:
                return None
            job_id = library.job_id_of(call)
            if job_id is None:
                return library.claim_content_task(call, worker)
            claimed = _claim(job_id, call.pk, worker, lease)
            if claimed is not None:
                call.delete()
                return claimed
            if Job.objects.filter(pk=job_id, call_id=call.pk).exists():
                passed_over.append(call.pk)  # somebody is asking for it again right now: it starts after their commit
            else:
                call.delete()  # announces nothing any more
    return None


def _claim(job_id: UUID, call_id: UUID, worker: str, lease: timedelta) -> ClaimedJob | None:
    locked = Job.objects.select_for_update(skip_locked=True)
    job = locked.filter(pk=job_id, call_id=call_id, state=Job.State.WAITING).first()
    if job is None:
        return None
    now = clock.now()
    job.state, job.worker, job.call_id, job.again = Job.State.RUNNING, worker, None, False
    job.started_at, job.lease_until, job.fence, job.tries = now, now + lease, job.fence + 1, job.tries + 1
    job.save(
        update_fields=["state", "worker", "call_id", "again", "started_at", "lease_until", "fence", "tries"]
    )  # fmt: skip
    return ClaimedJob(job.pk, job.name, job.arguments, job.tries, job.fence)


def renew_lease(claimed: ClaimedJob, lease: timedelta) -> bool:
    """Keep a job that still runs; False when it was lost."""
    return bool(_mine(claimed).update(lease_until=clock.now() + lease))


def settle(claimed: ClaimedJob, failure: Failure | None) -> bool:
    """Write the outcome of a try: done, another try later, or failed. False (and nothing written) without the lease."""
    now = clock.now()
    done = {"state": Job.State.DONE, "finished_at": now, "lease_until": None, "last_error_code": "", "last_error": ""}
    if failure is None and _mine(claimed).filter(again=False).update(**done):
        return True
    with transaction.atomic():
        job = _mine(claimed).select_for_update().first()
        if job is None:
            log.warning("job %s %s: the lease was lost, its outcome is dropped", claimed.name, claimed.id)
            return False
        kind = job_kind(job.name)
        is_last = job.tries >= (kind.max_tries if kind else MAX_TRIES)
        job.last_error_code = failure.code[:160] if failure else ""
        job.last_error = failure.sentence[:300] if failure else ""
        if job.again:
            put_back(job, timedelta(0), tries=0)
        elif failure and (failure.is_permanent or is_last):
            job.state, job.finished_at, job.lease_until = Job.State.FAILED, now, None
        elif failure:
            put_back(job, failure.after if failure.after is not None else pause_after(job.tries))
        job.save()
    return True


def put_back(job: Job, pause: timedelta, *, tries: int | None = None) -> None:
    """Let a locked, unsaved job wait again, with a new call."""
    job.state, job.lease_until, job.again = Job.State.WAITING, None, False
    job.tries = job.tries if tries is None else tries
    job.next_try_at = clock.now() + pause
    job.call_id = call_for(job.pk, job.name, job.next_try_at)


def pause_after(tries: int) -> timedelta:
    """Exponential back-off with full jitter: anything up to 10 s, 30 s, 90 s … one hour, so that many do not return at
    once (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/)."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * PAUSE_GROWTH ** min(tries - 1, 20))
    return timedelta(seconds=random.uniform(1.0, longest))


def _mine(claimed: ClaimedJob) -> Any:
    return Job.objects.filter(pk=claimed.id, state=Job.State.RUNNING, fence=claimed.fence)
