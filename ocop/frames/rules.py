"""Who may make and sign a frame, for which years, and the digest under a list of households."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date

from core.people.models import Role
from core.people.queries import Viewer
from core.places.models import Level, Unit
from ocop.frames.models import Frame

# The commune lists its households, the province answers for the list.
MAKERS = (Role.COMMUNE, Role.PROVINCE)
SIGNERS = (Role.PROVINCE,)

# Of a hundred households of a frame so many leave a commune's register in no common year (our proposal; no law sets it).
ALARM_PERCENT = 5


def digest(household_ids: Iterable[int]) -> str:
    """SHA-256 (hex) over the household numbers, ascending, one a line: the same list gives the same digest everywhere."""
    return hashlib.sha256("\n".join(str(pk) for pk in sorted(household_ids)).encode()).hexdigest()


def years_open(today: date) -> tuple[int, int]:
    """The years of which a frame may be made or signed: this one and the next. A denominator chosen after its year is over
    would be chosen by whoever knows the numerator."""
    return today.year, today.year + 1


def can_make(viewer: Viewer, unit: Unit) -> bool:
    """Whether this person may make, or replace, the frame of a commune."""
    return viewer.is_signed_in and unit.level == Level.COMMUNE and viewer.covers(unit, *MAKERS)


def can_sign(viewer: Viewer, frame: Frame) -> bool:
    """Whether this person may sign this frame: the province's staff, never its maker."""
    return viewer.is_signed_in and viewer.user_id != frame.made_by_id and viewer.covers(frame.unit, *SIGNERS)


def can_cancel(viewer: Viewer, frame: Frame) -> bool:
    """Whether this person may take back a frame that waits: its maker and those who could sign it."""
    return viewer.is_signed_in and (viewer.user_id == frame.made_by_id or can_sign(viewer, frame))
