"""Periodic jobs: a slice says what and how often, the worker runs it.

The durable queue is always a domain row (one per listing and connection, one per payment attempt), with its own
attempts, next try and last error; a job only looks for rows that are due. So every job may run twice and may be
killed at any line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class PeriodicJob:
    """`run` returns how many things it did; `every` is the pause between two runs."""

    name: str
    every: timedelta
    run: Callable[[], int]


_jobs: dict[str, PeriodicJob] = {}


def register_periodic(name: str, every: timedelta, run: Callable[[], int]) -> None:
    """Add a job under a dotted name ("platforms.push"); called from `ready()`."""
    _jobs[name] = PeriodicJob(name, every, run)


def periodic_jobs() -> list[PeriodicJob]:
    """All registered jobs, by name."""
    return [_jobs[name] for name in sorted(_jobs)]
