"""What the queue asks of people."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from core.desk.jobs.rules import can_change_queue
from core.desk.registry import Todo
from core.jobs.queries import failed_number
from core.people.queries import Viewer


def queue_todos(viewer: Viewer) -> Iterable[Todo]:
    """For operators: failed jobs that wait for a look; one query."""
    if not can_change_queue(viewer):
        return
    if number := failed_number():
        sentence = _("%(number)s việc nền không xong.") % {"number": number}
        yield Todo(sentence, reverse("jobs"), _("Xem lý do"), urgency=2, kind="bad")
