"""What has been given to somebody's team."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.urls import reverse

from core.desk.registry import Todo
from core.people.queries import Viewer
from ocop.boards.models import Assignment
from ocop.boards.worklist import work_of


def work_todos(viewer: Viewer) -> Iterable[Todo]:
    """One line for members of teams that have been given something; one query."""
    if not viewer.is_signed_in:
        return
    count = work_of(viewer).count()
    if count:
        yield Todo(f"Tổ được giao {count} việc đưa lên sàn.", reverse("team_work"), "Xem việc của tổ", 3)


def assigned_households(household_ids: Collection[int]) -> Mapping[int, str]:
    """For the field app: which of these households a team is to bring online, in words; one query."""
    rows = Assignment.objects.filter(household__in=household_ids, ended_at__isnull=True)
    found = {}
    for household_id, due_on, note in rows.values_list("household_id", "due_on", "note"):
        words = "Giao đưa lên sàn" + (f", hạn {due_on:%d/%m/%Y}" if due_on else "")
        found[household_id] = f"{words}: {note}" if note else words
    return found
