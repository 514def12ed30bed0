"""Words of reports: days, codes, lines, states."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from core.kit.text import squeeze


def day_words(on: date) -> str:
    """ "ngày 05 tháng 02 năm 2026": a nought before days below ten and before January and February, as the decree asks (II.4.b)."""
    month = f"{on.month:02}" if on.month < 3 else str(on.month)
    return f"ngày {on.day:02} tháng {month} năm {on.year}"


def spelled_code(code: str) -> str:
    """ "ABCD-EFGH-JKMN", to be read out and typed."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def typed_code(written: str) -> str:
    """The code in what somebody typed: small letters, spaces and hyphens are no matter."""
    return "".join(char for char in written.upper() if char.isalnum())


def lines_in(text: str) -> list[str]:
    """The lines of a text that say something."""
    return [line for each in text.splitlines() if (line := squeeze(each))]


def joined(lines: Iterable[str]) -> str:
    """The same as text."""
    return "\n".join(lines)
