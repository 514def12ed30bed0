"""What stands in the catalogue for a province, and which provinces a person reads it for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.text import capfirst

from core.kit import clock
from core.kit.text import sort_key
from core.people.queries import STAFF_ROLES, Viewer
from core.places.models import Level, Unit, in_force
from ocop.catalogue.models import Group, HandFigure, HandIndicator, HandTarget, HandTerms
from ocop.catalogue.rules import COUNTED_BY_PROGRAMME


@dataclass(frozen=True)
class Line:
    """An indicator in a province: its terms, newest figure, and the targets of the province and of the country; None where there is
    none."""

    indicator: HandIndicator
    terms: HandTerms | None
    figure: HandFigure | None
    target: HandTarget | None
    national: HandTarget | None


@dataclass(frozen=True)
class GroupLines:
    """A group with its lines; `counted` is how many indicators the programme counts in it."""

    group: Group
    counted: int
    lines: list[Line]


def areas_of(viewer: Viewer) -> list[tuple[Unit, str]]:
    """The provinces whose catalogue this person reads, with what a form calls them: those of their grants (a commune's officer reads
    that of the province), then the former ones that became part of them."""
    provinces = Unit.objects.filter(in_force(clock.today()), level=Level.PROVINCE)
    if not viewer.sees_everything(*STAFF_ROLES):
        units = [grant.unit_id for grant in viewer.grants if grant.role in STAFF_ROLES and grant.hamlet_id is None]
        provinces = provinces.filter(Q(pk__in=units) | Q(children__in=units)).distinct()
    now = list(provinces)
    former = Unit.objects.filter(became__new__in=now, level=Level.PROVINCE, valid_to__isnull=False).distinct()
    return [
        *((unit, area_label(unit)) for unit in sorted(now, key=lambda unit: sort_key(unit.name))),
        *((unit, area_label(unit)) for unit in sorted(former, key=lambda unit: sort_key(unit.name))),
    ]


def area_label(unit: Unit) -> str:
    """ "Tỉnh Lâm Đồng", "Tỉnh Bình Thuận (cũ)"."""
    return capfirst(str(unit)) + (" (cũ)" if unit.valid_to else "")


def indicators_of(unit: Unit) -> QuerySet[HandIndicator]:
    """The common lines and the province's own, in the order of entry."""
    return HandIndicator.objects.filter(Q(unit__isnull=True) | Q(unit=unit)).order_by("pk")


def catalogue_of(unit: Unit) -> list[GroupLines]:
    """All lines of a province by group. Four queries, however many lines."""
    lines = _lines(unit, list(indicators_of(unit)))
    return [
        GroupLines(group, COUNTED_BY_PROGRAMME[group.value], [line for line in lines if line.indicator.group == group])
        for group in Group
    ]


def line_of(indicator: HandIndicator, unit: Unit) -> Line:
    """One line of the same."""
    return _lines(unit, [indicator])[0]


def standing_figures(unit: Unit) -> QuerySet[HandFigure]:
    """Figures of a province that nothing has replaced; those without a value were taken back."""
    return HandFigure.objects.filter(unit=unit, replaced_by__isnull=True)


def terms_of(indicator: HandIndicator, unit: Unit) -> list[HandTerms]:
    """Who answered for it and how it was worked out, the newest first."""
    return list(indicator.terms.filter(unit=unit).select_related("entered_by").order_by("-version"))


def history_of(indicator: HandIndicator, unit: Unit) -> QuerySet[HandFigure]:
    """Every figure ever entered, the latest day first and in a day the newest entry first."""
    rows = indicator.figures.filter(unit=unit).select_related("entered_by", "replaced_by")
    return rows.order_by("-as_of", "-pk")


def targets_of(indicator: HandIndicator, unit: Unit) -> tuple[list[HandTarget], list[HandTarget]]:
    """The targets that stand, of the province and of the country, the latest year first."""
    rows = HandTarget.objects.filter(Q(unit=unit) | Q(unit__isnull=True), indicator=indicator)
    own, national = _standing_targets(rows.select_related("entered_by"))
    by_year = [sorted(found.get(indicator.pk, []), key=_year, reverse=True) for found in (own, national)]
    return by_year[0], by_year[1]


def nearest(targets: Iterable[HandTarget], year: int) -> HandTarget | None:
    """The target that a figure is read against: of this year or the next one with a target, else of the last year that had one, else
    one without a year."""
    known = sorted(targets, key=_year)
    ahead = [each for each in known if _year(each) >= year]
    return ahead[0] if ahead else known[-1] if known else None


def figures_visible_to(viewer: Viewer) -> QuerySet[HandFigure]:
    """Figures of the provinces whose catalogue this person reads."""
    units = [unit.pk for unit, _label in areas_of(viewer)]
    return HandFigure.objects.filter(unit__in=units).select_related("indicator", "unit")


def figures_of(unit: Unit) -> QuerySet[HandFigure]:
    """Every figure ever entered in a province, by line and day."""
    return HandFigure.objects.filter(unit=unit).select_related("indicator").order_by("indicator", "as_of", "pk")


def _lines(unit: Unit, indicators: list[HandIndicator]) -> list[Line]:
    asked = [each.pk for each in indicators]
    versions = HandTerms.objects.filter(unit=unit, indicator__in=asked).order_by("version")
    terms = {row.indicator_id: row for row in versions}
    found = standing_figures(unit).filter(value__isnull=False, indicator__in=asked).order_by("as_of")
    figures = {row.indicator_id: row for row in found}
    of_place = HandTarget.objects.filter(Q(unit=unit) | Q(unit__isnull=True), indicator__in=asked)
    own, national = _standing_targets(of_place)
    year = clock.today().year
    return [
        Line(
            each,
            terms.get(each.pk),
            figures.get(each.pk),
            nearest(own.get(each.pk, []), year),
            nearest(national.get(each.pk, []), year),
        )
        for each in indicators
    ]


def _standing_targets(rows: QuerySet[HandTarget]) -> tuple[dict[int, list[HandTarget]], dict[int, list[HandTarget]]]:
    newest = {(row.indicator_id, row.unit_id, row.year): row for row in rows.order_by("pk")}
    own: dict[int, list[HandTarget]] = {}
    national: dict[int, list[HandTarget]] = {}
    for row in newest.values():
        if row.value is not None:
            (own if row.unit_id else national).setdefault(row.indicator_id, []).append(row)
    return own, national


def _year(target: HandTarget) -> int:
    return target.year or 0
