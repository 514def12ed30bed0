"""The figures of a snapshot, summed from its own rows and from nothing else, so that every figure opens to rows that give it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Count

from core.places.models import Level, Unit, UnitName, in_force
from ocop.indicators.models import Target
from ocop.indicators.registry import INDICATORS
from ocop.snapshots.capturing import DENOMINATOR, MISSING, NUMERATOR, PARTS, codes_of
from ocop.snapshots.frozen import figures_digest, rows_digest
from ocop.snapshots.models import Snapshot, SnapshotFigure

WHOLE_COUNTRY = "cả nước"
_FIGURE = (
    "indicator",
    "unit_code",
    "former_code",
    "version",
    "unit_name",
    "numerator",
    "denominator",
    "missing",
    "target_percent",
)
# (unit code, former code): a commune or province, the whole of the area, or the part of it in a former province.
Place = tuple[str, str]


def whole_of(snapshot: Snapshot) -> str:
    """The unit code under which the figures of the whole area stand."""
    return snapshot.unit.code if snapshot.unit else ""


def summed(snapshot: Snapshot) -> list[SnapshotFigure]:
    """The figures, unsaved: of the whole area, of every commune (and province of the country) with a row, and of the parts that lay
    in a province of before 1 July 2025. A product known only by its province is in the wholes alone."""
    places: defaultdict[Place, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    beside: defaultdict[tuple[Place, str], dict[str, list[int]]] = defaultdict(dict)
    codes, whole = codes_of(snapshot), whole_of(snapshot)
    parents = _parents(snapshot)
    for code in codes:
        places[whole, ""][code]
    counted = snapshot.rows.values_list("unit_code", "former_code", "sides", "traits").annotate(Count("pk")).order_by()
    for unit_code, former_code, sides, traits, count in counted:
        for place in _places(unit_code, former_code, whole, parents):
            for code, letter in zip(codes, sides, strict=True):
                _add(places[place][code], letter, count)
                for part in INDICATORS[code].beside if letter in (NUMERATOR, DENOMINATOR) else ():
                    if PARTS[part] in traits:
                        _add(beside[place, code].setdefault(part.value, [0, 0]), letter, count)
    names, targets = _names(places, snapshot), _targets(snapshot.on.year)
    return [
        SnapshotFigure(
            snapshot=snapshot,
            indicator=code,
            version=snapshot.definitions[code][0],
            unit_code=unit,
            former_code=former,
            unit_name=names.get((unit, former), unit or WHOLE_COUNTRY),
            numerator=numbers[0],
            denominator=numbers[1],
            missing=numbers[2],
            target_percent=_nearest(targets, code, (unit, former), parents.get(unit, whole)),
            beside=beside.get(((unit, former), code), {}),
        )
        for (unit, former), counts in sorted(places.items())
        for code, numbers in sorted(counts.items())
        if any(numbers) or (unit, former) == (whole, "")
    ]


def digests(snapshot: Snapshot) -> tuple[str, str]:
    """The digests of the stored rows and of the stored figures, worked out anew."""
    rows = snapshot.rows.order_by("subject", "subject_id")
    listed = rows.values_list("subject", "subject_id", "unit_code", "former_code", "sides", "evidence_sha256", "traits")
    return rows_digest(_without_empty_end(row) for row in listed.iterator(chunk_size=2000)), _digest_of_stored(snapshot)


def are_figures_untouched(snapshot: Snapshot) -> bool:
    """Whether the stored figures, and what they are about, still give the digest of when they were frozen."""
    return _digest_of_stored(snapshot) == snapshot.figures_sha256


def _digest_of_stored(snapshot: Snapshot) -> str:
    figures = snapshot.figures.values_list(*_FIGURE, "beside")
    return digest_of_figures(snapshot, map(_without_empty_end, figures))


def _without_empty_end(line: tuple[Any, ...]) -> tuple[Any, ...]:
    """What is counted beside stands at the end, where there is any: lines of before it was kept have their digest still."""
    return line if line[-1] else line[:-1]


def digest_of_figures(snapshot: Snapshot, figures: Iterable[tuple[Any, ...]]) -> str:
    """Over the area, the day, the map, the definitions, the coverage, and the figures."""
    head: dict[str, Any] = {
        "unit": whole_of(snapshot),
        "on": snapshot.on.isoformat(),
        "map": snapshot.map_version,
        "definitions": snapshot.definitions,
    }
    if snapshot.communes is not None:
        head["coverage"] = [snapshot.communes_framed, snapshot.communes]
    return figures_digest(head, figures)


def map_version(on: date) -> str:
    """The last day up to `on` on which a unit began, ended or took a name, and how many communes there were."""
    changes = [
        table.objects.filter(**{f"{name}__lte": on}).order_by(f"-{name}").values_list(name, flat=True).first()
        for table in (Unit, UnitName)
        for name in ("valid_from", "valid_to")
    ]
    last = max((day for day in changes if day is not None), default=None)
    communes = Unit.objects.filter(in_force(on), level=Level.COMMUNE).count()
    return f"{last or ''}/{communes}"


def _places(unit_code: str, former_code: str, whole: str, parents: dict[str, str]) -> set[Place]:
    found = {(whole, "")}
    if unit_code:
        found.add((unit_code, ""))
    if not whole and unit_code in parents:
        found.add((parents[unit_code], ""))
    if former_code and len(whole) < _COMMUNE_DIGITS:
        found.add((whole, former_code))
    return found


_COMMUNE_DIGITS = 5


def _add(numbers: list[int], letter: str, count: int) -> None:
    if letter == NUMERATOR:
        numbers[0] += count
    if letter in (NUMERATOR, DENOMINATOR):
        numbers[1] += count
    if letter == MISSING:
        numbers[2] += count


def _parents(snapshot: Snapshot) -> dict[str, str]:
    """Of the country's communes, the code of their province."""
    if snapshot.unit is not None:
        return {}
    communes = Unit.objects.filter(in_force(snapshot.on), level=Level.COMMUNE, parent__isnull=False)
    return dict(communes.values_list("code", "parent__code"))


def _names(places: Iterable[Place], snapshot: Snapshot) -> dict[Place, str]:
    """What the units were called that day; a former province has its last name."""
    wanted = list(places)
    on, codes = snapshot.on, {unit for unit, _ in wanted}
    units = list(
        Unit.objects.filter(level__in=[Level.PROVINCE, Level.COMMUNE], code__in=codes).order_by("valid_from", "pk")
    )
    dated = {each.unit_id: each for each in UnitName.objects.filter(in_force(on), unit__in=units)}
    there = set(Unit.objects.filter(in_force(on), pk__in=[unit.pk for unit in units]).values_list("pk", flat=True))
    found: dict[Place, str] = {}
    # Units in force that day come last and win.
    for unit in sorted(units, key=lambda each: each.pk in there):
        name = dated.get(unit.pk)
        found[unit.code, ""] = f"{name.kind[:1].lower()}{name.kind[1:]} {name.name}" if name else str(unit)
    former = Unit.objects.filter(
        level=Level.PROVINCE, valid_from__isnull=True, code__in={code for _, code in wanted if code}
    )
    old = {unit.code: str(unit) for unit in former}
    return found | {(unit, code): f"{old.get(code, code)} (trước 1/7/2025)" for unit, code in wanted if code}


def _nearest(targets: dict[tuple[str, str, str], int], code: str, place: Place, province: str) -> int | None:
    """The place's own target, else its province's, else what the indicator itself asks, as the boards do."""
    own = targets.get((code, *place))
    if own is None and not place[1]:
        own = targets.get((code, province, ""))
    return INDICATORS[code].target_percent if own is None else own


def _targets(year: int) -> dict[tuple[str, str, str], int]:
    """What units are to reach that year: by indicator, unit code, and former code of a province of before 1 July 2025."""
    found: dict[tuple[str, str, str], int] = {}
    for target in Target.objects.filter(year=year).select_related("unit", "unit__parent").order_by("pk"):
        unit = target.unit
        if unit.level == Level.PROVINCE and unit.valid_to is not None:
            found |= {(target.indicator, code, unit.code): target.percent for code in _holders(unit)}
        else:
            found[target.indicator, unit.code, ""] = target.percent
    return found


def _holders(former: Unit) -> list[str]:
    """Under which whole areas the part in a former province may stand: today's provinces it went to, and the country."""
    return ["", *Unit.objects.filter(came_from__old__in=[former.pk]).values_list("code", flat=True).distinct()]
