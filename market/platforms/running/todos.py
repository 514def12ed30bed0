"""What the platform's operator has to do today."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse

from core.desk.registry import Todo
from core.people.models import Role
from core.people.queries import Viewer
from market.platforms.models import Drift, PlatformListing
from market.platforms.running.queries.connections import flow_or_none, troubled_connections
from market.platforms.running.wording import way_words

AT_MOST = 10


def operator_todos(viewer: Viewer) -> Iterable[Todo]:
    """Connections that stopped or have been silent for long, listings that stopped, differences
    to decide; three queries."""
    if not viewer.has_role(Role.PLATFORM_OPERATOR):
        return
    for connection in troubled_connections()[:AT_MOST]:
        kind, words = way_words(connection, flow_or_none(connection))
        address = reverse("platform_connection", args=[connection.platform.code])
        yield Todo(f"{connection.platform.name}: {words}", address, "Xem kết nối", 1, kind)
    dead = PlatformListing.Work.DEAD
    count = PlatformListing.objects.filter(Q(work=dead) | Q(offer_work=dead)).count()
    if count:
        yield Todo(f"{count} tin bị dừng, cần người xem.", reverse("platform_dead"), "Xem tin bị dừng", 2, "warn")
    drifts = Drift.objects.filter(decision=Drift.Decision.OPEN).count()
    if drifts:
        yield Todo(f"{drifts} chỗ trên sàn khác với bản ở đây.", reverse("platform_drifts"), "Xem chỗ lệch", 3, "info")
