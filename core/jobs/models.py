"""Background work: what runs when, and who was alive to run it."""

from __future__ import annotations

from django.db import models


class Schedule(models.Model):
    """When a periodic job is next due. Claimed by moving `next_run_at`, so two workers never both run it."""

    name = models.CharField(max_length=60, unique=True)
    next_run_at = models.DateTimeField()
    last_run_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)


class WorkerBeat(models.Model):
    """The last sign of life of a worker process."""

    worker = models.CharField(max_length=80, unique=True)
    seen_at = models.DateTimeField()
