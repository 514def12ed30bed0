"""Where a member goes, and which of it is theirs today."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from core.kit import clock
from core.people.queries import Viewer
from core.places.models import Hamlet, in_force
from onboarding.households.queries import hamlets_of_team
from onboarding.intake.rules import OFFICERS
from onboarding.teams.queries import assignments_in_force, memberships_in_force


def hamlets_of_member(viewer: Viewer) -> QuerySet[Hamlet]:
    """The hamlets in which this person may write: those of their team grants, for an officer those of the commune."""
    officer = Hamlet.objects.filter(in_force(clock.today()), viewer.area(*OFFICERS, unit_field="commune"))
    team = hamlets_of_team(viewer)
    theirs = team if not viewer.has_role(*OFFICERS) or viewer.is_operator else officer | team
    return theirs.select_related("commune").order_by("pk")


def assigned_hamlets(viewer: Viewer, among: Collection[int]) -> list[int]:
    """Of these hamlets those that the member's teams look after; without any, those named in the member's own grants."""
    today = clock.today()
    if viewer.user_id is None:
        return []
    teams = memberships_in_force(today).filter(user_id=viewer.user_id).values("team")
    looked_after = assignments_in_force(today).filter(team__in=teams, hamlet__in=list(among))
    found = list(looked_after.order_by("hamlet_id").values_list("hamlet_id", flat=True))
    named = {grant.hamlet_id for grant in viewer.grants if grant.hamlet_id is not None}
    return found or [pk for pk in among if pk in named]
