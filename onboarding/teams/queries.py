"""Reading teams: which are there, who is in them, what they look after."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from core.kit import clock
from core.kit.text import sort_key
from core.people.grants.queries import in_period, still_open
from core.people.models import Role
from core.people.queries import Viewer
from core.places.models import Hamlet, in_force
from onboarding.teams.models import Team, TeamHamlet, TeamMember
from onboarding.teams.rules import AREA_READERS


def teams_in_force(on: date) -> QuerySet[Team]:
    """The teams whose period runs on that day."""
    return Team.objects.filter(in_force(on))


def assignments_in_force(on: date) -> QuerySet[TeamHamlet]:
    """Which hamlet is looked after by which team on that day."""
    return TeamHamlet.objects.filter(in_force(on), in_force(on, "team__"))


def memberships_in_force(on: date) -> QuerySet[TeamMember]:
    """Who is in which team on that day."""
    return TeamMember.objects.filter(in_force(on), in_force(on, "team__"))


def team_of(hamlet: Hamlet, on: date) -> Team | None:
    """The team that looks after this hamlet on that day."""
    found = assignments_in_force(on).filter(hamlet=hamlet).select_related("team").order_by("pk").first()
    return found.team if found else None


def team_of_member(user_id: int, hamlet: Hamlet, on: date) -> Team | None:
    """The team that looks after this hamlet on that day, if this person is in it then."""
    team = team_of(hamlet, on)
    if team is None or not memberships_in_force(on).filter(team=team, user_id=user_id).exists():
        return None
    return team


def people_of(team: Team) -> list[int]:
    """The ids of everybody who is or will be in the team."""
    return sorted(set(team.members.filter(still_open()).values_list("user_id", flat=True)))


def teams_visible_to(viewer: Viewer) -> QuerySet[Team]:
    """Every team, past ones too, in the area of a commune or province officer; and the teams somebody leads today.

    A lead needs the role as well: who is locked out of it sees nothing.
    """
    found = viewer.area(*AREA_READERS, unit_field="commune")
    if viewer.user_id is not None and viewer.has_role(Role.TEAM_LEAD):
        led = memberships_in_force(clock.today()).filter(user_id=viewer.user_id, is_lead=True)
        found |= Q(pk__in=led.values("team_id"))
    return Team.objects.filter(found).select_related("commune", "commune__parent")


def is_there() -> Q:
    """The condition "still there, or will be": a period that has not ended and is not empty."""
    return still_open() & (Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")))


def hamlets_without_team(area: Q, on: date) -> QuerySet[Hamlet]:
    """Hamlets of that day in an area (a condition over hamlets) that no team looks after."""
    looked_after = assignments_in_force(on).filter(hamlet=OuterRef("pk"))
    rows = Hamlet.objects.filter(in_force(on), area).filter(~Exists(looked_after))
    return rows.select_related("commune").order_by("commune__name", "commune_id", "name", "pk")


def hamlets_to_assign(team: Team) -> list[Hamlet]:
    """Hamlets of its commune that no team has in any of the days that are left to this one."""
    first = max(clock.today(), team.valid_from)
    return hamlets_free(team.commune_id, first, team.valid_to)


def hamlets_free(commune_id: int, first: date, end: date | None) -> list[Hamlet]:
    """Hamlets of a commune that no team has in any day of a period, in the order of their names."""
    taken = TeamHamlet.objects.filter(in_period(first, end), hamlet=OuterRef("pk"))
    rows = Hamlet.objects.filter(in_force(max(first, clock.today())), ~Exists(taken), commune_id=commune_id)
    return sorted(rows, key=lambda hamlet: sort_key(hamlet.name))
