"""What the worker does with accounts: tidying up, and locking those of staff who no longer come."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Coalesce

from core.kit import clock
from core.people.account.actions import clear_old_sessions, lock_idle
from core.people.codes.actions import clear_old_codes
from core.people.limits.actions import clear_old_counts
from core.people.models import Grant, User
from core.people.second_factor.rules import ROLES_WITH_SECOND_FACTOR
from core.places.models import in_force

# TCVN 14423:2026 (by secondary source) asks for staff accounts to be locked after so many days without a sign-in.
IDLE_AFTER = timedelta(days=45)


def tidy() -> int:
    """Delete what no longer serves: used codes, old counts, sessions that are over. Returns how many rows."""
    return clear_old_codes() + clear_old_counts() + clear_old_sessions()


def lock_idle_staff() -> int:
    """Lock staff who have not signed in for 45 days (from being made, for those who never have). Returns how many.

    The demo's people are left alone, and so is the operator, whom nobody could let in again.
    """
    staff = Grant.objects.filter(in_force(clock.today()), role__in=ROLES_WITH_SECOND_FACTOR).values("user_id")
    idle = (
        User.objects.filter(pk__in=staff, is_active=True, is_demo=False, is_superuser=False)
        .annotate(seen_at=Coalesce("last_login", "date_joined"))
        .filter(Q(seen_at__lt=clock.now() - IDLE_AFTER))
    )
    return lock_idle(list(idle))
