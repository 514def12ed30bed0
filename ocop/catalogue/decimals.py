"""Numbers as Vietnamese offices write them: a comma before the decimals, dots between thousands. Pure."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

MOST = Decimal(10) ** 13
PLACES = 4
_WRITTEN = re.compile(r"([-−]?)([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,14})(?:,([0-9]{1,4}))?")


class NotANumber(ValueError):
    """The text is no such number; the message is a Vietnamese sentence with what to do."""


def parse_decimal(written: str) -> Decimal:
    """ "12,5", "1.234,5" or "−3"; at most four decimals. "12.5" is refused: read with dots between thousands it would be 125.
    Raises NotANumber."""
    found = _WRITTEN.fullmatch(re.sub(r"\s|%", "", written))
    if found is None:
        raise NotANumber("Hãy ghi số với dấu phẩy trước phần lẻ, nhiều nhất bốn số lẻ. Ví dụ: 12,5 hoặc 1.234,5.")
    sign, whole, rest = found.groups()
    return Decimal(f"{'-' if sign else ''}{whole.replace('.', '')}.{rest or 0}")


def written_decimal(value: Decimal) -> str:
    """ "1.234,5": without decimals that say nothing."""
    whole, _dot, rest = f"{value:,.{PLACES}f}".partition(".")
    rest = rest.rstrip("0")
    return whole.replace(",", ".") + (f",{rest}" if rest else "")


def percent_of(numerator: int, denominator: int) -> Decimal:
    """The percentage with two decimals, rounded half up."""
    return (Decimal(numerator) * 100 / Decimal(denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)
