"""Reading producers."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from core.kit import clock
from core.people.models import User
from core.people.queries import Viewer
from core.places.models import in_force
from onboarding.producers.models import Membership, Producer


def producers_of(viewer: Viewer) -> QuerySet[Producer]:
    """The producers for whom this person may act today, the own ones first."""
    if viewer.user_id is None:
        return Producer.objects.none()
    memberships = Membership.objects.filter(in_force(clock.today()), user_id=viewer.user_id)
    return (
        Producer.objects.filter(Q(pk__in=memberships.values("producer_id")))
        .select_related("commune", "commune__parent")
        .order_by("pk")
    )


def people_of(producer_id: int) -> QuerySet[User]:
    """The people who may act for a producer today: who is told when something happens to it."""
    memberships = Membership.objects.filter(in_force(clock.today()), producer_id=producer_id)
    return User.objects.filter(pk__in=memberships.values("user_id"), is_active=True).order_by("pk")


def may_act_for(viewer: Viewer, producer_id: int) -> bool:
    """Whether this person may act for that producer today; SYSTEM may."""
    return viewer.is_system or producers_of(viewer).filter(pk=producer_id).exists()
