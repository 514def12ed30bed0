"""Which rows are drawn, and when they are looked at: the same seed and the same frozen rows give the same list, to anybody. Pure."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from core.kit.clock import Window, start_of

# The rates that somebody has to answer for and that stand on pages: households with an account, products on each platform.
DRAWN = ("I1", "I2v", "I2p")
# From 93 on Wilson's interval at 95 % is never wider than ten points to either side; the rest is for those nobody can check.
SIZE = 100
# What was put up for the day of the count alone is gone after a week; after a month the rate is of another day.
FIRST_DAY, LAST_DAY = 7, 30
# A day that was frozen so late leaves less than a week to look: then nothing is drawn.
LAST_DRAW = 23


def key(subject: str, subject_id: int) -> str:
    """What a row is called in a draw: "household:7"."""
    return f"{subject}:{subject_id}"


def place(seed: str, rows_sha256: str, row: str) -> str:
    """Where a row stands in the order of a draw: SHA-256 (hex) of the seed, the snapshot's digest and the row's name, written one after
    the other."""
    return hashlib.sha256(f"{seed}{rows_sha256}{row}".encode()).hexdigest()


def drawn(rows: Iterable[str], *, seed: str, rows_sha256: str, size: int = SIZE) -> list[str]:
    """The first `size` rows in that order; all when there are fewer."""
    return heapq.nsmallest(size, rows, key=lambda row: place(seed, rows_sha256, row))


def is_day_of_draw(on: date, today: date) -> bool:
    """Whether rows counted on a day are drawn today."""
    return on + timedelta(days=FIRST_DAY) <= today <= on + timedelta(days=LAST_DRAW)


def last_day(on: date) -> date:
    """The last day on which what was counted on a day is looked at."""
    return on + timedelta(days=LAST_DAY)


def looking(on: date, drawn_at: datetime) -> Window:
    """The moments whose looks decide: from the draw on (nobody could know before what is drawn) to the end of day 30, Vietnam."""
    return Window(max(start_of(on + timedelta(days=FIRST_DAY)), drawn_at), start_of(last_day(on) + timedelta(days=1)))
