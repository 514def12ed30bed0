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
    """Whether this person may sign: the province's staff, never who made it or has signed it already."""
    is_another = viewer.is_signed_in and viewer.user_id != snapshot.made_by_id and not has_signed(viewer, snapshot)
    return is_another and viewer.covers(snapshot.unit, *SIGNERS)


def has_signed(viewer: Viewer, snapshot: Snapshot) -> bool:
    """Whether one of the signatures is this person's."""
    return viewer.is_signed_in and viewer.user_id in (snapshot.first_signed_by_id, snapshot.signed_by_id)


def takes_first(snapshot: Snapshot) -> bool:
    """Whether a signature is missing that stands for the maker: the operator's command is nobody."""
    return snapshot.made_by_id is None and snapshot.first_signed_by_id is None


def can_restate(viewer: Viewer, snapshot: Snapshot) -> bool:
    """Whether this person may freeze the same area and day once more, with a note."""
    return viewer.is_signed_in and can_make(viewer, snapshot.unit)
