"""Judged questions over the register that the product ships, and how well an engine answers them.

`data/judged_queries.csv` has one question per line, `data/judged_products.csv` the products somebody who asks it wants to see: grade 3
is the very thing, 2 nearly so (another make of it, made with it), 1 better than nothing. What is not listed is not wanted. Products are
named by their name and maker, which no two share. Questions and grades were written down before any answer was looked at.
"""

from __future__ import annotations

import csv
import io
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.kit import clock
from core.people.queries import SYSTEM
from ocop.certificates.actions import import_products
from ocop.register.models import OcopProduct
from search.documents.actions import rebuild_documents
from search.documents.models import SearchDocument
from search.engines.answering import answered
from search.engines.contract import Engine, Question, Scope

HERE = Path(__file__).parent
PRODUCTS = HERE.parent / "ocop" / "register" / "data" / "ocop_products.csv"
TOP = 10
WANTED = 2  # the lowest grade that counts for recall
# The public finds only what has a class and a paper that speaks today, and every product shall be there to be found: the class where
# the file is silent.
CLASS = "3"

Key = tuple[str, str]


@dataclass(frozen=True)
class Judged:
    """A question, its kind and the grades of what is wanted by (name, maker)."""

    query: str
    kind: str
    grades: dict[Key, int]


@dataclass(frozen=True)
class Outcome:
    """One question answered: its first ten, nDCG and recall of these (0 to 1); `is_empty` without any result."""

    judged: Judged
    first: tuple[Key, ...]
    ndcg: float
    recall: float
    is_empty: bool


@dataclass(frozen=True)
class Quality:
    """All questions of one engine."""

    outcomes: Sequence[Outcome]

    @property
    def ndcg(self) -> float:
        return sum(each.ndcg for each in self.outcomes) / len(self.outcomes)

    @property
    def recall(self) -> float:
        return sum(each.recall for each in self.outcomes) / len(self.outcomes)

    @property
    def empty(self) -> float:
        """The share of questions that find nothing."""
        return sum(each.is_empty for each in self.outcomes) / len(self.outcomes)


def judged() -> list[Judged]:
    """Every judged question."""
    grades: defaultdict[str, dict[Key, int]] = defaultdict(dict)
    for row in _rows("judged_products.csv"):
        grades[row["query"]][row["name"], row["producer"]] = int(row["grade"])
    return [Judged(row["query"], row["kind"], grades[row["query"]]) for row in _rows("judged_queries.csv")]


def make_world() -> int:
    """The shipped register in this database, every product findable; returns how many are. Reference data must be loaded."""
    import_products(content=_completed().encode(), by=SYSTEM)
    rebuild_documents()
    return SearchDocument.objects.filter(kind=SearchDocument.Kind.OCOP).count()


def quality(engine: Engine, questions: Sequence[Judged]) -> Quality:
    """How well an engine answers, through the same door as the page."""
    # Results do not name makers who may be persons, so what was found is told apart by the register.
    products = {pk: (name, maker) for pk, name, maker in OcopProduct.objects.values_list("pk", "name", "producer_name")}
    return Quality([_outcome(engine, each, products) for each in questions])


def differing(one: Quality, other: Quality) -> list[str]:
    """Questions whose first ten are not the same set in both."""
    return [
        mine.judged.query
        for mine, theirs in zip(one.outcomes, other.outcomes, strict=True)
        if set(mine.first) != set(theirs.first)
    ]


def _outcome(engine: Engine, each: Judged, products: dict[int, Key]) -> Outcome:
    answer = answered(engine, Question(each.query, scope=Scope(kinds=(SearchDocument.Kind.OCOP.value,))))
    first = tuple(products[hit.object_id] for hit in answer.hits[:TOP])
    best = sorted(each.grades.values(), reverse=True)[:TOP]
    wanted = {key for key, grade in each.grades.items() if grade >= WANTED}
    return Outcome(
        judged=each,
        first=first,
        ndcg=_gain([each.grades.get(key, 0) for key in first]) / _gain(best),
        recall=len(wanted.intersection(first)) / min(TOP, len(wanted)),
        is_empty=not answer.count,
    )


def _gain(grades: Sequence[int]) -> float:
    return sum(((1 << grade) - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


def _completed() -> str:
    """The file with a class in every line and papers of today."""
    with PRODUCTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    today = clock.today().isoformat()
    writer.writerows(row | {"stars": row["stars"] or CLASS, "recognised_on": today} for row in rows)
    return out.getvalue()


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
