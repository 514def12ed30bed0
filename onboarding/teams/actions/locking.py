"""What every action on teams begins with: one at a time in a commune, and only by its officers."""

from __future__ import annotations

from datetime import date

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.people.queries import Viewer
from core.places.models import Unit
from onboarding.teams.events import TeamsChanged
from onboarding.teams.models import Team
from onboarding.teams.rules import can_run_teams


class NotAllowed(PermissionError):
    """This person does not run the teams of that commune. Outsiders are answered as if it were not there."""


class TeamRefused(ValueError):
    """It makes no sense as asked; the message is a Vietnamese sentence with what to do."""


def lock_commune(commune: Unit, by: Viewer) -> Unit:
    """The commune, locked: its teams are changed one after the other. Raises NotAllowed."""
    if not can_run_teams(by, commune):
        raise NotAllowed
    return Unit.objects.select_for_update(no_key=True, of=("self",)).get(pk=commune.pk)


def lock_team(team: Team, by: Viewer) -> Team:
    """The team as it is now, its commune locked. Raises NotAllowed."""
    lock_commune(team.commune, by)
    return Team.objects.select_related("commune").get(pk=team.pk)


def lock_living_team(team: Team, by: Viewer) -> Team:
    """As `lock_team`, of a team that has not ended. Raises NotAllowed, TeamRefused."""
    team = lock_team(team, by)
    if team.valid_to is not None and team.valid_to <= clock.today():
        raise TeamRefused("Tổ này đã kết thúc. Hãy lập tổ mới.")
    return team


def check_end(on: date) -> None:
    """Raises TeamRefused for a day that is over: what was done until today stays done in a team."""
    if on < clock.today():
        raise TeamRefused("Ngày kết thúc không thể trước hôm nay.")


def note(word: str, team: Team, by: Viewer, what: str = "", before: str = "", after: str = "") -> None:
    """One line in the trail, under the team; whoever listens is told."""
    record(
        word,
        actor_id=by.user_id,
        object_label=f"team:{team.pk}",
        unit_code=team.commune.code,
        changes={what: (before, after)} if what else {},
    )
    emit(TeamsChanged(team.commune_id))
