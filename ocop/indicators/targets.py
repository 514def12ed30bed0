"""Which target an area is measured against: its own, its province's, or what the plans ask of everybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.text import capfirst

from core.kit import clock
from core.kit.text import sort_key
from core.people.models import Role
from core.people.queries import STAFF_ROLES, Viewer
from core.places.models import Level, Unit, in_force
from ocop.indicators.models import Target
from ocop.indicators.queries import Scope
from ocop.indicators.registry import Indicator

SETTERS = (Role.PROVINCE,)


@dataclass(frozen=True)
class TargetFor:
    """What an indicator is to reach: a per cent, of which unit ("": everybody) and by which document ("": not entered)."""

    percent: int
    unit: str
    document: str


def targets_for(indicators: Iterable[Indicator], scope: Scope) -> dict[str, TargetFor]:
    """The nearest target of the scope's year, by code: of the commune, of its province (for an old area: of that province of
    before), else what the indicator itself asks; indicators without any are left out. One query."""
    asked = list(indicators)
    nearest, units = _units_of(scope)
    rows = Target.objects.filter(units, year=scope.on.year, indicator__in=[each.code for each in asked])
    found = {each.code: TargetFor(each.target_percent, "", "") for each in asked if each.target_percent is not None}
    set_for = sorted(rows.select_related("unit"), key=lambda row: row.unit_id == nearest)
    return found | {row.indicator: TargetFor(row.percent, str(row.unit), row.document) for row in set_for}


def _units_of(scope: Scope) -> tuple[int | None, Q]:
    """The id of the nearest unit, and the condition over the targets that may apply."""
    if scope.unit is not None:
        return scope.unit.pk, Q(unit__in=[scope.unit.pk, scope.unit.parent_id])
    if scope.former_area:
        return None, Q(unit__code=scope.former_area, unit__level=Level.PROVINCE, unit__valid_to__isnull=False)
    held = {grant.unit_id for grant in scope.viewer.grants if grant.role in STAFF_ROLES}
    if len(held) != 1 or scope.viewer.sees_everything(*STAFF_ROLES):
        return None, Q(pk__in=[])
    [only] = held
    return only, Q(unit=only) | Q(unit__children=only)


def can_set(viewer: Viewer, unit: Unit) -> bool:
    """Whether this person sets targets of a unit: the province's staff, also of a province of before that became (part of)
    theirs, and of their communes."""
    if viewer.covers(unit, *SETTERS):
        return True
    if unit.level != Level.PROVINCE or unit.valid_to is None:
        return False
    return any(viewer.covers(link.new, *SETTERS) for link in unit.became.select_related("new"))


def units_to_set(viewer: Viewer) -> list[tuple[Unit, str]]:
    """The units of which this person may set targets, with how a form calls them: provinces, their former parts, communes."""
    held = Unit.objects.filter(viewer.units(*SETTERS), in_force(clock.today()))
    if viewer.sees_everything(*SETTERS):
        held = held.filter(level=Level.PROVINCE)
    former = Unit.objects.filter(
        became__new__in=held.filter(level=Level.PROVINCE), level=Level.PROVINCE, valid_to__isnull=False
    )
    units = sorted(held, key=lambda unit: (unit.level == Level.COMMUNE, sort_key(unit.name)))
    old = sorted(former.distinct(), key=lambda unit: sort_key(unit.name))
    named = [(unit, capfirst(str(unit))) for unit in units]
    split = sum(unit.level == Level.PROVINCE for unit in units)
    return [*named[:split], *((unit, f"{capfirst(str(unit))} (cũ)") for unit in old), *named[split:]]


def targets_visible_to(viewer: Viewer) -> QuerySet[Target]:
    """The targets of the area of a staff member, the latest year first."""
    mine = viewer.area(*STAFF_ROLES, unit_field="unit")
    held = [grant.unit_id for grant in viewer.grants if grant.role in STAFF_ROLES]
    former = Q(unit__became__new__in=held) | Q(unit__became__new__children__in=held)
    rows = Target.objects.filter(mine | former).distinct()
    return rows.select_related("unit", "unit__parent", "entered_by").order_by("-year", "indicator", "unit__code", "pk")
