"""Reading the register of households."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from core.kit import clock
from core.people.models import Role
from core.people.queries import STAFF_ROLES, Viewer
from core.places.models import Hamlet, in_force
from onboarding.households.models import Household

TEAM_ROLES = (Role.TEAM_LEAD, Role.TEAM_MEMBER)


def hamlets_of_team(viewer: Viewer) -> QuerySet[Hamlet]:
    """The hamlets in which this viewer may register: those named in team grants, or a whole commune's."""
    area = Q(pk__in=[])
    for grant in viewer.grants:
        if grant.role in TEAM_ROLES:
            area |= Q(pk=grant.hamlet_id) if grant.hamlet_id else Q(commune_id=grant.unit_id)
    return Hamlet.objects.filter(in_force(clock.today())).filter(area).select_related("commune").order_by("pk")


def households_visible_to(viewer: Viewer) -> QuerySet[Household]:
    """Living households in the area of a staff member, or those of a team member's own hamlets."""
    staff = viewer.area(*STAFF_ROLES, unit_field="commune")
    rows = Household.objects.filter(staff | Q(hamlet__in=hamlets_of_team(viewer)), ended_on__isnull=True)
    return rows.select_related("hamlet", "commune").order_by("-registered_at", "-pk")
