"""What can be done in the background: a slice says what (and for periodic jobs how often), the worker runs it.

Every job may run twice and may be killed at any line. Work with a row of its own (a listing on a platform, a payment
attempt) keeps its attempts in that row and is looked for by a periodic job; all other work is a `Job`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from core.kit import clock

MAX_TRIES = 8


class GiveUp(Exception):
    """A failure that trying again cannot help. `sentence` is Vietnamese, for the queue page, without personal text;
    `code` is short and stable."""

    def __init__(self, sentence: str, code: str = "gave_up") -> None:
        super().__init__(sentence)
        self.sentence, self.code = sentence, code


class TryLater(Exception):
    """A failure that passes, with its reason in Vietnamese. `after` replaces the usual pause (another server said
    when it will listen again)."""

    def __init__(self, sentence: str, code: str = "try_later", after: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.sentence, self.code, self.after = sentence, code, after


@dataclass(frozen=True)
class JobKind:
    """How jobs of one name are run. `priority` −100 to 100: higher ones overtake (a sign-in code a mass mailing)."""

    name: str
    run: Callable[[dict[str, Any]], None]
    max_tries: int
    label: str
    priority: int


@dataclass(frozen=True)
class PeriodicJob:
    """`run` returns how many things it did. It is due `every` so often or, with `at`, daily at that time in Vietnam."""

    name: str
    every: timedelta
    run: Callable[[], int]
    label: str = ""
    at: time | None = None

    def next_run(self, now: datetime) -> datetime:
        """The first moment after `now` at which it is due again."""
        if self.at is None:
            return now + self.every
        local = now.astimezone(clock.VIETNAM)
        today = datetime.combine(local.date(), self.at, clock.VIETNAM)
        return today if today > local else today + timedelta(days=1)


_kinds: dict[str, JobKind] = {}
_jobs: dict[str, PeriodicJob] = {}


def register_job(
    name: str,
    run: Callable[[dict[str, Any]], None],
    *,
    max_tries: int = MAX_TRIES,
    label: str = "",
    priority: int = 0,
) -> None:
    """Say how jobs of a dotted name ("imports.apply") are done; called from `ready()`.

    `run` takes the arguments given to `enqueue`. It runs outside any transaction and may run twice. GiveUp ends the job,
    TryLater and every other exception bring another try until `max_tries`. `label` is the Vietnamese name on the queue
    page.
    """
    _kinds[name] = JobKind(name, run, max_tries, label or name, priority)


def job_kind(name: str) -> JobKind | None:
    """How jobs of this name are run; None for a name that this version does not know."""
    return _kinds.get(name)


def register_periodic(
    name: str, every: timedelta, run: Callable[[], int], *, label: str = "", at: time | None = None
) -> None:
    """Add a job under a dotted name ("platforms.push"); called from `ready()`.

    With `at` it runs daily at that time in Vietnam (`every` is then a day), or later if no worker was there; its first
    run is at once. It never runs twice at the same time.
    """
    _jobs[name] = PeriodicJob(name, every, run, label or name, at)


def periodic_jobs() -> list[PeriodicJob]:
    """All registered periodic jobs, by name."""
    return [_jobs[name] for name in sorted(_jobs)]


def label_of(name: str) -> str:
    """The Vietnamese name of a job or periodic job, for pages; the code name when this version does not know it."""
    known = _kinds.get(name) or _jobs.get(name)
    return known.label if known else name
