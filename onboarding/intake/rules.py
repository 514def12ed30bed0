"""Who may send what, and who decides."""

from __future__ import annotations

from datetime import timedelta

from core.people.grants.rules import TEAM_ROLES
from core.people.models import Role
from core.people.queries import Viewer
from core.places.models import Hamlet
from onboarding.households.queries import hamlets_of_team
from onboarding.intake.models import IntakeIssue

OFFICERS = (Role.COMMUNE, Role.PROVINCE)
SENDERS = (*TEAM_ROLES, *OFFICERS)
# What waits so long for what should come before it is written without.
FORCE_AFTER = timedelta(days=5)


def can_send(viewer: Viewer) -> bool:
    """Whether this person may use the field intake at all."""
    return viewer.is_signed_in and viewer.has_role(*SENDERS)


def can_write_in(viewer: Viewer, hamlet: Hamlet) -> bool:
    """Whether this person may register in that hamlet today: a team where it was sent, an officer of its commune."""
    if not viewer.is_signed_in:
        return False
    return is_officer_of(viewer, hamlet) or hamlets_of_team(viewer).filter(pk=hamlet.pk).exists()


def is_officer_of(viewer: Viewer, hamlet: Hamlet) -> bool:
    """Whether this person is an officer of the commune (or its province) of that hamlet."""
    return viewer.is_signed_in and viewer.covers(hamlet.commune, *OFFICERS)


def can_decide(viewer: Viewer, issue: IntakeIssue) -> bool:
    """Whether this person may decide the issue; never about what they entered themselves."""
    mine = viewer.user_id == issue.submission.entered_by_id
    return viewer.is_signed_in and viewer.covers(issue.commune, *OFFICERS) and not mine


def somebody(viewer: Viewer) -> int:
    """The id of the person. Raises PermissionError: no device and no job sends for nobody."""
    if viewer.user_id is None:
        raise PermissionError
    return viewer.user_id
