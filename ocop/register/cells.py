"""What people write into a cell for stars and dates, and what of it may be believed. Pure."""

from __future__ import annotations

import html
import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from core.kit.text import fold, fold_words, squeeze

# Decision 490/QĐ-TTg of 7 May 2018 began the programme; nothing can have been recognised before that year.
FIRST_YEAR = 2018
LAST_YEAR = 2100
_EXCEL_EPOCH = date(1899, 12, 30)
_NOT_DECIDED = re.compile(r"\b(tiem nang|de nghi|du kien|tro len|cho xep hang|phan dau)\b")


@dataclass(frozen=True)
class WrittenDate:
    """The first day of what was written, and how exact it was: "day", "month" or "year"."""

    first_day: date
    precision: str

    @property
    def last_day(self) -> date:
        """The last day it can mean."""
        if self.precision == "year":
            return date(self.first_day.year, 12, 31)
        if self.precision == "month":
            return self.first_day.replace(day=monthrange(self.first_day.year, self.first_day.month)[1])
        return self.first_day


def text_of(value: Any) -> str:
    """A cell as clean text: NFC, HTML entities resolved, single spaces; 4.0 is "4", a date cell is ISO."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    # Twice, because pages escape what was already escaped (&amp;ocirc;).
    return squeeze(html.unescape(html.unescape(str(value))))


def parse_stars(written: str) -> tuple[int | None, str]:
    """Stars and a warning ("" for none). "hạng 04 sao" is 4; a range, a hope or "5 sao cấp tỉnh" is nothing yet.

    5 stars are given by the ministry, so a province's five stars are a proposal (26/2026/QĐ-TTg).
    """
    if not written:
        return None, "Thiếu hạng sao."
    if set(written) <= {"★", "*", "⭐"}:
        return _known(len(written), written)
    numbers = {int(number) for number in re.findall(r"\d+", fold(written))}
    words = fold_words(written)
    hoped = _NOT_DECIDED.search(words) or ("cap tinh" in words and 5 in numbers)
    if hoped or len(numbers) != 1:
        return None, f"Hạng sao «{written}» chưa phải một hạng đã công nhận."
    return _known(numbers.pop(), written)


def _known(stars: int, written: str) -> tuple[int | None, str]:
    if 3 <= stars <= 5:
        return stars, ""
    if stars in {1, 2}:
        return stars, f"Hạng {stars} sao không được cấp giấy chứng nhận OCOP."
    return None, f"Hạng sao «{written}» không có trong thang 1 đến 5 sao."


def parse_date(written: str) -> tuple[WrittenDate | None, str]:
    """The date and a warning ("" for none), never more exact than it was written.

    Reads ISO dates and months, "19/01/2022", "14-2-2020", "28-7-2020, 12:38", "8.2022", "T2.2025", "tháng
    8/2022", a year, and the day numbers Excel leaves behind when a date cell was formatted as a number.
    """
    if not written:
        return None, "Thiếu ngày công nhận."
    found = _read_date(fold(written))
    if found is None:
        return None, f"Không đọc được ngày «{written}»."
    if not FIRST_YEAR <= found.first_day.year <= LAST_YEAR:
        return None, f"Ngày «{written}» nằm ngoài thời gian có chương trình OCOP."
    return found, ""


def _read_date(text: str) -> WrittenDate | None:
    day_forms = (
        (r"^(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)", "day"),
        (r"(?<!\d)(?P<d>\d{1,2})\s*[-/.]\s*(?P<m>\d{1,2})\s*[-/.]\s*(?P<y>\d{4})(?!\d)", "day"),
        (r"^(?:ngay )?(?P<d>\d{1,2}) thang (?P<m>\d{1,2}) nam (?P<y>\d{4})$", "day"),
        (r"^(?P<y>\d{4})[-/.](?P<m>\d{1,2})$", "month"),
        (r"^(?:thang |t)?\s*(?P<m>\d{1,2})\s*(?:[-/.]| nam )\s*(?P<y>\d{4})$", "month"),
        (r"^(?:nam )?(?P<y>\d{4})$", "year"),
    )
    for pattern, precision in day_forms:
        if match := re.search(pattern, text):
            parts = {name: int(number) for name, number in match.groupdict().items()}
            try:
                return WrittenDate(date(parts["y"], parts.get("m", 1), parts.get("d", 1)), precision)
            except ValueError:
                return None
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return WrittenDate(_EXCEL_EPOCH + timedelta(days=int(float(text))), "day")
    return None
