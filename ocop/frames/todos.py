"""What frames ask of somebody today."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from core.desk.registry import Todo
from core.people.queries import Viewer
from ocop.frames.queries import waiting_for
from ocop.frames.rules import SIGNERS


def frame_todos(viewer: Viewer) -> Iterable[Todo]:
    """Frames that wait for this person's signature; one query for those who sign."""
    if not viewer.is_signed_in or not viewer.has_role(*SIGNERS):
        return
    waiting = list(waiting_for(viewer, SIGNERS).values_list("pk", flat=True)[:2])
    if len(waiting) == 1:
        yield Todo("Một mẫu số hộ chờ bạn ký.", reverse("frame", args=waiting), "Xem và ký", 4, "wait")
    elif waiting:
        yield Todo("Nhiều mẫu số hộ chờ bạn ký.", reverse("frames"), "Xem các mẫu số", 4, "wait")
