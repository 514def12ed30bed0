"""Wilson's interval in whole numbers: it holds what it says, and is what the formula and published tables say."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kit.wilson import wilson, wilson_tenths

PAIRS = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


# Newcombe (1998), table I, method 3, to four places; rounded outwards to tenths of a per cent.
@pytest.mark.parametrize(
    ("successes", "total", "low", "high"),
    [(81, 263, 255, 367), (15, 148, 62, 161), (0, 20, 0, 162), (1, 29, 6, 172), (20, 20, 838, 1000), (0, 1, 0, 794)],
)
def test_against_a_published_table(successes: int, total: int, low: int, high: int) -> None:
    assert wilson_tenths(successes, total) == (low, high)


def test_nothing_looked_at_has_no_interval() -> None:
    assert (wilson(0, 0), wilson_tenths(0, 0)) == (None, None)


@given(PAIRS)
def test_it_holds_the_share_lies_inside_and_is_the_formula_rounded_outwards(pair: tuple[int, int]) -> None:
    k, n = pair
    found, exact = wilson_tenths(k, n), wilson(k, n)
    assert found is not None and exact is not None
    low, high = found
    assert 0 <= low * n <= 1000 * k <= high * n <= 1000 * n
    assert low == max(0, math.floor(1000 * exact[0] + 1e-9)) and high == min(1000, math.ceil(1000 * exact[1] - 1e-9))
    mirrored = wilson_tenths(n - k, n)
    assert mirrored == (1000 - high, 1000 - low)


@given(PAIRS, st.integers(2, 10))
def test_more_of_the_same_share_is_never_less_sure(pair: tuple[int, int], times: int) -> None:
    k, n = pair
    one, more = wilson_tenths(k, n), wilson_tenths(times * k, times * n)
    assert one is not None and more is not None
    assert one[0] <= more[0] and more[1] <= one[1]


def test_a_hundred_are_within_ten_points_and_ninety_two_are_not() -> None:
    """Why so many are drawn (`ocop.rechecks.drawing.SIZE`)."""

    def widest(n: int) -> float:
        return max(high - low for low, high in (wilson(k, n) or (0, 1) for k in range(n + 1))) / 2

    assert widest(100) < widest(93) <= 0.1 < widest(92)
