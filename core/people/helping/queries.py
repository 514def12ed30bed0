"""The people somebody may help with signing in."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet

from core.kit import clock
from core.people.helping.rules import HELPS
from core.people.models import Grant, User
from core.people.queries import Viewer
from core.places.models import in_force


def people_to_help(viewer: Viewer) -> QuerySet[User]:
    """Everybody whose every role is below one of the viewer's and in its area; locked people too. Never oneself."""
    people = User.objects.exclude(pk=viewer.user_id or 0).order_by("full_name", "pk")
    if viewer.is_operator:
        return people
    below = Q(pk__in=[])
    for role, helped in HELPS.items():
        below |= viewer.area(role, unit_field="unit", hamlet_field="hamlet") & Q(role__in=helped)
    held = Grant.objects.filter(in_force(clock.today()), user=OuterRef("pk"))
    return people.filter(Exists(held.filter(below)), ~Exists(held.exclude(below)), is_superuser=False)


def with_state(people: QuerySet[User]) -> QuerySet[User]:
    """The same people with `has_app`: whether they have a second factor."""
    app = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return people.annotate(has_app=Exists(app)).prefetch_related("grants__unit")
