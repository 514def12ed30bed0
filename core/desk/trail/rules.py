"""Who may read the trail."""

from __future__ import annotations

from core.people.models import Role
from core.people.queries import STAFF_ROLES, Viewer

READERS = STAFF_ROLES


def can_read(viewer: Viewer) -> bool:
    """Staff read what happened in their area."""
    return viewer.has_role(*READERS)


def can_read_details(viewer: Viewer) -> bool:
    """Auditors and operators may read what a change was in words; everybody else sees that there was one."""
    return viewer.has_role(Role.AUDITOR)
