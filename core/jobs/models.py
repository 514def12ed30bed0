"""Background work: what waits, what runs when, and who was alive to run it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class Job(models.Model):
    """One thing to do in the background; it exists if and only if the change that wanted it was committed.

    `fence` counts claims: an outcome is written only by the worker that holds the latest one. `call_id` is the row of
    the task library that wakes a worker up for it (none while it runs). Arguments hold ids, never personal text.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "đang chờ"
        RUNNING = "running", "đang làm"
        DONE = "done", "đã xong"
        FAILED = "failed", "không xong"
        CANCELLED = "cancelled", "đã huỷ"

    OPEN = (State.WAITING, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=60)
    key = models.CharField(max_length=120, blank=True)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # Asked for once more while it ran: it must run again afterwards, since it may have read the old state.
    again = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    worker = models.CharField(max_length=80, blank=True)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    call_id = models.UUIDField(null=True)
    last_error_code = models.CharField(max_length=160, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name", "key"],
                condition=Q(state__in=["waiting", "running"]) & ~Q(key=""),
                name="job_one_open_per_key",
            ),
            models.CheckConstraint(
                condition=Q(state="running", lease_until__isnull=False)
                | Q(~Q(state="running"), lease_until__isnull=True),
                name="job_leased_while_running",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"], finished_at__isnull=True)
                | Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False),
                name="job_finished_at_its_end",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "name", "made_at"]),
            models.Index(fields=["finished_at"]),
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="job_leases"),
        ]


class Schedule(models.Model):
    """When a periodic job is next due. Claimed by moving `next_run_at` under a lease, so it never runs twice at once."""

    name = models.CharField(max_length=60, unique=True)
    next_run_at = models.DateTimeField()
    last_run_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    worker = models.CharField(max_length=80, blank=True)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)


class WorkerBeat(models.Model):
    """The last sign of life of a worker process; `stopped_at` when it ended in good order."""

    worker = models.CharField(max_length=80, unique=True)
    seen_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
