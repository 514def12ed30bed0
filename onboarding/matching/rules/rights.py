"""Who may look at households that may be one, and decide.

The officers of both places. Teams do not: the page shows two households with everything known of them, and a lead who
registered one of them should not be who says that it is none.
"""

from __future__ import annotations

from core.people.models import Role
from core.people.queries import Viewer
from onboarding.matching.models import DuplicatePair

DECIDERS = (Role.COMMUNE, Role.PROVINCE)


def can_decide(viewer: Viewer, pair: DuplicatePair) -> bool:
    """Whether this person may say that the two are one, or are not: an officer for the places of both."""
    return all(viewer.covers(household.commune, *DECIDERS) for household in (pair.first, pair.second))
