"""Who may read the trail."""

from __future__ import annotations

from core.people.models import Role
from core.people.queries import STAFF_ROLES, Viewer

READERS = STAFF_ROLES
# Auditors (and operators) may read what a change was in words; everybody else sees that there was one.
DETAIL_READERS = (Role.AUDITOR,)


def can_read(viewer: Viewer) -> bool:
    """Staff read what happened in their area."""
    return viewer.has_role(*READERS)
