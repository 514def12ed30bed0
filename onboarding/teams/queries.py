"""Reading teams: which are there, who is in them, what they look after."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from core.places.models import Hamlet, in_force
from onboarding.teams.models import Team, TeamHamlet, TeamMember


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
