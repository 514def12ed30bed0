"""What somebody may find: everybody what is public; officers the producers of their area besides."""

from __future__ import annotations

from core.kit import clock
from core.people.queries import STAFF_ROLES, Viewer
from core.places.models import Level, Unit, in_force
from search.engines.contract import PRODUCER, PUBLIC_KINDS, Scope

PUBLIC = Scope()


def scope_of(viewer: Viewer) -> Scope:
    """The scope of a viewer's grants as staff. A team's hamlets are no area here, and whoever has none finds what is public."""
    if not viewer.is_signed_in or not viewer.has_role(*STAFF_ROLES):
        return PUBLIC
    kinds = (*PUBLIC_KINDS, PRODUCER)
    if viewer.sees_everything(*STAFF_ROLES):
        return Scope(kinds)
    own = Unit.objects.filter(viewer.units(*STAFF_ROLES), in_force(clock.today()), level=Level.COMMUNE)
    codes = tuple(own.order_by("code").values_list("code", flat=True))
    return Scope(kinds, codes) if codes else PUBLIC
