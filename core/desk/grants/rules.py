"""Who may hand out a new way in for somebody else's account."""

from __future__ import annotations

from collections.abc import Iterable

from core.people.grants.rules import can_give
from core.people.models import Grant, User
from core.people.queries import Viewer


def can_hand_out_entry(viewer: Viewer, person: User, open_grants: Iterable[Grant]) -> bool:
    """Whether this viewer may print an entry code for that person: whoever holds the code becomes the person, so the
    viewer must be able to give every role the person holds. Never for operators (unless by one) and never for oneself.
    """
    if viewer.is_operator:
        return person.pk != viewer.user_id
    held = list(open_grants)
    if person.is_superuser or not held:
        return False
    return all(can_give(viewer, role=grant.role, unit=grant.unit, to_user_id=grant.user_id) for grant in held)
