"""The people somebody may help with signing in."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet

from core.people.grants.queries import still_open
from core.people.helping.registry import beyond_reach
from core.people.helping.rules import HELPS
from core.people.models import Grant, LockReason, User
from core.people.queries import Viewer


def people_to_help(viewer: Viewer) -> QuerySet[User]:
    """Everybody whose every role, of today or later, is below one of the viewer's and in its area, and whose account
    opens nothing else out of the viewer's reach; locked people too. Never oneself."""
    people = User.objects.exclude(pk=viewer.user_id or 0).order_by("full_name", "pk")
    if viewer.is_operator:
        return people
    held, below = _open_grants(), _below(viewer)
    groups = User.groups.through.objects.filter(user=OuterRef("pk"))
    permissions = User.user_permissions.through.objects.filter(user=OuterRef("pk"))
    people = people.filter(
        Exists(held.filter(below)),
        ~Exists(held.exclude(below)),
        ~Exists(groups),
        ~Exists(permissions),
        is_superuser=False,
        is_staff=False,
    )
    for beyond in beyond_reach(viewer):
        people = people.filter(~beyond)
    return people


def people_for_slips(viewer: Viewer) -> QuerySet[User]:
    """Those of them whose log-in was opened with a grant in the viewer's area (or set up with the installation).

    Giving a role to somebody who has a log-in already is no way into it.
    """
    people = people_to_help(viewer)
    if viewer.is_operator:
        return people
    opened = Q(opened_account=True) | Q(given_by__isnull=True)
    return people.filter(Exists(_open_grants().filter(_below(viewer), opened)))


def may_open(viewer: Viewer, user: User) -> bool:
    """Whether this viewer, who may help, may open the account: a lock that somebody set is opened by them, by an
    operator, or by who stands above them."""
    if viewer.is_operator or user.lock_reason != LockReason.BY_STAFF:
        return True
    if user.locked_by_id is None:
        return False
    return user.locked_by_id == viewer.user_id or people_to_help(viewer).filter(pk=user.locked_by_id).exists()


def with_state(people: QuerySet[User]) -> QuerySet[User]:
    """The same people with `has_app`: whether they have a second factor."""
    app = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return people.annotate(has_app=Exists(app)).prefetch_related("grants__unit")


def _open_grants() -> QuerySet[Grant]:
    return Grant.objects.filter(still_open(), user=OuterRef("pk"))


def _below(viewer: Viewer) -> Q:
    below = Q(pk__in=[])
    for role, helped in HELPS.items():
        below |= viewer.area(role, unit_field="unit", hamlet_field="hamlet") & Q(role__in=helped)
    return below
