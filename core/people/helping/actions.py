"""Opening a locked account for somebody."""

from __future__ import annotations

from django.db import transaction

from core.kit import clock
from core.people.account.actions import open_person
from core.people.helping.queries import may_open
from core.people.models import User
from core.people.queries import Viewer


class LockedAbove(PermissionError):
    """Somebody above this viewer, or beside them, locked the account."""


@transaction.atomic
def open_for(*, user: User, by: Viewer) -> None:
    """Open the account of somebody this viewer may help (asked before). Raises LockedAbove.

    The row is locked while the lock is looked at, so that none set this moment is opened with an older one.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not may_open(by, user):
        raise LockedAbove
    open_person(user=user, now=clock.now(), by_id=by.user_id)
