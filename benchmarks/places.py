"""Finding a unit by its written name: how often right, how often silently wrong, milliseconds per name.

Measured against tests/data/places_truth.csv, written by hand from the place columns of the register of OCOP products, as it
stands and disturbed in the ways of real sheets. The peer is a dictionary of exact names: what a sheet macro does.
"""

from __future__ import annotations

import csv
import random
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.figure import Figure
from core.kit.text import fold, nfc
from core.places.finder import find_units
from core.places.index import place_index
from core.places.models import Level, Unit, in_force
from core.places.writing import key

NAME = "places"
TRUTH = Path(__file__).resolve().parent.parent / "tests" / "data" / "places_truth.csv"
COLUMNS = ("commune_old", "district_old", "province_old")
_OLD = date(2025, 6, 30)
_SHORT = {"xã ": "X.", "phường ": "P. ", "thị trấn ": "TT ", "TP. ": "thành phố ", "TX. ": "T.X "}
Row = dict[str, str]


@dataclass(frozen=True)
class Answer:
    """What a finder said of a row; ("ambiguous", "") when it left the choice open."""

    level: str
    code: str
    is_warned: bool


def run(full: bool) -> list[Figure]:
    """Accuracy and time; `full` disturbs every row fifty times instead of six."""
    exact = _exact_names()
    place_index()
    dice = random.Random(1)
    disturbed = [(row, written) for row in truth() for _, written in disturbances(row, dice, slips=50 if full else 6)]
    plain = [(row, row) for row in truth()]
    figures = []
    for what, pairs, target in (("as in the register", plain, ">= 98"), ("disturbed", disturbed, "")):
        ours, theirs = _measured(asked, pairs), _measured(lambda row: _by_dictionary(exact, row), pairs)
        figures += [
            Figure(f"right, {what} ({len(pairs)} places)", ours.right, "%", f"dictionary of exact names: {theirs.right:.1f} %", ours.right / theirs.right if theirs.right else None, target),
            Figure(f"wrong without a warning, {what}", ours.silent, "", f"dictionary: {theirs.silent}", None, "= 0"),
            Figure(f"time per place, {what}", ours.milliseconds, "ms", f"dictionary: {theirs.milliseconds:.3f} ms", ours.milliseconds / theirs.milliseconds, "< 5"),
        ]  # fmt: skip
    return figures


def truth() -> list[Row]:
    """The rows of the file: the three columns, level and code of the unit that is meant."""
    with TRUTH.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def asked(row: Row) -> Answer:
    """What our finder says of the columns."""
    commune, district, province = (row[column] for column in COLUMNS)
    finding = find_units(commune=commune, district=district, province=province, on=_OLD)
    level, code = (finding.unit.level, finding.unit.code) if finding.unit else ("ambiguous", "")
    return Answer(level, code, bool(finding.warnings))


def disturbances(row: Row, dice: random.Random, *, slips: int = 6) -> Iterator[tuple[str, Row]]:
    """The row as other people would have written it. Slips that make exactly another unit's name are left out, since
    nobody could see them."""
    yield "no marks", {**row, **{column: fold(row[column]) for column in COLUMNS}}
    yield "capitals", {**row, **{column: row[column].upper() for column in COLUMNS}}
    yield "NFD", {**row, **{column: unicodedata.normalize("NFD", row[column]) for column in COLUMNS}}
    yield "dashes and spaces", {**row, **{column: f"  {row[column].replace(' - ', '–')}\xa0" for column in COLUMNS}}
    shorter = dict(row)
    for column in COLUMNS:
        for long, short in _SHORT.items():
            shorter[column] = shorter[column].replace(long, short)
    yield "prefixes", shorter
    yield "no prefix", {**row, "commune_old": row["commune_old"].removeprefix("xã ").removeprefix("thị trấn ")}
    for _ in range(slips):
        column = dice.choice([column for column in COLUMNS if row[column]])
        written = {**row, column: slip(row[column], dice)}
        if not is_another_name(written[column]):
            yield "slip", written


def slip(word: str, dice: random.Random) -> str:
    """One letter put in, left out, replaced, or swapped with its neighbour."""
    at = dice.randrange(1, len(word))
    letter = dice.choice("abcdeghiklmnoprstuvxy")
    return dice.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :],
        ]
    )


def is_another_name(written: str) -> bool:
    """Whether it is exactly the name of some unit, with or without one or two words of a prefix."""
    whole = key(written)
    ends = (whole, whole.partition(" ")[2], whole.partition(" ")[2].partition(" ")[2])
    return any(place_index().named(level, end) for level in Level for end in ends if end)


@dataclass(frozen=True)
class _Measured:
    right: float
    silent: int
    milliseconds: float


def _measured(answer: Callable[[Row], Answer], pairs: list[tuple[Row, Row]]) -> _Measured:
    start = time.perf_counter()
    answers = [answer(written) for _, written in pairs]
    seconds = time.perf_counter() - start
    right = [
        (row["level"], row["code"]) == (said.level, said.code) for (row, _), said in zip(pairs, answers, strict=True)
    ]
    silent = sum(not is_right and not said.is_warned for is_right, said in zip(right, answers, strict=True))
    return _Measured(100 * sum(right) / len(pairs), silent, 1000 * seconds / len(pairs))


def _exact_names() -> dict[tuple[str, ...], str]:
    """Full names as the list has them, from the unit up to its province → code."""
    units = Unit.objects.filter(in_force(_OLD)).select_related("parent__parent")
    return {_full_names(unit): unit.code for unit in units}


def _full_names(unit: Unit) -> tuple[str, ...]:
    own = f"{unit.kind} {unit.name}".casefold() if unit.level == Level.COMMUNE else unit.name.casefold()
    return (own, *(_full_names(unit.parent) if unit.parent else ()))


def _by_dictionary(exact: dict[tuple[str, ...], str], row: Row) -> Answer:
    given = tuple(nfc(row[column]).casefold().strip() for column in COLUMNS if row[column])
    bare = tuple(name.removeprefix("tp. ").removeprefix("tx. ") for name in given)
    code = exact.get(bare)
    level = {2: "province", 3: "district", 5: "commune"}[len(code)] if code else "ambiguous"
    return Answer(level, code or "", code is None)
