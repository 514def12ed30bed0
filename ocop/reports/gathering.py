"""What stands in a report but not in its snapshot's figures, taken down once when the report is made: how the area's units were called and
where they lay, who answered for the snapshot, in which order indicators are told. Later renamings change no report."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst

from core.kit import clock
from core.kit.text import sort_key
from core.places.models import Level, Unit, UnitName, in_force
from core.places.queries import former_provinces
from ocop.indicators.registry import HAMLETS, HOUSEHOLDS, INDICATORS, PRODUCTS, STALLS
from ocop.reports.models import OfficialReport
from ocop.snapshots.models import Snapshot
from ocop.snapshots.summing import whole_of

HEADINGS = {
    PRODUCTS.name: "Sản phẩm OCOP",
    HOUSEHOLDS.name: "Hộ sản xuất nông nghiệp",
    HAMLETS.name: "Thôn, ấp, khu phố",
    STALLS.name: "Sạp chợ 4.0",
}
OTHER = "Chỉ tiêu khác"


def gathered(snapshot: Snapshot, before: Snapshot | None) -> dict[str, Any]:
    """JSON: `area`, `columns` [heading, codes], `units` [code, name, former code] in the order of the annex, `former` [code, name],
    `before` (`_before`), `people`. A fixed number of queries, and one for each restatement."""
    units = _units(snapshot)
    return {
        "area": _area(snapshot),
        "columns": _columns(snapshot),
        "units": [[code, name, former] for code, name, former in units],
        "former": _former(snapshot, {former for _code, _name, former in units}),
        "before": _before(snapshot, before),
        "people": {
            "maker": str(snapshot.made_by or ""),
            "made_on": _day(snapshot.made_at),
            "first_signer": str(snapshot.first_signed_by or ""),
            "first_signed_on": _day(snapshot.first_signed_at),
            "signer": str(snapshot.signed_by or ""),
            "signed_on": _day(snapshot.signed_at),
        },
    }


def _area(snapshot: Snapshot) -> str:
    """ "tỉnh Lâm Đồng", as it was frozen."""
    return str(snapshot.figures.filter(unit_code=whole_of(snapshot), former_code="")[0].unit_name)


def _columns(snapshot: Snapshot) -> list[list[Any]]:
    known = [code for code in INDICATORS if code in snapshot.definitions]
    found: dict[str, list[str]] = {}
    for code in known:
        found.setdefault(HEADINGS[INDICATORS[code].subject.name], []).append(code)
    if strangers := sorted(set(snapshot.definitions) - set(known)):
        found[OTHER] = strangers
    return [[heading, codes] for heading, codes in found.items()]


def _units(snapshot: Snapshot) -> list[tuple[str, str, str]]:
    """The units inside, by the Vietnamese alphabet: communes of a province, provinces of the country, nothing of a commune. Those
    without any row are there too."""
    if snapshot.unit is not None and snapshot.unit.level != Level.PROVINCE:
        return []
    inside = Unit.objects.filter(in_force(snapshot.on))
    inside = inside.filter(parent=snapshot.unit) if snapshot.unit else inside.filter(level=Level.PROVINCE)
    names = {each.unit_id: each for each in UnitName.objects.filter(in_force(snapshot.on), unit__in=inside)}
    former = former_provinces() if snapshot.unit else {}
    frozen = dict(snapshot.figures.filter(former_code="").values_list("unit_code", "unit_name"))
    found = []
    for unit in inside:
        dated = names.get(unit.pk)
        bare = dated.name if dated else unit.name
        name = frozen.get(unit.code) or (f"{dated.kind} {dated.name}" if dated else str(unit))
        found.append((sort_key(bare), unit.code, capfirst(name), former.get(unit.pk, "")))
    return [(code, name, lay) for _key, code, name, lay in sorted(found)]


def _former(snapshot: Snapshot, codes: set[str]) -> list[list[str]]:
    """Provinces of before 1 July 2025, by the alphabet."""
    if snapshot.unit is None:
        return []  # sixty-three columns side by side are no table; each province's own report has its parts
    frozen = snapshot.figures.exclude(former_code="").values_list("former_code", flat=True)
    wanted = {*codes, *frozen} - {""}
    units = Unit.objects.filter(level=Level.PROVINCE, valid_from__isnull=True, code__in=wanted)
    names = {unit.code: capfirst(str(unit)) for unit in units}
    listed = [(names.get(code, code), code) for code in wanted]
    return [[code, name] for name, code in sorted(listed, key=lambda pair: (sort_key(pair[0]), pair[1]))]


def compared_with(snapshot: Snapshot, replaces: OfficialReport | None) -> Snapshot | None:
    """The figures that a reader has seen last: those of the report that this one replaces, or of the ones before that while they are the
    same; else the nearest ones that this snapshot restates and somebody has answered for. None: nobody was told any."""
    while replaces is not None:
        if replaces.snapshot_id != snapshot.pk:
            return replaces.snapshot
        replaces = replaces.replaces
    seen = snapshot.restates
    while seen is not None and seen.signed_at is None:
        seen = seen.restates
    return seen


def _before(snapshot: Snapshot, before: Snapshot | None) -> dict[str, Any]:
    """`pk` and `number` of what it is compared with (None, ""), and `reasons` [number, why] of every restatement on the way, the oldest
    first."""
    reasons = []
    seen: Snapshot | None = snapshot
    while seen is not None and seen != before and seen.restates is not None:
        reasons.append([seen.number, seen.note])
        seen = seen.restates
    return {
        "pk": before.pk if before else None,
        "number": before.number if before else "",
        "reasons": reasons[::-1],
    }


def _day(at: Any) -> str:
    return f"{clock.day_of(at):%d/%m/%Y}" if at else ""
