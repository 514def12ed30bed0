"""Which hamlets a team looks after: one team a hamlet at a time."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from core.kit import clock
from core.people.grants.queries import in_period
from core.people.queries import Viewer
from core.places.models import Hamlet
from onboarding.teams.actions.locking import TeamRefused, check_end, lock_living_team, lock_team, note
from onboarding.teams.actions.rights import keep_grants
from onboarding.teams.models import Team, TeamHamlet
from onboarding.teams.queries import people_of
from onboarding.teams.rules import earlier, hamlet_problem


@transaction.atomic
def assign_hamlet(*, team: Team, hamlet: Hamlet, by: Viewer) -> TeamHamlet:
    """From today (or its first day) the team looks after the hamlet, and its members get their rights there.

    The same again changes nothing. Raises NotAllowed, TeamRefused (another team has it), GrantRefused.
    """
    team = lock_living_team(team, by)
    first = max(clock.today(), team.valid_from)
    there = team.hamlets.filter(in_period(first, team.valid_to), hamlet=hamlet).first()
    if there is not None:
        return there
    assigned = place_hamlet(team, hamlet, first, by)
    note("team.hamlet_assigned", team, by, "ấp", "", hamlet.name)
    keep_grants(people_of(team), by=by)
    return assigned


def place_hamlet(team: Team, hamlet: Hamlet, first: date, by: Viewer) -> TeamHamlet:
    """The row for a hamlet of a team, nothing else; for actions that hold the commune's lock. Raises TeamRefused."""
    problem = hamlet_problem(hamlet, team.commune, max(first, clock.today()))
    if problem:
        raise TeamRefused(problem)
    taken = TeamHamlet.objects.filter(in_period(first, team.valid_to), hamlet=hamlet)
    other = taken.exclude(team=team).select_related("team").order_by("valid_from").first()
    if other is not None:
        raise TeamRefused(f"{hamlet.name} đang do «{other.team.name}» phụ trách. Hãy kết thúc ở tổ đó trước.")
    try:
        with transaction.atomic():
            return TeamHamlet.objects.create(
                team=team, hamlet=hamlet, valid_from=first, valid_to=team.valid_to, recorded_by_id=by.user_id
            )
    except IntegrityError as error:
        # The database has the last word; behind the commune's lock it is not asked.
        raise TeamRefused(f"{hamlet.name} vừa được giao cho tổ khác. Hãy mở lại trang.") from error


@transaction.atomic
def end_assignment(*, assignment: TeamHamlet, by: Viewer, on: date | None = None) -> TeamHamlet:
    """From the day `on` (today) the team no longer looks after the hamlet, and its members lose their rights there.

    Twice is harmless. Raises NotAllowed, TeamRefused.
    """
    team = lock_team(assignment.team, by)
    assignment = TeamHamlet.objects.select_related("hamlet").get(pk=assignment.pk)
    day = on or clock.today()
    check_end(day)
    last = max(day, assignment.valid_from)
    if assignment.valid_to is not None and assignment.valid_to <= last:
        return assignment
    assignment.valid_to = earlier(last, team.valid_to)
    assignment.save(update_fields=["valid_to"])
    note("team.hamlet_ended", team, by, "ấp", assignment.hamlet.name, "")
    keep_grants(people_of(team), by=by)
    return assignment
