"""Units for programs: public facts, so whoever has a key sees all of them. Codes are text with their leading zeros.

`on` is the day whose map is meant (today in Vietnam by default): a code names another unit on another day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from core.kit import clock
from core.places.finder import find_units
from core.places.index import Place
from core.places.models import Level, Unit, UnitName, in_force
from core.places.queries import became, everything_under, unit_by_code
from core.places.writing import key

router = Router(tags=["units"])
PER_PAGE = 100
AskedDay = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2100, 1, 1))]
Text = Annotated[str, Query(max_length=200)]
AskedLevel = Annotated[Level | None, Query()]
_LEVEL_BY_LENGTH = {2: Level.PROVINCE, 3: Level.DISTRICT, 5: Level.COMMUNE}


class UnitOut(Schema):
    """A unit with the name and kind of the day asked for. Its period is half-open; `valid_from` null: since before our
    records, `valid_to` null: in force. `parent` is the code of the unit above. WGS 84 degrees, null when unknown."""

    level: str
    code: str
    kind: str
    name: str
    full_name: str
    parent: str | None
    valid_from: date | None
    valid_to: date | None
    latitude: float | None
    longitude: float | None
    decision: str


class UnitsOut(Schema):
    """One page; `count` is that of all pages."""

    on: date
    count: int
    page: int
    pages: int
    units: list[UnitOut]


class ShareOut(Schema):
    """A unit that took over, and how much: "whole", "part", or "default" (the part to propose when nothing is known)."""

    unit: UnitOut
    kind: str


class BecameOut(Schema):
    """What a unit became by `as_of`; exact when one unit holds all of it."""

    unit: UnitOut
    as_of: date
    is_exact: bool
    became: list[ShareOut]


class CommunesOut(Schema):
    """The communes inside a unit on the map of `as_of`; not exact when one of them lies only partly in it."""

    unit: UnitOut
    as_of: date
    is_exact: bool
    communes: list[UnitOut]


class WarningOut(Schema):
    """A doubt: a stable code, and a sentence for people."""

    code: str
    sentence: str


class FoundOut(Schema):
    """A unit that may be meant, in full words, with its own doubts."""

    level: str
    code: str
    valid_from: date | None
    valid_to: date | None
    words: str
    warnings: list[WarningOut]


class FindingOut(Schema):
    """`unit` is null unless exactly one fits best; without warnings it is what was written. Candidates: nearest first."""

    on: date
    unit: FoundOut | None
    warnings: list[WarningOut]
    candidates: list[FoundOut]


@router.get("/units", response=UnitsOut, summary="Units in force on a day")
def list_units(
    request: HttpRequest,
    level: AskedLevel = None,
    parent: Text = "",
    q: Text = "",
    on: AskedDay = None,
    page: Annotated[int, Query(ge=1)] = 1,
) -> dict[str, Any]:
    """By level and code, a hundred to a page. `parent` is a code; `q` is part of a name, marks do not matter."""
    day = on or clock.today()
    found = Unit.objects.filter(in_force(day)).select_related("parent")
    if level:
        found = found.filter(level=level)
    if parent:
        above = unit_by_code(_level_of(parent), parent, day)
        found = found.filter(parent=above) if above else found.none()
    if q.strip():
        named = UnitName.objects.filter(in_force(day)).values_list("unit_id", "name")
        found = found.filter(pk__in=[pk for pk, name in named if key(q) in key(name)])
    pages = Paginator(found.order_by("level", "code"), PER_PAGE)
    shown = pages.get_page(page)
    units = units_out(list(shown.object_list), day)
    return {"on": day, "count": pages.count, "page": shown.number, "pages": pages.num_pages, "units": units}


@router.get("/units/find", response=FindingOut, summary="Find a unit by its written name")
def find_unit(
    request: HttpRequest,
    name: Text = "",
    commune: Text = "",
    district: Text = "",
    province: Text = "",
    level: AskedLevel = None,
    on: AskedDay = None,
) -> dict[str, Any]:
    """As people write it: shortened, without marks, one letter off, in one text or in columns. Never a silent guess."""
    day = on or clock.today()
    finding = find_units(name, commune=commune, district=district, province=province, level=level, on=day)
    candidates = [_found_out(one.unit, one.words, one.remarks) for one in finding.candidates]
    warnings = [{"code": remark.doubt, "sentence": remark.sentence} for remark in finding.warnings]
    return {
        "on": day,
        "unit": {**candidates[0], "warnings": warnings} if finding.unit else None,
        "warnings": warnings,
        "candidates": candidates,
    }


@router.get("/units/{code}", response=UnitOut, summary="The unit with a code on a day")
def get_unit(request: HttpRequest, code: str, level: AskedLevel = None, on: AskedDay = None) -> dict[str, Any]:
    """`level` is only needed when the code is not as long as its level's codes are. 404 when nothing had it that day."""
    day = on or clock.today()
    return units_out([asked_unit(code, level, day)], day)[0]


@router.get("/units/{code}/became", response=BecameOut, summary="What a unit became")
def get_became(
    request: HttpRequest, code: str, level: AskedLevel = None, on: AskedDay = None, as_of: AskedDay = None
) -> dict[str, Any]:
    """What the unit that had the code `on` a day had become by `as_of` (today), through any number of resolutions."""
    day, then = on or clock.today(), as_of or clock.today()
    unit = asked_unit(code, level, day)
    shares = became(unit, then)
    units = units_out([share.unit for share in shares], then)
    return {
        "unit": units_out([unit], day)[0],
        "as_of": then,
        "is_exact": len(shares) == 1,
        "became": [{"unit": out, "kind": share.kind} for out, share in zip(units, shares, strict=True)],
    }


@router.get("/units/{code}/communes", response=CommunesOut, summary="The communes inside a unit")
def get_communes(
    request: HttpRequest, code: str, level: AskedLevel = None, on: AskedDay = None, as_of: AskedDay = None
) -> dict[str, Any]:
    """On the map of `as_of` (today): of a former province those of today, in the order of the Vietnamese alphabet."""
    day, then = on or clock.today(), as_of or clock.today()
    unit = asked_unit(code, level, day)
    area = everything_under(unit, then)
    communes = units_out(area.communes, then)
    return {"unit": units_out([unit], day)[0], "as_of": then, "is_exact": area.is_exact, "communes": communes}


def asked_unit(code: str, level: str | None, day: date) -> Unit:
    """The unit of an address. Raises Http404."""
    unit = unit_by_code(level or _level_of(code), code, day)
    if unit is None:
        raise Http404
    return unit


def _level_of(code: str) -> str:
    return _LEVEL_BY_LENGTH.get(len(code), "")


def units_out(units: Sequence[Unit], day: date) -> list[dict[str, Any]]:
    """Units as programs see them, with the names of the day."""
    dated = {name.unit_id: name for name in UnitName.objects.filter(in_force(day), unit__in=units)}
    parents = dict(Unit.objects.filter(children__in=units).values_list("pk", "code"))
    return [_unit_out(unit, dated.get(unit.pk), parents.get(unit.parent_id or 0)) for unit in units]


def _unit_out(unit: Unit, dated: UnitName | None, parent: str | None) -> dict[str, Any]:
    kind, name = (dated.kind, dated.name) if dated else (unit.kind, unit.name)
    return {
        "level": unit.level,
        "code": unit.code,
        "kind": kind,
        "name": name,
        "full_name": f"{kind} {name}",
        "parent": parent,
        "valid_from": unit.valid_from,
        "valid_to": unit.valid_to,
        "latitude": unit.latitude,
        "longitude": unit.longitude,
        "decision": unit.decision,
    }


def _found_out(unit: Place, words: str, remarks: Sequence[Any]) -> dict[str, Any]:
    return {
        "level": unit.level,
        "code": unit.code,
        "valid_from": unit.valid_from,
        "valid_to": unit.valid_to,
        "words": words,
        "warnings": [{"code": remark.doubt, "sentence": remark.sentence} for remark in remarks],
    }
