"""Who may have API keys, and how long they last."""

from __future__ import annotations

from datetime import timedelta

from core.people.models import Role
from core.people.queries import Viewer

KEY_ROLES = (Role.NATIONAL, Role.PROVINCE, Role.COMMUNE, Role.PLATFORM_OPERATOR, Role.ACCOUNTANT, Role.AUDITOR)
KEY_LIFE = timedelta(days=365)
# A key in use writes its row at most this often.
NOTE_EVERY = timedelta(minutes=1)
MOST_KEYS = 20


def can_have_keys(viewer: Viewer) -> bool:
    """Whether this person may make a key: staff, in a session that holds the role (second factor given). A key carries
    grants only, so being an operator is not enough."""
    return any(grant.role in KEY_ROLES for grant in viewer.grants)
