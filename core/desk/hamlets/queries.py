"""Which hamlets somebody may see."""

from __future__ import annotations

from django.db.models import QuerySet

from core.people.models import Role
from core.people.queries import STAFF_ROLES, Viewer
from core.places.models import Hamlet

WORKS_WITH_HAMLETS = (*STAFF_ROLES, Role.TEAM_LEAD, Role.TEAM_MEMBER)


def hamlets_visible_to(viewer: Viewer) -> QuerySet[Hamlet]:
    """The hamlets in the viewer's area as staff or team; a team member with one hamlet sees that one."""
    return Hamlet.objects.filter(viewer.area(*WORKS_WITH_HAMLETS, unit_field="commune", hamlet_field="pk"))
