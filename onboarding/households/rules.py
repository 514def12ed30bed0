"""Who works on the register of households at the desk."""

from __future__ import annotations

from django.db.models import Q

from core.people.models import Role
from core.people.queries import Viewer
from onboarding.households.models import EndReason, Household

OFFICERS = (Role.COMMUNE, Role.PROVINCE)
# Whose desk it is; a team's lead sees the team's part of it.
DESK_ROLES = (*OFFICERS, Role.TEAM_LEAD)
# What a person may give for an ending; the others are made by merging and by undoing an import.
SAID_REASONS = (EndReason.MOVED, EndReason.DISSOLVED, EndReason.MISTAKE)


def desk_area(viewer: Viewer) -> Q:
    """The filter "households of my desk": an officer's place, a lead's commune or hamlets."""
    return viewer.area(*DESK_ROLES, unit_field="commune", hamlet_field="hamlet")


def can_write_numbers(viewer: Viewer, household: Household) -> bool:
    """Whether this person may enter and replace personal ID, tax code and bank account: officers of the place only. Nobody
    reads them back."""
    return viewer.covers(household.commune, *OFFICERS)


def can_end(viewer: Viewer, household: Household) -> bool:
    """Whether this person may say that a household is no longer counted, and take that back: officers, never a team. (To
    drop the hard ones is the oldest way to a better rate.)"""
    return viewer.is_signed_in and viewer.covers(household.commune, *OFFICERS)


def can_add(viewer: Viewer) -> bool:
    """Whether this person adds households by hand: commune officers."""
    return viewer.has_role(Role.COMMUNE)
