"""Parsers for columns: the ways in which people write a number, a day, a phone, yes and no. Pure.

Each takes the clean text of a cell and returns a value, or raises CellRefused with what to write instead. A cell is
never guessed at: what can be read in two ways is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from core.imports.sheet.columns import CellRefused
from core.kit import phones
from core.kit.text import fold_words

_EXCEL_EPOCH = date(1899, 12, 30)
_YES = {"x", "co", "yes", "y", "dung", "true", "v", "roi", "da co"}
_NO = {"khong", "no", "n", "k", "ko", "chua", "false", "sai", "chua co"}


def text(limit: int) -> Callable[[str], str]:
    """Text of at most `limit` characters; longer text is refused, never cut."""

    def parse(written: str) -> str:
        if len(written) > limit:
            raise CellRefused(f"dài {len(written)} ký tự, nhiều nhất là {limit}. Hãy viết ngắn lại.")
        return written

    return parse


def integer(*, minimum: int = 0, maximum: int = 2_000_000_000) -> Callable[[str], int]:
    """A whole number; dots, commas and spaces between groups of three are allowed ("1.250.000", "1,250,000")."""

    def parse(written: str) -> int:
        bare = written.replace("\u00a0", " ").strip()
        if re.fullmatch(r"[+-]?\d{1,3}([., ]\d{3})+", bare):
            bare = re.sub(r"[., ]", "", bare)
        if not re.fullmatch(r"[+-]?\d{1,15}", bare):
            raise CellRefused(f"«{written}» không phải số nguyên. Hãy chỉ ghi chữ số.")
        number = int(bare)
        _within(number, minimum, maximum)
        return number

    return parse


def decimal(*, minimum: int = 0, maximum: int = 2_000_000_000) -> Callable[[str], Decimal]:
    """A number with a decimal comma or point: "2,5", "2.5", "1.250,5". "1.250" alone may mean both and is refused."""

    def parse(written: str) -> Decimal:
        bare = written.replace(" ", "")
        if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", bare):
            whole, _, part = bare.partition(".")
            raise CellRefused(f"«{written}» có thể là {whole}{part} hoặc {whole},{part}. Hãy ghi một trong hai cách.")
        if "," in bare:
            bare = bare.replace(".", "").replace(",", ".", 1) if bare.rfind(",") > bare.rfind(".") else ""
        if not re.fullmatch(r"[+-]?\d{1,15}(\.\d{1,10})?", bare):
            raise CellRefused(f"«{written}» không phải một số. Hãy ghi như «2,5».")
        value = Decimal(bare)
        _within(value, minimum, maximum)
        return value

    return parse


def _within(value: int | Decimal, minimum: int, maximum: int) -> None:
    if not minimum <= value <= maximum:
        raise CellRefused(f"{value} nằm ngoài khoảng {minimum} đến {maximum}. Hãy xem lại.")


def day(*, first: date = date(1900, 1, 1), last: date = date(2100, 12, 31)) -> Callable[[str], date]:
    """A day: "5/9/2026", "05-09-2026", "5.9.2026", "2026-09-05", "ngày 5 tháng 9 năm 2026", or Excel's day number.

    Day before month, as in Vietnam. A month or a year alone is no day and is refused.
    """

    def parse(written: str) -> date:
        found = _read_day(written)
        if found is None:
            raise CellRefused(f"không đọc được ngày «{written}». Hãy ghi ngày/tháng/năm, như 05/09/2026.")
        if not first <= found <= last:
            raise CellRefused(f"ngày {found:%d/%m/%Y} không hợp lý. Hãy xem lại.")
        return found

    return parse


def _read_day(written: str) -> date | None:
    words = fold_words(written)
    iso = re.match(r"(\d{4}) (\d{1,2}) (\d{1,2})(?: \d{2} \d{2}.*)?$", words)
    common = re.match(r"(?:ngay )?(\d{1,2}) (?:thang )?(\d{1,2}) (?:nam )?(\d{4})(?: \d{1,2} \d{2}.*)?$", words)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if common:
            return date(int(common[3]), int(common[2]), int(common[1]))
    except ValueError:
        return None
    if re.fullmatch(r"\d{5}(,\d+)?", written):  # a date cell that was formatted as a number
        return _EXCEL_EPOCH + timedelta(days=int(written[:5]))
    return None


def phone(written: str) -> str:
    """A Vietnamese phone number as +84…; the 0 that Excel takes away is put back."""
    try:
        return phones.normalise(written)
    except phones.NotAPhone as error:
        raise CellRefused(
            f"«{written}» không phải số điện thoại Việt Nam. Hãy ghi 10 chữ số, bắt đầu bằng 0."
        ) from error


def choice(words: Mapping[str, tuple[str, ...]]) -> Callable[[str], str]:
    """One of several: value → the spellings that mean it (folded for comparing; the first is shown to people)."""
    meanings = {fold_words(spelling): value for value, spellings in words.items() for spelling in spellings}
    shown = ", ".join(f"«{spellings[0]}»" for spellings in words.values())

    def parse(written: str) -> str:
        found = meanings.get(fold_words(written))
        if found is None:
            raise CellRefused(f"«{written}» không có trong danh sách. Hãy chọn một trong {shown}.")
        return found

    return parse


def yes_no(written: str) -> bool:
    """ "x", "có", "1" are yes; "không", "chưa", "0" are no."""
    folded = fold_words(written) or written.strip()
    if folded in _YES or written.strip() in {"1", "✓", "✔", "√"}:
        return True
    if folded in _NO or written.strip() in {"0", "-"}:
        return False
    raise CellRefused(f"«{written}» chưa rõ. Hãy ghi «có» hoặc «không».")
