"""Which drawn pages wait for somebody's eyes."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from core.desk.registry import Todo
from core.people.queries import Viewer
from ocop.rechecks.drawing import last_day
from ocop.rechecks.queries import waiting_pages
from ocop.rechecks.rules import OFFICERS


def recheck_todos(viewer: Viewer) -> Iterable[Todo]:
    """One line for officers of places with drawn pages that no robot can look at; two queries."""
    if not viewer.is_signed_in or viewer.is_operator or not viewer.has_role(*OFFICERS):
        return
    waiting = waiting_pages(viewer)
    if not waiting:
        return
    draw = waiting[0].item.draw
    draws = {page.item.draw_id for page in waiting}
    url = reverse("recheck", args=[draw.pk]) + "?xem=nguoi" if len(draws) == 1 else reverse("rechecks")
    words = f"Kiểm tra lại: {len(waiting)} trang chờ người mở xem, hạn gần nhất {last_day(draw.on):%d/%m/%Y}."
    yield Todo(words, url, "Xem các trang", 3, "wait")
