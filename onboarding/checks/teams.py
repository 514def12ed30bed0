"""Which teams somebody is of, for keeping a second look apart from the first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from core.kit import clock
from core.places.models import Unit
from onboarding.households.models import Household, Source
from onboarding.teams.models import Team
from onboarding.teams.queries import assignments_in_force, memberships_in_force, teams_in_force


def teams_of_person(user_id: int | None) -> set[int]:
    """The ids of the teams this person is in today, and of those that went on in them under a new decision: what was
    given to the old team is the new one's. None for nobody."""
    if user_id is None:
        return set()
    found: set[int] = set()
    teams = set(memberships_in_force(clock.today()).filter(user=user_id).values_list("team_id", flat=True))
    while new := teams - found:
        found |= new
        teams = set(Team.objects.filter(followed_by__in=new).values_list("pk", flat=True))
    return found


def other_teams(households: Sequence[Household], commune: Unit) -> list[list[Team]]:
    """For each household the commune's teams of today that may look a second time: none in which its registrar is, and for one
    written at the door not the team of its hamlet either. Three queries however many."""
    today = clock.today()
    teams = list(teams_in_force(today).filter(commune=commune).order_by("pk"))
    of_person: defaultdict[int | None, set[int]] = defaultdict(set)
    people = {each.registered_by_id for each in households}
    for user_id, team_id in memberships_in_force(today).filter(user__in=people).values_list("user_id", "team_id"):
        of_person[user_id].add(team_id)
    hamlets = {each.hamlet_id for each in households}
    of_hamlet = dict(assignments_in_force(today).filter(hamlet__in=hamlets).values_list("hamlet_id", "team_id"))
    found = []
    for household in households:
        own = set(of_person[household.registered_by_id])
        if household.source == Source.FIELD and household.hamlet_id in of_hamlet:
            own.add(of_hamlet[household.hamlet_id])
        found.append([team for team in teams if team.pk not in own])
    return found
