"""Cells of a list of goods as people write them. Pure.

Each takes the text of a cell and returns a value, or raises CellRefused with what to write instead; what can be read in two
ways is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from core.imports.sheet import parsers
from core.imports.sheet.columns import CellRefused
from core.kit.text import fold_words, plain_text, squeeze
from market.listings.models import Listing, SaleUnit

PRICE_MINIMUM, PRICE_MAXIMUM = 1_000, 999_999_999
GRAMS_MAXIMUM = STOCK_MAXIMUM = 1_000_000
NAMES_MAXIMUM = 40
CLEARED = "-"
_PRICE = re.compile(r"\d{1,12}|\d{1,3}(?:[\s.,]\d{3}){1,3}")
_MEASURE = re.compile(r"([\d.,]+)\s*(\S*)")
_GRAMS = {"": 1, "g": 1, "gr": 1, "gam": 1, "gram": 1, "kg": 1000, "kilogam": 1000, "ki lo": 1000, "can": 1000}
_MILLILITRES = {"": 1, "ml": 1, "mililit": 1, "l": 1000, "lit": 1000}
_STATES = {
    Listing.State.PUBLISHED: ("đang bán", "bán", "mở bán", "còn bán"),
    Listing.State.PAUSED: ("tạm ngừng", "tạm ngừng bán", "ngừng bán", "ngừng", "tạm dừng"),
    Listing.State.DRAFT: ("nháp", "bản nháp", "chưa bán"),
}
STATE_WORDS: dict[str, str] = {state: spellings[0] for state, spellings in _STATES.items()}
_UNITS: dict[str, tuple[str, ...]] = {
    value: (
        label,
        *{"kg": ("ký", "kí", "kilogam", "kg"), "100g": ("100g", "lạng"), "litre": ("l", "lit")}.get(value, ()),
    )
    for value, label in SaleUnit.choices
}
_FOLDED_UNITS = {fold_words(spelling): value for value, spellings in _UNITS.items() for spelling in spellings}


def line(limit: int) -> Callable[[str], str]:
    """One line of at most so many characters."""
    parse = parsers.text(limit)
    return lambda written: parse(squeeze(written))


def lines(limit: int) -> Callable[[str], str]:
    """Text of several lines."""
    parse = parsers.text(limit)
    return lambda written: parse(plain_text(written, 100_000))


def price(written: str) -> int:
    """Whole đồng: "55.000", "55000 đ", "55,000". «55 nghìn», «55k» and parts of a đồng are refused."""
    bare = re.sub(r"\s*(đồng|đ|₫|vnđ|vnd)\.?$", "", written.strip(), flags=re.IGNORECASE)
    if not _PRICE.fullmatch(bare):
        raise CellRefused(f"chưa rõ giá «{written}». Hãy ghi đủ số đồng bằng chữ số, như 55.000.")
    found = int(re.sub(r"\D", "", bare))
    if not PRICE_MINIMUM <= found <= PRICE_MAXIMUM:
        raise CellRefused(f"giá «{written}» phải từ 1.000 đ đến dưới 1 tỷ đồng. Hãy xem lại.")
    return found


def sale_unit(written: str) -> str:
    """kg, chai, hộp …"""
    found = _FOLDED_UNITS.get(fold_words(written))
    if found is None:
        shown = ", ".join(f"«{label}»" for _, label in SaleUnit.choices)
        raise CellRefused(f"không có đơn vị «{written}». Hãy chọn một trong {shown}.")
    return found


def _measure(written: str, units: dict[str, int], example: str) -> int:
    found = _MEASURE.fullmatch(written.strip())
    factor = units.get(fold_words(found[2])) if found else None
    if found is None or factor is None:
        raise CellRefused(f"chưa rõ «{written}». Hãy ghi như {example}.")
    number: Decimal = parsers.decimal()(found[1])
    whole = number * factor
    if whole != whole.to_integral_value() or not 1 <= whole <= GRAMS_MAXIMUM:
        raise CellRefused(f"«{written}» không hợp lý. Hãy ghi như {example}.")
    return int(whole)


def grams(written: str) -> int:
    """Grams: "500", "500 g", "0,5 kg"."""
    return _measure(_whole_number(written), _GRAMS, "«500 g» hoặc «0,5 kg»")


def millilitres(written: str) -> int:
    """Millilitres: "350", "350 ml", "0,35 lít"."""
    return _measure(_whole_number(written), _MILLILITRES, "«350 ml» hoặc «0,5 lít»")


def _whole_number(written: str) -> str:
    """A bare number with groups of three is a whole number of the small unit: 1.500 g, never 1,5."""
    return re.sub(r"[.,]", "", written) if re.fullmatch(r"[1-9]\d{0,2}([.,]\d{3})+", written.strip()) else written


stock: Callable[[str], int] = parsers.integer(maximum=STOCK_MAXIMUM)
move: Callable[[str], int] = parsers.integer(maximum=10**15)
days: Callable[[str], int] = parsers.integer(minimum=1, maximum=20_000)


def month(written: str) -> int:
    """1 to 12: "3", "tháng 3"."""
    return parsers.integer(minimum=1, maximum=12)(re.sub(r"^(tháng|thang|t)\.?\s*", "", written.strip(), flags=re.I))


def alcohol(written: str) -> int:
    """Tenths of a per cent: "40", "29,5", "29,5 %", "29,5 độ"."""
    bare = re.sub(r"\s*(%|độ|do|°)$", "", written.strip(), flags=re.IGNORECASE)
    tenths: Decimal = parsers.decimal(maximum=100)(bare) * 10
    if tenths != tenths.to_integral_value():
        raise CellRefused(f"«{written}» quá lẻ. Hãy ghi tới một chữ số sau dấu phẩy, như 29,5.")
    return int(tenths)


state: Callable[[str], str] = parsers.choice({str(state): spellings for state, spellings in _STATES.items()})


def picture_names(written: str) -> list[str]:
    """The file names of a cell: "a.jpg; b.jpg", or each on its line. (A comma stays for those who look them up: it may be in
    a name.)"""
    names = [squeeze(name) for name in re.split(r"[;\n|]", written)]
    return list(dict.fromkeys(name for name in names if name))
