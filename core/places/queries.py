"""Finding units at a date, by code or as people wrote them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from django.db.models import Q, QuerySet

from core.kit import clock
from core.kit.text import fold_words, nfc
from core.places.models import Level, Unit, UnitName, in_force

MERGER = date(2025, 7, 1)
_KIND_OF_PREFIX = {
    Level.PROVINCE: {"tinh": "Tỉnh", "thanh pho": "Thành phố", "tp": "Thành phố"},
    Level.DISTRICT: {
        "huyen dao": "Huyện", "huyen": "Huyện", "h": "Huyện", "quan": "Quận", "q": "Quận", "thi xa": "Thị xã",
        "tx": "Thị xã", "thanh pho": "Thành phố", "tp": "Thành phố",
    },
    Level.COMMUNE: {
        "xa": "Xã", "x": "Xã", "phuong": "Phường", "p": "Phường", "thi tran": "Thị trấn", "tt": "Thị trấn",
        "dac khu": "Đặc khu",
    },
}  # fmt: skip
_PROVINCE_ALIASES = {
    "br vt": "ba ria vung tau", "brvt": "ba ria vung tau", "hcm": "ho chi minh", "tphcm": "ho chi minh",
    "sai gon": "ho chi minh", "thua thien hue": "hue",
}  # fmt: skip
# Sheets still name the two districts that had become Long Đất shortly before our records begin.
_MERGED_DISTRICTS = {"long dien": "Long Đất", "dat do": "Long Đất"}


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
    return f"{dated.kind[:1].lower()}{dated.kind[1:]} {dated.name}" if dated else str(unit)


def strip_kind(written: str, level: str) -> str:
    """The folded bare name: "TX. Phước Long" → "phuoc long"; a name that is only a kind word stays.

    Of "Quận 1" and "Phường 05" the number alone is left, as in the register.
    """
    return _split_kind(written, Level(level))[1]


def old_unit(province: str, district: str = "", commune: str = "") -> Unit | None:
    """The unit of before 1 July 2025 that these three written names mean, or None unless it is exactly one.

    Names are taken as people write them (prefixes shortened, no marks, any case); the deepest level given must
    match, nothing is guessed.
    """
    found = _one(_named(province, Level.PROVINCE, Q(valid_to=MERGER)))
    if found is None:
        return None
    if district:
        where = Q(valid_to=MERGER, parent=found)
        found = _one(_named(district, Level.DISTRICT, where)) or (
            _merged_district(district, where) if commune else None
        )
        if found is None:
            return None
    if commune:
        parent = Q(parent=found) if found.level == Level.DISTRICT else Q(parent__parent=found)
        return _one(_named(commune, Level.COMMUNE, Q(valid_to=MERGER) & parent))
    return found


def successor(old: Unit) -> Unit | None:
    """Today's unit that an old one became, if that is exact: one whole link, or one link target for all parts.

    A district became a commune if all its communes did (Phú Quý).
    """
    communes = Q(came_from__old__parent=old, came_from__old__level=Level.COMMUNE)
    targets = Unit.objects.filter(Q(came_from__old=old) | communes).distinct()
    return _one(list(targets[:2]))


def _merged_district(written: str, where: Q) -> Unit | None:
    """The district that took in a former one; enough to look for a commune in, not an answer by itself."""
    today = _MERGED_DISTRICTS.get(strip_kind(written, Level.DISTRICT))
    return _one(_named(today, Level.DISTRICT, where)) if today else None


def _split_kind(written: str, level: Level) -> tuple[str, str]:
    """The kind that a written prefix means ("" without one) and the folded bare name."""
    words = re.sub(r"^t ([ptx])(?= )", r"t\1", fold_words(written))  # "T.P", "T.X."
    words = re.sub(r"^([pq])(?=\d)", r"\1 ", words)  # "Q1"
    prefixes = _KIND_OF_PREFIX[level]
    found = re.match(rf"({'|'.join(sorted(prefixes, key=len, reverse=True))}) (?=\S)", words)
    kind, bare = (prefixes[found.group(1)], words[found.end() :]) if found else ("", words)
    return kind, re.sub(r"^0+(?=\d)", "", bare)


def _named(written: str, level: Level, where: Q) -> list[Unit]:
    """Units with the written name. Of several, a written prefix and written marks choose: «TX Cai Lậy» and «huyện
    Cai Lậy», «Lộc Thành» and «Lộc Thạnh» are different places."""
    kind, bare = _split_kind(written, level)
    whole = fold_words(written)
    if level == Level.PROVINCE:
        whole, bare = _PROVINCE_ALIASES.get(whole, whole), _PROVINCE_ALIASES.get(bare, bare)
    fitting = Unit.objects.filter(where, level=level)
    # As written first: in «Quan Hóa» and «Xà Bang» the first word is no kind, though it folds like one.
    units = list(fitting.filter(folded_name=whole))
    if units and whole != bare:
        kind = ""
    units = units or list(fitting.filter(folded_name=bare)) or list(fitting.filter(folded_name__in=_with_i_or_y(bare)))
    if len(units) > 1 and kind:
        units = [unit for unit in units if unit.kind == kind] or units
    if len(units) > 1:
        units = [unit for unit in units if _marks(written).endswith(_marks(unit.name))] or units
    return units


def _with_i_or_y(bare: str) -> set[str]:
    """The spellings with the other letter at the end of a syllable: Phú Quý and Phú Quí, Mỹ and Mĩ."""
    found = {bare}
    for end in re.finditer(r"(?<=[bcdghklmnpqrstvxu])[iy](?= |$)", bare):
        at = end.start()
        found |= {f"{text[:at]}{'y' if end.group() == 'i' else 'i'}{text[at + 1 :]}" for text in found}
    return found


def _marks(text: str) -> str:
    """A comparison key with marks but without regard to where in the syllable they stand («Hoà», «Hòa»)."""
    words = re.findall(r"\w+", nfc(text).casefold())
    return "".join(f" {''.join(sorted(unicodedata.normalize('NFD', word)))}" for word in words)


def _one(units: list[Unit]) -> Unit | None:
    return units[0] if len(units) == 1 else None
