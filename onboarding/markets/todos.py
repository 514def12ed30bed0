"""What waits to be decided in markets."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from core.desk.registry import Todo
from core.kit import clock
from core.people.models import Role
from core.people.queries import Viewer
from onboarding.markets.queries.lists import names_to_decide

FEW = 5


def market_todos(viewer: Viewer) -> Iterable[Todo]:
    """For officers of communes: names that are nearly the stallholder's, found by somebody else."""
    if not viewer.has_role(Role.COMMUNE) or viewer.is_operator:
        return
    for check in names_to_decide(viewer, clock.today())[:FEW]:
        sentence = f"Sạp {check.stall.number}, {check.stall.market.name}: tên chủ tài khoản gần giống tên chủ sạp. Hãy xem có phải một người."
        yield Todo(sentence, reverse("stall", args=[check.stall_id]), "Mở sạp", 4, "warn")
