"""Who may see the queue, and who may change it."""

from __future__ import annotations

from core.people.models import Role
from core.people.queries import Viewer

READERS = (Role.AUDITOR,)


def can_see_queue(viewer: Viewer) -> bool:
    """Operators and auditors: what stands in the queue is about the machine, and names no person."""
    return viewer.has_role(*READERS)


def can_change_queue(viewer: Viewer) -> bool:
    """Operators only: running again may send something outside."""
    return viewer.is_operator
