"""What snapshots ask of somebody today."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from core.desk.registry import Todo
from core.people.queries import Viewer
from ocop.snapshots.queries import waiting_for
from ocop.snapshots.rules import SIGNERS


def snapshot_todos(viewer: Viewer) -> Iterable[Todo]:
    """Snapshots that wait for this person's signature; one query for those who sign."""
    if not viewer.is_signed_in or not viewer.has_role(*SIGNERS):
        return
    waiting = list(waiting_for(viewer).values_list("number", flat=True)[:2])
    if len(waiting) == 1:
        yield Todo(f"Bản chốt số {waiting[0]} chờ bạn ký.", reverse("snapshot", args=waiting), "Xem và ký", 4, "wait")
    elif waiting:
        yield Todo("Nhiều bản chốt số chờ bạn ký.", reverse("snapshots"), "Xem các bản", 4, "wait")
