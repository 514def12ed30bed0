"""Founding and ending teams, and who and what belongs to them. Every action keeps the members' grants in step."""

from onboarding.teams.actions.founding import (
    TeamPlan,
    end_team,
    found_team,
    found_teams,
    refound_team,
    settle_team,
)
from onboarding.teams.actions.hamlets import assign_hamlet, end_assignment
from onboarding.teams.actions.locking import NotAllowed, TeamRefused
from onboarding.teams.actions.members import (
    Joined,
    add_team_member,
    appoint_team_member,
    end_team_member,
    give_rights_again,
    set_lead,
)

__all__ = [
    "Joined", "NotAllowed", "TeamPlan", "TeamRefused", "add_team_member", "appoint_team_member", "assign_hamlet", "end_assignment",
    "end_team", "end_team_member", "found_team", "found_teams", "give_rights_again", "refound_team", "set_lead", "settle_team",
]  # fmt: skip
