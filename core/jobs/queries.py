"""What waits, what runs, what failed and why, and which workers live."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet

from core.jobs.models import Job, Schedule, WorkerBeat
from core.jobs.registry import PeriodicJob, label_of, periodic_jobs
from core.kit import clock

LATE_AFTER = timedelta(minutes=1)
MOST_GROUPS = 50


def is_worker_late() -> bool:
    """Whether no worker has given a sign of life for a minute; one from the future (a clock ran ahead) is none."""
    now = clock.now()
    return not WorkerBeat.objects.filter(seen_at__range=(now - LATE_AFTER, now + LATE_AFTER)).exists()


@dataclass(frozen=True)
class QueueLine:
    """The open and failed jobs of one kind. `oldest` is when the longest-waiting due one became due."""

    name: str
    label: str
    due: int
    later: int
    running: int
    failed: int
    oldest: datetime | None


def queue_lines() -> list[QueueLine]:
    """One line for every kind of job that waits, runs or failed, those with failures and old jobs first; one query."""
    now, state = clock.now(), Job.State
    due = Q(state=state.WAITING, next_try_at__lte=now)
    rows = (
        Job.objects.filter(state__in=[*Job.OPEN, state.FAILED])
        .order_by()
        .values("name")
        .annotate(
            due=Count("pk", filter=due),
            later=Count("pk", filter=Q(state=state.WAITING, next_try_at__gt=now)),
            running=Count("pk", filter=Q(state=state.RUNNING)),
            failed=Count("pk", filter=Q(state=state.FAILED)),
            oldest=Min("next_try_at", filter=due),
        )
    )
    lines = [QueueLine(label=label_of(row["name"]), **row) for row in rows]
    return sorted(lines, key=lambda line: (-line.failed, line.oldest or now, line.label))


@dataclass(frozen=True)
class FailureGroup:
    """Failed jobs of one kind with one cause."""

    name: str
    label: str
    code: str
    sentence: str
    number: int
    last_at: datetime


def failure_groups() -> list[FailureGroup]:
    """Failed jobs by kind and cause, the latest first, at most fifty groups; one query."""
    rows = (
        Job.objects.filter(state=Job.State.FAILED)
        .order_by()
        .values("name", "last_error_code", "last_error")
        .annotate(number=Count("pk"), last_at=Max("finished_at"))
        .order_by("-last_at")[:MOST_GROUPS]
    )
    return [
        FailureGroup(
            row["name"],
            label_of(row["name"]),
            row["last_error_code"],
            row["last_error"],
            row["number"],
            row["last_at"],
        )
        for row in rows
    ]


def failed_ids(name: str, code: str, most: int) -> list[UUID]:
    """The oldest failed jobs of one kind with one cause."""
    found = Job.objects.filter(state=Job.State.FAILED, name=name, last_error_code=code)
    return list(found.order_by("finished_at").values_list("pk", flat=True)[:most])


def failed_number() -> int:
    """How many jobs failed and wait for somebody to look."""
    return Job.objects.filter(state=Job.State.FAILED).count()


def jobs_of(name: str, states: Iterable[str]) -> QuerySet[Job]:
    """The jobs of one kind in these states: open ones as they will be done, ended ones with the latest first."""
    return Job.objects.filter(name=name, state__in=list(states)).order_by("state", "-finished_at", "next_try_at", "pk")


def running_jobs(most: int = 50) -> list[tuple[str, Job]]:
    """What runs now with its label, the longest first."""
    rows = Job.objects.filter(state=Job.State.RUNNING).order_by("started_at")[:most]
    return [(label_of(job.name), job) for job in rows]


def workers() -> list[tuple[WorkerBeat, str]]:
    """Every worker process of the last day with "alive", "stopped" (in good order) or "silent", the living first."""
    now = clock.now()
    found: list[tuple[WorkerBeat, str]] = []
    for beat in WorkerBeat.objects.order_by("-seen_at")[:MOST_GROUPS]:
        is_fresh = abs(beat.seen_at - now) <= LATE_AFTER
        found.append((beat, "stopped" if beat.stopped_at else "alive" if is_fresh else "silent"))
    return sorted(found, key=lambda pair: pair[1] != "alive")


def schedule() -> list[tuple[PeriodicJob, Any]]:
    """Every periodic job with its row (None: it has never been looked at), in the order of labels."""
    rows = {row.name: row for row in Schedule.objects.all()}
    return [(job, rows.get(job.name)) for job in sorted(periodic_jobs(), key=lambda job: job.label.lower())]


def days_to_look_back(name: str, *, usual: timedelta, longest: timedelta) -> timedelta:
    """How far a job of the day has to look back for what it may have missed: to the day before its last run, at least `usual`; as
    far as `longest` when that run went wrong, since nobody knows how many before it did."""
    row = Schedule.objects.filter(name=name).first()
    if row is None or row.last_run_at is None:
        return usual
    if row.last_error:
        return longest
    missed = clock.today() - clock.day_of(row.last_run_at) + timedelta(days=1)
    return min(max(usual, missed), longest)
