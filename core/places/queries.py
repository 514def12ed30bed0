"""Finding units at a date, by code or as people wrote them."""

from __future__ import annotations

import re
from datetime import date

from django.db.models import Q, QuerySet

from core.kit import clock
from core.kit.text import fold, fold_words
from core.places.models import Level, Unit, UnitLink, UnitName, in_force

MERGER = date(2025, 7, 1)
_KIND_WORDS = {
    Level.PROVINCE: r"(tinh|thanh pho|tp)",
    Level.DISTRICT: r"(huyen dao|huyen|quan|thi xa|thanh pho|tp|tx|h|q)",
    Level.COMMUNE: r"(xa|phuong|thi tran|dac khu|tt|p|x)",
}
_KIND_OF_PREFIX = {
    "xa": "Xã", "x": "Xã", "phuong": "Phường", "p": "Phường", "thi tran": "Thị trấn", "tt": "Thị trấn", "dac khu": "Đặc khu",
}  # fmt: skip
_PROVINCE_ALIASES = {"br vt": "ba ria vung tau", "hcm": "ho chi minh", "sai gon": "ho chi minh"}


def unit_by_code(level: str, code: str, on: date) -> Unit | None:
    """The unit that carried this code (text with its leading zeros) on that day."""
    return Unit.objects.filter(in_force(on), level=level, code=code).first()


def provinces(on: date | None = None) -> QuerySet[Unit]:
    """The provinces in force that day (today by default), by code."""
    return Unit.objects.filter(in_force(on or clock.today()), level=Level.PROVINCE).order_by("code")


def communes_of(province: Unit, on: date | None = None) -> QuerySet[Unit]:
    """The communes of a province in force that day (today by default)."""
    return Unit.objects.filter(in_force(on or clock.today()), level=Level.COMMUNE, parent=province).order_by("name")


def name_on(unit: Unit, on: date) -> str:
    """ "xã Lộc Ninh" or "phường Lộc Ninh", as the unit was called that day."""
    dated = UnitName.objects.filter(in_force(on), unit=unit).first()
    return f"{dated.kind} {dated.name}" if dated else str(unit)


def strip_kind(written: str, level: str) -> str:
    """The folded bare name: "TX. Phước Long" → "phuoc long"; a name that is only a kind word stays."""
    words = fold_words(written)
    bare = re.sub(rf"^{_KIND_WORDS[Level(level)]}\s+(?=\S)", "", words)
    # "Quận 1", "Phường 5": the number alone is the name in the register.
    return bare


def old_unit(province: str, district: str = "", commune: str = "") -> Unit | None:
    """The unit of before 1 July 2025 that these three written names mean, or None unless it is exactly one.

    Names are taken as people write them (prefixes shortened, no marks, any case); the deepest level given must
    match, nothing is guessed.
    """
    found = _one(_named(province, Level.PROVINCE, Q(valid_to=MERGER)))
    if found is None:
        return None
    if district:
        found = _one(_named(district, Level.DISTRICT, Q(valid_to=MERGER, parent=found)))
        if found is None:
            return None
    if commune:
        parent = Q(parent=found) if found.level == Level.DISTRICT else Q(parent__parent=found)
        return _one(_named(commune, Level.COMMUNE, Q(valid_to=MERGER) & parent))
    return found


def successor(old: Unit) -> Unit | None:
    """Today's unit that an old one became, if that is exact: one whole link, or one link target for all parts."""
    targets = Unit.objects.filter(came_from__old=old).distinct()
    return _one(list(targets[:2])) if UnitLink.objects.filter(old=old).exists() else None


def _named(written: str, level: Level, where: Q) -> list[Unit]:
    """Units whose folded bare name is the written one. A written prefix narrows when several fit:
    «TX Phước Long» and «xã Phước Long» are different places."""
    bare = strip_kind(written, level)
    bare = _PROVINCE_ALIASES.get(bare, bare) if level == Level.PROVINCE else bare
    units = list(Unit.objects.filter(where, level=level, folded_name=bare))
    if len(units) > 1:
        prefix = re.match(rf"^{_KIND_WORDS[level]}\s", fold_words(written))
        kind = _KIND_OF_PREFIX.get(prefix.group(1)) if prefix else None
        exact = [unit for unit in units if fold(unit.name) == fold(written) or unit.kind == kind]
        return exact or units
    return units


def _one(units: list[Unit]) -> Unit | None:
    return units[0] if len(units) == 1 else None
