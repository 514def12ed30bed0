"""Reading the register of households."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import Q, QuerySet

from core.kit import clock
from core.people.grants.rules import TEAM_ROLES
from core.people.models import Role
from core.people.queries import STAFF_ROLES, Viewer
from core.people.reveal.registry import Revealed
from core.places.models import Hamlet, HamletLink, UnitLink, in_force
from onboarding.households.models import Household

_MOST_MAP_CHANGES = 20


def hamlet_of_today(number: int) -> Hamlet | None:
    """The hamlet with this number, or what it became if it has ended (of a divided one the default part)."""
    hamlet = Hamlet.objects.select_related("commune").filter(pk=number).first()
    today = clock.today()
    for _ in range(_MOST_MAP_CHANGES):
        if hamlet is None or hamlet.valid_to is None or hamlet.valid_to > today:
            return hamlet
        link = HamletLink.objects.filter(old=hamlet).exclude(kind=UnitLink.Kind.PART).select_related("new__commune")
        became = link.order_by("-on").first()
        hamlet = became.new if became else None
    return None


def hamlets_of_team(viewer: Viewer) -> QuerySet[Hamlet]:
    """The hamlets in which this viewer may register: those named in team grants, or a lead's whole commune."""
    # Operators see everything, but walk to no doors.
    team = replace(viewer, is_operator=False, is_system=False)
    area = team.area(*TEAM_ROLES, unit_field="commune", hamlet_field="pk")
    return Hamlet.objects.filter(in_force(clock.today())).filter(area).select_related("commune").order_by("pk")


# Who reads the register somewhere: staff where they work, teams in their hamlets.
READERS = (*STAFF_ROLES, *TEAM_ROLES)


def households_in_area(viewer: Viewer) -> QuerySet[Household]:
    """Every household of this viewer's area as staff or team, ended ones too."""
    rows = Household.objects.filter(viewer.area(*READERS, unit_field="commune", hamlet_field="hamlet"))
    return rows.select_related("hamlet", "commune")


def households_visible_to(viewer: Viewer) -> QuerySet[Household]:
    """Living households in the area of a staff member, or those of a team's own hamlets."""
    staff = viewer.area(*STAFF_ROLES, unit_field="commune")
    rows = Household.objects.filter(staff | Q(hamlet__in=hamlets_of_team(viewer)), ended_on__isnull=True)
    return rows.select_related("hamlet", "commune").order_by("-registered_at", "-pk")


def phone_of_household(viewer: Viewer, number: int) -> Revealed | None:
    """The phone of a household in the area of a commune or province officer, or of a team, for an audited look.
    (Auditors read papers, they call nobody.)"""
    officers = viewer.area(Role.COMMUNE, Role.PROVINCE, unit_field="commune")
    rows = households_visible_to(viewer).filter(officers | Q(hamlet__in=hamlets_of_team(viewer)))
    found = rows.filter(pk=number).first()
    if found is None:
        return None
    return Revealed(found.phone, found.head_name, f"household:{found.pk}", found.commune.code)
