"""What stands over the table of an annex: «(Kèm theo Quyết định số 1234/QĐ-UBND ngày 12/5/2025 của UBND tỉnh …)». Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.imports.contract import SaidAbove
from core.kit.text import squeeze

_DASH = r"[-‐‑‒–—−]"
# Đ is also written with the Icelandic Ð, and on old machines as D. The issuer goes on over hyphens: QĐ-BNNMT, QĐ-BNN-VPĐP.
_OF_ISSUER = rf"Q[ĐÐD]\s*{_DASH}\s*([A-ZĐÐ]{{2,12}}(?:{_DASH}[A-ZĐÐ]{{2,10}})*)(?!\w)"
_NUMBER = re.compile(
    rf"(?<![\w/])(?<!\d[.,])(\d{{1,3}}(?:\.\d{{3}})+|\d{{1,6}})\s*/\s*(?:(20\d\d)\s*/\s*)?{_OF_ISSUER}",
    re.IGNORECASE,
)
_ANY_NUMBER = re.compile(rf"/\s*{_OF_ISSUER}", re.IGNORECASE)
_DAY = re.compile(
    r"[\s,;(]*(?:ký\s+|ban\s+hành\s+)?(?:ngày\s*)?:?\s*"
    r"(?:(\d{1,2})\s*[/.\-–]\s*(\d{1,2})\s*[/.\-–]\s*(20\d\d)(?!\d)|(\d{1,2})\s*tháng\s*(\d{1,2})\s*,?\s*năm\s*(20\d\d)(?!\d))",
    re.IGNORECASE,
)
# Decisions of the prime minister make the programme and its criteria; none recognises a product.
_PROGRAMME = "TTG"


@dataclass(frozen=True)
class Decision:
    """A decision that is named: its number as the register writes it ("1234/QĐ-UBND"), and its day where one follows."""

    number: str
    on: date | None


def decisions_in(text: str) -> list[Decision]:
    """The decisions a text names, each number once, in their order; one named twice has the day that either says, and none
    where they say different ones."""
    found: dict[str, set[date]] = {}
    clean = squeeze(text)
    for match in _NUMBER.finditer(clean):
        number = _number(match)
        if number.endswith(_PROGRAMME):
            continue
        day = _day_after(clean, match.end())
        found.setdefault(number, set()).update([day] if day else [])
    return [Decision(number, days.pop() if len(days) == 1 else None) for number, days in found.items()]


def read_above(lines: Sequence[str]) -> dict[str, SaidAbove]:
    """What the lines over a table say for the columns `decision` and `recognised_on`: sure where they name one decision, else to be
    chosen by a person. Nothing is sure beside a decision whose number is left blank or cannot be read: that may be the one."""
    text = " ".join(lines)
    decisions, is_whole = decisions_in(text), not _has_unread(text)
    quote = _quote(lines)
    days = list(dict.fromkeys(each.on for each in decisions if each.on))
    found = {}
    if decisions:
        found["decision"] = SaidAbove(tuple(each.number for each in decisions), quote, is_sure=is_whole)
    if days:
        # Of two decisions one may go without a day: then nobody knows whose it is.
        is_sure = len(decisions) == 1 and is_whole
        found["recognised_on"] = SaidAbove(tuple(f"{day:%d/%m/%Y}" for day in days), quote, is_sure=is_sure)
    return found


def _number(match: re.Match[str]) -> str:
    number, year, issuer = match.groups()
    number = number.replace(".", "")
    issuer = re.sub(_DASH, "-", issuer).upper().replace("Ð", "Đ")
    return "/".join(filter(None, (number, year, f"QĐ-{issuer}")))


def _has_unread(text: str) -> bool:
    """Whether a decision is named whose number is left blank ("số      /QĐ-UBND") or is written as none is."""
    clean = squeeze(text)
    read = {match.end() for match in _NUMBER.finditer(clean)}
    named = (match for match in _ANY_NUMBER.finditer(clean) if not match[1].upper().endswith(_PROGRAMME))
    return any(match.end() not in read for match in named)


def _day_after(text: str, at: int) -> date | None:
    match = _DAY.match(text, at)
    if match is None:
        return None
    day, month, year = (int(part) for part in match.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _quote(lines: Sequence[str]) -> str:
    """The lines that name decisions, as they stand there."""
    named = [line for line in map(squeeze, lines) if _NUMBER.search(line)] or [squeeze(" ".join(lines))]
    return " … ".join(named)[:300]
