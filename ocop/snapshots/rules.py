"""Who may freeze, sign and restate the figures of an area."""

from __future__ import annotations

from core.people.models import Role
from core.people.queries import Viewer
from core.places.models import Unit
from ocop.snapshots.models import Snapshot

# The province answers for its figures and its communes'; for the whole country only who covers it.
MAKERS = (Role.PROVINCE,)
SIGNERS = (Role.PROVINCE,)


def can_make(viewer: Viewer, unit: Unit | None) -> bool:
    """Whether this viewer may freeze the figures of an area (None: of the whole country)."""
    return viewer.covers(unit, *MAKERS)


def can_sign(viewer: Viewer, snapshot: Snapshot) -> bool:
    """Whether this person may sign: the province's staff, never who made it."""
    is_another = viewer.is_signed_in and viewer.user_id != snapshot.made_by_id
    return is_another and viewer.covers(snapshot.unit, *SIGNERS)


def can_restate(viewer: Viewer, snapshot: Snapshot) -> bool:
    """Whether this person may freeze the same area and day once more, with a note."""
    return viewer.is_signed_in and can_make(viewer, snapshot.unit)
