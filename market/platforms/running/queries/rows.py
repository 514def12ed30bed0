"""Which listings on platforms somebody may see."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from core.people.models import Role
from core.people.queries import STAFF_ROLES, Viewer
from market.platforms.models import PlatformListing
from onboarding.producers.queries import producers_with_key

READERS = (*STAFF_ROLES, Role.PLATFORM_OPERATOR)


def rows_visible_to(viewer: Viewer) -> QuerySet[PlatformListing]:
    """Those of the producers this person acts for, and of the area of a staff member."""
    area = viewer.area(*READERS, unit_field="listing__shop__producer__commune")
    own = Q(listing__shop__producer__in=producers_with_key(viewer))
    return PlatformListing.objects.filter(area | own).select_related("listing", "connection__platform")
