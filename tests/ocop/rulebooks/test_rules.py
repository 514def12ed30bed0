"""Stars from points and minimums. The rubric here is made up."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ocop.rulebooks.rules import Choice, Question, Verdict, assess, band_of, gaps, stars_for, unmet_minimums

# A 40, B 25, C 35; the weakest option first.
MADE_UP = (
    Question("raw", "A", 40, (Choice(10), Choice(25, 3), Choice(40, 4))),
    Question("sale", "B", 25, (Choice(5), Choice(15), Choice(25, 5))),
    Question("taste", "C", 35, (Choice(15), Choice(25, 3), Choice(35))),
)


@pytest.mark.parametrize(
    ("total", "stars"),
    [
        ("100", 5), ("90", 5), ("89.99", 4), ("70", 4), ("69.99", 3), ("50", 3), ("49.99", 2), ("30", 2), ("29.99", 1), ("0", 1),
    ],
)  # fmt: skip
def test_every_band_is_half_open(total: str, stars: int) -> None:
    assert band_of(Decimal(total)) == stars
    assert stars_for(Decimal(total), {}) == stars


@pytest.mark.parametrize("total", ["-0.01", "100.01"])
def test_no_score_lies_outside(total: str) -> None:
    with pytest.raises(ValueError, match="between 0 and 100"):
        band_of(Decimal(total))


def test_ninety_points_without_a_minimum_of_five_stars_are_four_stars_if_their_minimums_hold() -> None:
    verdict = assess(MADE_UP, {"raw": 2, "sale": 1, "taste": 2})
    assert verdict == Verdict(
        parts={"A": Decimal(40), "B": Decimal(15), "C": Decimal(35)},
        total=Decimal(90),
        band=5,
        stars=4,
        unmet={5: ("sale",)},
    )
    assert verdict.is_recognised


def test_ninety_points_fall_as_far_as_minimums_are_missing() -> None:
    assert stars_for(Decimal(90), {5: ("a",), 4: ("b",)}) == 3
    assert stars_for(Decimal(90), {4: ("b",)}) == 3
    assert stars_for(Decimal(90), {3: ("c",)}) == 2
    assert stars_for(Decimal(49), {5: ("a",)}) == 2


def test_a_later_option_meets_an_earlier_minimum_and_no_answer_meets_none() -> None:
    assert unmet_minimums(MADE_UP, {"raw": 2, "sale": 2, "taste": 2}) == {}
    assert unmet_minimums(MADE_UP, {"raw": 1, "sale": 2, "taste": 1}) == {4: ("raw",)}
    assert unmet_minimums(MADE_UP, {}) == {3: ("raw", "taste"), 4: ("raw",), 5: ("sale",)}


def test_a_file_that_is_thrown_out_has_points_and_no_star() -> None:
    verdict = assess(MADE_UP, {"raw": 2, "sale": 2, "taste": 2}, knocked_out=True)
    assert (verdict.total, verdict.band, verdict.stars, verdict.is_recognised) == (Decimal(100), 5, None, False)


def test_an_answer_must_be_an_option() -> None:
    with pytest.raises(ValueError, match="raw has no option 3"):
        assess(MADE_UP, {"raw": 3})


def test_a_rubric_says_what_it_lacks() -> None:
    parts = {"A": 40, "B": 25, "C": 35}
    assert gaps(MADE_UP, parts) == []
    assert gaps((), parts) == ["Chưa nhập tiêu chí nào."]
    torn = (MADE_UP[0], Question("4.1", "B", 20), Question("9", "C", 35, (Choice(30),)))
    assert gaps(torn, parts) == [
        "Phần B có 20 điểm, phải là 25 điểm.",
        "Chưa nhập lựa chọn của 1 tiêu chí.",
        "Điểm cao nhất của tiêu chí 9 khác điểm tối đa.",
    ]
    assert gaps(MADE_UP, {"A": None, "B": None, "C": None}) == []
