"""Which communes are pilots."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from core.kit import clock
from core.people.models import Role
from core.people.queries import Viewer
from core.places.models import in_force
from onboarding.households.models import PilotUnit

SETTERS = (Role.PROVINCE,)


def pilots_on(day: date) -> QuerySet[PilotUnit]:
    """The pilots in force on a day."""
    return PilotUnit.objects.filter(in_force(day))


def is_pilot(commune_id: int) -> bool:
    """Whether this commune is a pilot today."""
    return pilots_on(clock.today()).filter(commune=commune_id).exists()


def pilots_visible_to(viewer: Viewer, *roles: str) -> QuerySet[PilotUnit]:
    """Pilots, open and ended, in the area of these roles, newest first."""
    rows = PilotUnit.objects.filter(viewer.area(*roles, unit_field="commune"))
    return rows.select_related("commune", "commune__parent").order_by("-valid_from", "-pk")
