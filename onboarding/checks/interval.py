"""How sure a share of a sample is. Pure."""

from __future__ import annotations

import math

_Z = 1.959963984540054  # 95 % of a normal distribution lies within so many deviations


def wilson(successes: int, total: int) -> tuple[float, float] | None:
    """The 95 % interval of a share, as fractions from 0 to 1, by Wilson's score (E. B. Wilson, JASA 22, 1927; Newcombe 1998,
    method 3, without continuity correction). None for nothing looked at."""
    if total == 0:
        return None
    share, square = successes / total, _Z * _Z
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = _Z / (1 + square / total) * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    return max(0.0, middle - half), min(1.0, middle + half)


def interval_words(successes: int, total: int) -> str:
    """ "từ 76,2 % đến 99,1 %"; "" for nothing looked at."""
    found = wilson(successes, total)
    if found is None:
        return ""
    low, high = (f"{100 * each:.1f}".replace(".", ",") + "\u00a0%" for each in found)
    return f"từ {low} đến {high}"
