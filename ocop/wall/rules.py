"""Who makes links for screens, how long they last, and whether one opens. Pure reading."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from core.kit.clock import day_of
from core.people.limits.actions import Limit
from core.people.models import Role
from core.people.queries import HeldGrant, Viewer
from core.places.models import Level, Unit
from ocop.snapshots.rules import SIGNERS
from ocop.wall.models import ScreenLink

MAKERS = SIGNERS
LONGEST = timedelta(days=180)
# A screen in use writes its row at most this often.
NOTE_EVERY = timedelta(minutes=1)
MOST_LINKS = 20  # open ones of one area
# Only wrong secrets count: a stranger behind the office's address cannot darken its screens.
WRONG_SECRETS = Limit("screen.wrong", 30, 60)


class Door(StrEnum):
    """What stands behind a link."""

    OPEN = "open"
    REVOKED = "revoked"
    EXPIRED = "expired"
    MOVED = "moved"  # the area is no more on today's map
    STOPPED = "stopped"  # who made it signs nothing there any more, or may not enter


def door_of(link: ScreenLink, now: datetime, *, is_vouched: bool) -> Door:
    """Whether the link opens now, or why not; `is_vouched`: whether its maker still signs the figures of its area."""
    if link.revoked_at is not None:
        return Door.REVOKED
    if link.expires_at <= now:
        return Door.EXPIRED
    ended = link.unit.valid_to is not None and link.unit.valid_to <= day_of(now)
    if ended:
        return Door.MOVED
    return Door.OPEN if is_vouched else Door.STOPPED


def can_make(viewer: Viewer, unit: Unit) -> bool:
    """Whether this person makes and revokes links for an area: who signs its figures."""
    is_area = unit.level in (Level.PROVINCE, Level.COMMUNE)
    return viewer.is_signed_in and is_area and viewer.covers(unit, *MAKERS)


def eyes_of(link: ScreenLink) -> Viewer:
    """The rights of a screen: nobody's, but for reading the figures of its area."""
    return Viewer(None, link.name, (HeldGrant(Role.AUDITOR, link.unit_id, None),))
