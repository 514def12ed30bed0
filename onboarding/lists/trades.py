"""What a household makes, as lists say it: kinds of production by their goods, areas in the measures of the South. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from core.imports.sheet.columns import CellRefused
from core.kit.text import fold_words
from onboarding.households.facts import ProductionFacts
from onboarding.households.models import Production
from onboarding.lists.cells import NONE_WORDS, Read

_GOODS: dict[str, tuple[str, ...]] = {
    Production.PROCESSING: (
        "che bien", "say", "rang", "nuoc mam", "ruou", "banh", "mut", "gio cha", "lap xuong", "tinh dau", "tinh bot",
        "dong goi", "xay xat", "o mai", "mam",
    ),
    Production.CRAFT: ("thu cong", "dan lat", "dan", "det", "tho cam", "moc", "gom", "may", "theu", "may tre", "my nghe", "cham khac"),
    Production.LIVESTOCK: (
        "chan nuoi", "gia suc", "gia cam", "heo", "lon", "bo", "trau", "de", "cuu", "ga", "vit", "ngan", "ngong", "ong", "mat ong",
        "yen", "chim yen", "tho", "nhim", "huou", "tam", "bo sua", "cut",
    ),
    Production.AQUACULTURE: (
        "thuy san", "hai san", "ca", "tom", "cua", "oc", "luon", "ech", "ngheu", "so", "hau", "ca loc", "ca tra", "ba ba", "nuoi ca",
    ),
    Production.TREES: (
        "cay lau nam", "cay an trai", "cay an qua", "trai cay", "dieu", "tieu", "ho tieu", "ca phe", "cafe", "cao su", "xoai",
        "sau rieng", "buoi", "thanh long", "mit", "cam", "quyt", "chom chom", "mang cut", "ca cao", "dua", "nhan", "oi", "bo",
        "mac ca", "macca", "vai", "chanh", "tram", "keo", "tre", "chuoi", "mang cau", "vu sua", "man", "cay trong lau nam",
    ),
    Production.CROPS: (
        "cay hang nam", "lua", "gao", "bap", "ngo", "khoai", "khoai lang", "khoai mi", "mi", "san", "rau", "rau mau", "mau", "dau",
        "dau phong", "lac", "dau xanh", "mia", "nam", "dua hau", "dua leo", "ot", "hoa", "hanh", "toi", "gung", "nghe", "bi", "bi do",
        "cai", "co", "trong trot", "me", "vung",
    ),
}  # fmt: skip
_KIND_WORDS = {fold_words(str(kind.label)): kind for kind in Production} | {str(kind): kind for kind in Production}
# Longer words first: «dưa hấu» is no coconut, «bò sữa» is no avocado.
_BY_LENGTH = sorted(
    ((word, kind) for kind, words in _GOODS.items() for word in words), key=lambda pair: -len(pair[0])
)  # fmt: skip
# Words that differ in marks only: what is written with marks is read with them.
_MARKED = {"dừa": Production.TREES, "dứa": Production.CROPS, "dưa": Production.CROPS, "bơ": Production.TREES, "bò": Production.LIVESTOCK,
           "cá": Production.AQUACULTURE, "cà": Production.CROPS, "cam": Production.TREES, "mía": Production.CROPS, "mì": Production.CROPS,
           "mè": Production.CROPS, "dê": Production.LIVESTOCK, "dế": Production.LIVESTOCK, "sò": Production.AQUACULTURE,
           "ong": Production.LIVESTOCK, "tằm": Production.LIVESTOCK, "đan": Production.CRAFT, "mận": Production.TREES,
           "mắm": Production.PROCESSING, "may": Production.CRAFT, "ốc": Production.AQUACULTURE, "ớt": Production.CROPS}  # fmt: skip
_LEAD = re.compile(r"^(?:trồng|nuôi|làm|sản xuất|chăn nuôi|nghề|cây|con|buôn bán|kinh doanh)\s+(?=\S)", re.IGNORECASE)
_AREA = re.compile(
    r"(\d[\d.,]*)\s*(ha|hecta|héc ta|m2|m²|m|mét vuông|công đất|công|sào|mẫu)(?![^\W\d_])", re.IGNORECASE
)
_HEADS = re.compile(r"(\d[\d.,]*)\s*(con|đàn|cặp|thùng|tổ)(?![^\W\d_])", re.IGNORECASE)
SQUARE_METRES = {"ha": 10_000, "m2": 1, "cong": 1_000, "sao": 1_000}
_UNITS = {
    "ha": "ha", "hecta": "ha", "hec ta": "ha", "m2": "m2", "m": "m2", "met vuong": "m2", "cong": "cong", "cong dat": "cong",
    "sao": "sao",
}  # fmt: skip
_AREA_MAXIMUM = 100_000_000  # m²
_LINES_MAXIMUM = 6
_PLANTS = {Production.CROPS, Production.TREES, Production.AQUACULTURE}


def kind_of(goods: str) -> Production:
    """The kind of production of goods («điều», «heo thịt»); OTHER when no word in it is known."""
    words = fold_words(goods)
    if words in _KIND_WORDS:
        return _KIND_WORDS[words]
    for word in goods.casefold().split():
        if word in _MARKED and not any(f" {longer} " in f" {words} " for longer, _ in _BY_LENGTH if " " in longer):
            return _MARKED[word]
    return next((Production(kind) for word, kind in _BY_LENGTH if f" {word} " in f" {words} "), Production.OTHER)


def production(written: str) -> Read:
    """Lines of production of a text: "điều 1,5 ha; nuôi 20 con heo", "trees livestock" (a survey's codes). Raises
    CellRefused."""
    if fold_words(written) in NONE_WORDS:
        return Read(())
    if all(word in _KIND_WORDS for word in written.split()):
        return Read(tuple(ProductionFacts(str(_KIND_WORDS[word])) for word in dict.fromkeys(written.split())))
    if fold_words(written) in _KIND_WORDS:
        return Read((ProductionFacts(str(_KIND_WORDS[fold_words(written)])),))
    # A comma between digits belongs to a number; one between words parts two goods.
    parts = [part.strip(" .-") for part in re.split(r"[;+/&\n]|,(?!\d)|\bvà\b", written)]
    lines: dict[tuple[str, str], ProductionFacts] = {}
    warnings = []
    for part in filter(None, parts):
        line, warning = _line(part)
        lines.setdefault((line.kind, line.goods), line)
        warnings += [warning] if warning else []
    if len(lines) > _LINES_MAXIMUM:
        raise CellRefused(f"có {len(lines)} nghề, nhiều nhất là {_LINES_MAXIMUM}. Hãy giữ những nghề chính.")
    return Read(tuple(lines.values()), " ".join(warnings))


def _line(part: str) -> tuple[ProductionFacts, str]:
    area, heads, warning = None, None, ""
    if found := _AREA.search(part):
        read = area_of(found[0])
        area, warning, part = read.value, read.warning, part.replace(found[0], " ")
    if found := _HEADS.search(part):
        heads, part = _number(found[1]), part.replace(found[0], " ")
    goods = " ".join(_LEAD.sub("", part.strip(" ()-:")).split())
    if len(goods) > 60:
        raise CellRefused(f"«{goods[:30]}…» dài quá 60 ký tự. Hãy viết ngắn lại, mỗi nghề cách nhau dấu chấm phẩy.")
    is_kind = fold_words(goods) in _KIND_WORDS
    goods = goods.lower() if goods in (goods.upper(), goods.title(), goods.capitalize()) else goods
    kind = kind_of(goods)
    whole = int(heads) if heads is not None and heads == int(heads) else None
    return ProductionFacts(str(kind), "" if is_kind else goods, area, whole), warning


def area(written: str) -> Read:
    """Square metres of an area written with its unit. A bare number may be anything and is refused."""
    if _AREA.fullmatch(written.strip()):
        return area_of(written)
    if _number(written) == 0:
        return Read(None)
    raise CellRefused(
        f"«{written}» chưa rõ đơn vị. Hãy ghi như «1,5 ha», «800 m2», «3 công», hoặc chọn cột theo đơn vị."
    )


def area_in(unit: str) -> Any:
    """A parser for a column whose heading says the unit: a bare number, or one with a unit of its own."""

    def parse(written: str) -> Read:
        if _AREA.fullmatch(written.strip()):
            return area_of(written)
        number = _number(written)
        if number is None or (unit == "ha" and _is_two_ways(written)):
            raise CellRefused(f"«{written}» chưa rõ diện tích. Hãy chỉ ghi số, như «1,5».")
        return _square_metres(number, unit)

    return parse


def area_of(written: str) -> Read:
    """ "1,5 ha" → 15,000 m². Công and sào are those of the South, 1,000 m², and that is said. Raises CellRefused."""
    found = _AREA.fullmatch(written.strip())
    number, unit = (_number(found[1]), _UNITS.get(fold_words(found[2]))) if found else (None, None)
    if number is None or unit is None or (unit == "ha" and _is_two_ways(found[1] if found else "")):
        raise CellRefused(f"«{written}» chưa rõ diện tích. Hãy ghi như «1,5 ha» hoặc «800 m2».")
    return _square_metres(number, unit)


def _square_metres(number: Decimal, unit: str) -> Read:
    metres = number * SQUARE_METRES[unit]
    if metres > _AREA_MAXIMUM:
        raise CellRefused(f"{number} {unit} quá lớn. Hãy xem lại đơn vị.")
    whole = int(metres.to_integral_value())
    if unit not in {"cong", "sao"} or not whole:
        return Read(whole or None)
    return Read(whole, f"1 {'công' if unit == 'cong' else 'sào'} được hiểu là 1.000 m² (Nam Bộ).")


def _is_two_ways(written: str) -> bool:
    """ "1.250" hectares are a plantation or a garden."""
    return re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", written.strip()) is not None


def _number(written: str) -> Decimal | None:
    """ "1,5", "1.5", "1.000", "12.500,5"; groups of three after a dot are thousands unless the number begins with 0."""
    bare = written.strip().replace(" ", "")
    if re.fullmatch(r"[1-9]\d{0,2}([.,]\d{3})+", bare):
        bare = re.sub(r"[.,]", "", bare)
    elif "," in bare:
        bare = (
            bare.replace(".", "").replace(",", ".", 1) if bare.rfind(",") > bare.rfind(".") else bare.replace(",", "")
        )
    try:
        return Decimal(bare) if re.fullmatch(r"\d{1,12}(\.\d{1,6})?", bare) else None
    except InvalidOperation:
        return None


def with_measures(
    lines: tuple[ProductionFacts, ...], area_m2: int | None, heads: int | None, season: str
) -> tuple[tuple[ProductionFacts, ...], str]:
    """Lines with the measures of the row's own columns, and what could not be laid to one line: with two kinds of trees in
    one cell nobody knows whose land it is."""
    warnings = []
    if area_m2 is not None or season:
        at = _only(lines, _PLANTS)
        if at is None:
            warnings.append("Diện tích, mùa vụ chưa rõ của nghề nào nên chưa ghi.")
        else:
            lines = _with(lines, at, area_m2=lines[at].area_m2 or area_m2, season=lines[at].season or season)
    if heads is not None:
        at = _only(lines, {Production.LIVESTOCK})
        if at is None:
            warnings.append("Số con chưa rõ của vật nuôi nào nên chưa ghi.")
        else:
            lines = _with(lines, at, heads=lines[at].heads or heads)
    return lines, " ".join(warnings)


def _only(lines: tuple[ProductionFacts, ...], kinds: set[Production]) -> int | None:
    """Which line it must be: the only one, or the only one of these kinds."""
    fitting = [at for at, line in enumerate(lines) if line.kind in kinds]
    if len(fitting) == 1:
        return fitting[0]
    return 0 if len(lines) == 1 else None


def _with(lines: tuple[ProductionFacts, ...], at: int, **values: Any) -> tuple[ProductionFacts, ...]:
    return (*lines[:at], replace(lines[at], **values), *lines[at + 1 :])
