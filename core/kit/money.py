"""Money is an integer of đồng. Pure."""

from __future__ import annotations


def dong(amount: int) -> str:
    """ "1.234.567 đ": dots between thousands, a no-break space before the sign."""
    return f"{amount:,}".replace(",", ".") + "\u00a0đ"


def rate(numerator: int, denominator: int) -> str:
    """ "76/95 (80,0 %)", rounded half up to one decimal; a zero denominator gives no percentage."""
    if denominator == 0:
        return f"{numerator}/0"
    tenths = (numerator * 2000 + denominator) // (2 * denominator)
    return f"{numerator}/{denominator} ({tenths // 10},{tenths % 10}\u00a0%)"


def reaches(numerator: int, denominator: int, target_percent: int) -> bool:
    """Whether the rate is at least the target, compared as integers: 79.96 % is not 80 %."""
    return denominator > 0 and numerator * 100 >= target_percent * denominator
