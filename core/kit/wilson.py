"""How sure a share of a sample is: the 95 % interval by Wilson's score. Pure.

E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927), 209-212; Newcombe 1998,
method 3, without continuity correction. The bounds are the two shares p with

    (p − k/n)² = z² · p · (1 − p) / n

It is a sample's interval as if from an endless frame: without the correction for a finite one it is too wide rather than too narrow.
"""

from __future__ import annotations

import math

_Z = 1.959963984540054  # 95 % of a normal distribution lies within so many deviations
_Z_PARTS = 1_959_963_984_540_054  # the same in 1/_OF, for whole numbers
_OF = 10**15


def wilson(successes: int, total: int) -> tuple[float, float] | None:
    """The 95 % interval of a share, as fractions from 0 to 1. None for nothing looked at."""
    if total == 0:
        return None
    share, square = successes / total, _Z * _Z
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = _Z / (1 + square / total) * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    return max(0.0, middle - half), min(1.0, middle + half)


def wilson_tenths(successes: int, total: int) -> tuple[int, int] | None:
    """The same interval in tenths of a per cent (0 to 1000), rounded outwards, in whole numbers from end to end: never narrower than
    it is. None for nothing looked at."""
    if total == 0:
        return None
    return _lower(successes, total), 1000 - _lower(total - successes, total)


def _lower(successes: int, total: int) -> int:
    """The largest t with t/1000 not above the lower bound: below the share, and (p − k/n)² ≥ z² p (1 − p) / n at p = t/1000."""
    if successes == 0:
        return 0
    low, high = 0, (1000 * successes - 1) // total
    while low < high:
        middle = (low + high + 1) // 2
        apart = (1000 * successes - total * middle) ** 2 * _OF**2
        if apart >= _Z_PARTS**2 * total * middle * (1000 - middle):
            low = middle
        else:
            high = middle - 1
    return low
