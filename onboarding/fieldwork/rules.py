"""Who may register where."""

from __future__ import annotations

from core.people.queries import Viewer
from core.places.models import Hamlet
from onboarding.households.queries import hamlets_of_team


def can_register_in(viewer: Viewer, hamlet: Hamlet) -> bool:
    """Whether a team grant of this viewer covers the hamlet today."""
    return hamlets_of_team(viewer).filter(pk=hamlet.pk).exists()
