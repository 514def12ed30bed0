"""When a certificate has to be renewed, and what may be written of a file that was handed in. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ocop.certificates.rules import RENEWAL_CLOSES_DAYS, RENEWAL_OPENS_DAYS

# The makers are told at each of these, in days before the end.
MARKS = (RENEWAL_OPENS_DAYS, RENEWAL_CLOSES_DAYS, 30)
# How long a lapsed paper stays on the list of what has to be renewed.
LAPSED_DAYS = 90


def mark_reached(end: date, today: date) -> int | None:
    """The last mark that has been reached with so many days left; None before the first, and after the end."""
    left = (end - today).days
    return min((mark for mark in MARKS if 0 <= left <= mark), default=None)


@dataclass(frozen=True)
class Window:
    """Between which days a file for re-assessment is in time: 180 to 120 days before the end, both included."""

    opens: date
    closes: date


def window_before(end: date) -> Window:
    """The window of a certificate that ends on this day."""
    return Window(end - timedelta(days=RENEWAL_OPENS_DAYS), end - timedelta(days=RENEWAL_CLOSES_DAYS))


def lateness(end: date, submitted_on: date) -> int:
    """How a file stands to the window: −1 too early, 0 in time, 1 late."""
    window = window_before(end)
    if submitted_on < window.opens:
        return -1
    return 1 if submitted_on > window.closes else 0


def is_recorded_after_end(end: date, submitted_on: date, recorded_on: date) -> bool:
    """Whether a file is said to have been handed in before the end of a paper, but was written down after it: it would prolong the
    paper backwards, so it needs a proof and the province."""
    return submitted_on <= end < recorded_on
