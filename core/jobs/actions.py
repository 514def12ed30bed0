"""Asking for background work, and what people may do to it on the queue page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from core.audit.actions import record
from core.jobs import library
from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.kit import clock

MAX_ARGUMENT_BYTES = 2048


def enqueue(name: str, arguments: dict[str, Any], *, key: str = "", run_after: datetime | None = None) -> Job | None:
    """Ask for a job; it exists if and only if the caller's transaction commits.

    `arguments` are JSON, at most 2 kB, ids and never personal text. With `key` there is at most one open job per name
    and key: asking again returns None, and the open one is sure to read what the caller commits (one that waits starts
    after the commit, one that runs is run once more); its arguments and its time stay. `run_after` is aware.

    Raises RuntimeError outside a transaction, LookupError for an unknown name, ValueError for long arguments.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"job {name} was asked for outside a transaction")
    if job_kind(name) is None:
        raise LookupError(f"no job is called {name!r}; register_job it in ready()")
    if len(json.dumps(arguments, ensure_ascii=False).encode()) > MAX_ARGUMENT_BYTES:
        raise ValueError(f"arguments of {name} are longer than {MAX_ARGUMENT_BYTES} bytes: pass ids")
    if not key:
        return _make(name, arguments, "", run_after)
    for last in (False, False, True):
        if _open_job_will_see_this(name, key):
            break
        try:
            with transaction.atomic():
                return _make(name, arguments, key, run_after)
        except IntegrityError:  # somebody made it in this instant: look again
            if last:
                raise
    return None


def _open_job_will_see_this(name: str, key: str) -> bool:
    """Lock the open job of this key until our commit, so that no worker starts it before; False if there is none."""
    found = Job.objects.select_for_update().filter(name=name, key=key, state__in=Job.OPEN).first()
    if found is not None and found.state == Job.State.RUNNING:
        Job.objects.filter(pk=found.pk).update(again=True)
    return found is not None


def _make(name: str, arguments: dict[str, Any], key: str, run_after: datetime | None) -> Job:
    now, job_id = clock.now(), uuid4()
    return Job.objects.create(
        id=job_id,
        name=name,
        key=key,
        arguments=arguments,
        made_at=now,
        next_try_at=run_after or now,
        call_id=call_for(job_id, name, run_after),
    )


def note_progress(name: str, key: str) -> None:
    """Say that the running job of this key got somewhere that the next try goes on from: this try counts as its first. So
    work in many pieces is not given up after eight deaths of the machine, only after eight at one and the same piece."""
    Job.objects.filter(name=name, key=key, state=Job.State.RUNNING, tries__gt=1).update(tries=1)


def call_for(job_id: UUID, name: str, run_after: datetime | None) -> UUID:
    """The library's row that wakes a worker for this job."""
    kind = job_kind(name)
    return library.make_call(job_id, run_after=run_after, priority=kind.priority if kind else 0)


@transaction.atomic
def run_jobs_again(*, job_ids: Iterable[UUID], by_id: int) -> int:
    """Put failed or cancelled jobs back into the queue with all their tries; returns how many.

    One whose key has meanwhile been asked for again stays as it is: the open one does the same work.
    """
    ended = (Job.State.FAILED, Job.State.CANCELLED)
    done = 0
    for job in Job.objects.select_for_update().filter(pk__in=job_ids, state__in=ended).order_by("pk"):
        job.state, job.tries, job.finished_at, job.next_try_at = Job.State.WAITING, 0, None, clock.now()
        try:
            with transaction.atomic():
                job.call_id = call_for(job.pk, job.name, None)
                job.save(update_fields=["state", "tries", "finished_at", "next_try_at", "call_id"])
        except IntegrityError:
            continue
        record("job.run_again", actor_id=by_id, object_label=f"job:{job.pk}")
        done += 1
    return done


@transaction.atomic
def cancel_job(*, job_id: UUID, by_id: int) -> bool:
    """Take a waiting job out of the queue; False when it no longer waits (it runs, or has ended)."""
    job = Job.objects.select_for_update().filter(pk=job_id, state=Job.State.WAITING).first()
    if job is None:
        return False
    library.drop_calls([job.call_id])
    Job.objects.filter(pk=job.pk).update(state=Job.State.CANCELLED, finished_at=clock.now(), call_id=None)
    record("job.cancelled", actor_id=by_id, object_label=f"job:{job.pk}")
    return True


@transaction.atomic
def run_content_tasks_again(*, by_id: int) -> int:
    """Put Wagtail's failed tasks back into the queue; returns how many."""
    done = library.try_content_tasks_again()
    if done:
        record("job.run_again", actor_id=by_id, object_label="job:content")
    return done
