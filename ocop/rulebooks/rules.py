"""How many stars a score means (Decision 26/2026/QĐ-TTg and those before it). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

PARTS = ("A", "B", "C")
# From how many points on a star may be given; every band runs to just below the next one, the last to 100.
BANDS = ((5, Decimal(90)), (4, Decimal(70)), (3, Decimal(50)), (2, Decimal(30)), (1, Decimal(0)))
MOST = Decimal(100)
# One and two stars get no paper.
RECOGNISED_FROM = 3


@dataclass(frozen=True)
class Choice:
    """One option: its points, and the lowest star that needs it or one further down the list (0: none)."""

    points: int
    minimum_for: int = 0


@dataclass(frozen=True)
class Question:
    """A criterion: its part, the most points it can bring, and its options from the weakest to the best."""

    key: str
    part: str
    most: int
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What answers lead to. `stars` None: the file is thrown out before scoring. `band` is the star that the points alone would
    bring; `unmet` the criteria whose minimum for some star up to that band is missing: {star: keys}."""

    parts: dict[str, Decimal]
    total: Decimal
    band: int
    stars: int | None
    unmet: dict[int, tuple[str, ...]]

    @property
    def is_recognised(self) -> bool:
        """Whether so many stars get a decision and a certificate."""
        return self.stars is not None and self.stars >= RECOGNISED_FROM


def band_of(total: Decimal) -> int:
    """The star whose band these points reach: 69,99 is three, 70 is four. Raises ValueError outside 0 to 100."""
    if not 0 <= total <= MOST:
        raise ValueError("a score lies between 0 and 100")
    return next(stars for stars, least in BANDS if total >= least)


def stars_for(total: Decimal, unmet: Mapping[int, Sequence[str]]) -> int:
    """The highest star whose band is reached and whose marked minimums are all met; `unmet` names what is missing for a star.

    A minimum for a lower star is one for every higher star as well. Raises ValueError outside 0 to 100.
    """
    for stars in range(band_of(total), 0, -1):
        if not any(missing for needed, missing in unmet.items() if needed <= stars):
            return stars
    return 1


def unmet_minimums(questions: Sequence[Question], answers: Mapping[str, int]) -> dict[int, tuple[str, ...]]:
    """Which criteria miss the minimum of which star; `answers` are {key: place of the chosen option, from 0}."""
    missing: dict[int, list[str]] = {}
    for question in questions:
        chosen = answers.get(question.key, -1)
        for place, choice in enumerate(question.choices):
            if choice.minimum_for and chosen < place:
                missing.setdefault(choice.minimum_for, []).append(question.key)
    return {stars: tuple(dict.fromkeys(keys)) for stars, keys in sorted(missing.items())}


def assess(questions: Sequence[Question], answers: Mapping[str, int], *, knocked_out: bool = False) -> Verdict:
    """Score a whole rubric. `knocked_out`: one of the «hồ sơ bị loại khi…» holds, so there is no star at all.

    Raises ValueError for an answer that is no option of its criterion; a criterion without an answer brings no points.
    """
    parts = dict.fromkeys(PARTS, Decimal(0))
    for question in questions:
        if question.key in answers:
            place = answers[question.key]
            if not 0 <= place < len(question.choices):
                raise ValueError(f"{question.key} has no option {place}")
            parts[question.part] += question.choices[place].points
    total = sum(parts.values(), Decimal(0))
    unmet = unmet_minimums(questions, answers)
    return Verdict(parts, total, band_of(total), None if knocked_out else stars_for(total, unmet), unmet)


def gaps(questions: Sequence[Question], parts: Mapping[str, int | None]) -> list[str]:
    """Why nobody can be assessed by a rubric yet, in Vietnamese; [] for a whole one. `parts` are the most points of each part."""
    if not questions:
        return ["Chưa nhập tiêu chí nào."]
    found = []
    for part in PARTS:
        sum_of_part = sum(question.most for question in questions if question.part == part)
        if parts.get(part) is not None and sum_of_part != parts[part]:
            found.append(f"Phần {part} có {sum_of_part} điểm, phải là {parts[part]} điểm.")
    without = [question.key for question in questions if not question.choices]
    if without:
        found.append(f"Chưa nhập lựa chọn của {len(without)} tiêu chí.")
    wrong = [
        question.key
        for question in questions
        if question.choices and max(choice.points for choice in question.choices) != question.most
    ]
    if wrong:
        found.append(f"Điểm cao nhất của tiêu chí {', '.join(wrong)} khác điểm tối đa.")
    return found
