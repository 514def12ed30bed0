"""Whose first log-in may be handed out on paper, and by whom."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from core.kit import clock
from core.people.models import Grant, Role, User
from core.people.queries import Viewer
from core.places.models import in_force
from onboarding.households.models import Household
from onboarding.households.queries import hamlets_of_team
from onboarding.producers.models import Membership, Producer


def households_for_slips(viewer: Viewer) -> QuerySet[Household]:
    """Living households of a team's hamlets or a commune officer's commune. (A province prints no slips.)"""
    officers = viewer.area(Role.COMMUNE, unit_field="commune")
    rows = Household.objects.filter(officers | Q(hamlet__in=hamlets_of_team(viewer)), ended_on__isnull=True)
    return rows.select_related("hamlet", "commune").order_by("pk")


def producer_of(household: Household) -> Producer | None:
    """Who sells for the household: the first one registered."""
    return household.producers.select_related("commune").order_by("pk").first()


@dataclass(frozen=True)
class Owner:
    """Whose shop it is, and whether they also hold a grant (a way in that is worth more than a shop)."""

    user: User
    has_grant: bool


def owner_of(producer: Producer) -> Owner | None:
    """The owner of today, the first one recorded."""
    rows = Membership.objects.filter(in_force(clock.today()), producer=producer, right=Membership.Right.OWNER)
    first = rows.select_related("user").order_by("pk").first()
    return Owner(first.user, Grant.objects.filter(user=first.user).exists()) if first else None
