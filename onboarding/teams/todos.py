"""What waits to be decided about teams."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q
from django.urls import reverse

from core.desk.registry import Todo
from core.kit import clock
from core.people.models import Role
from core.people.queries import Viewer
from onboarding.teams.queries import hamlets_without_team, teams_in_force

FEW = 5
SOON = timedelta(days=30)


def team_todos(viewer: Viewer) -> Iterable[Todo]:
    """For officers of communes: teams that the map has asked about or whose term ends, hamlets without a team."""
    if not viewer.has_role(Role.COMMUNE) or viewer.is_operator:
        return
    today = clock.today()
    mine = teams_in_force(today).filter(viewer.area(Role.COMMUNE, unit_field="commune")).order_by("pk")
    for team in mine.exclude(to_decide="")[:FEW]:
        yield Todo(f"{team.name}: {team.to_decide}", reverse("team", args=[team.pk]), "Mở tổ", 2, "warn")
    for team in mine.filter(to_decide="", valid_to__lte=today + SOON, followed_by__isnull=True)[:FEW]:
        sentence = f"{team.name} hết hạn ngày {team.valid_to:%d/%m/%Y}. Hãy lập lại tổ bằng quyết định mới."
        yield Todo(sentence, reverse("team_refound", args=[team.pk]), "Lập lại tổ", 3, "warn")
    # Only where teams have been founded at all: a commune that has none decides about that first.
    founded = viewer.area(Role.COMMUNE, unit_field="commune") & Q(commune__in=teams_in_force(today).values("commune"))
    without = hamlets_without_team(founded, today).count()
    if without:
        yield Todo(f"{without} ấp, thôn, khu phố chưa có tổ công nghệ số.", reverse("teams"), "Xem các ấp", 6)
