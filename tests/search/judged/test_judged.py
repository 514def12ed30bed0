"""The judged questions themselves."""

from __future__ import annotations

import csv
from collections import Counter

from benchmarks.judged import PRODUCTS, judged


def _products() -> set[tuple[str, str]]:
    with PRODUCTS.open(encoding="utf-8", newline="") as file:
        rows = [(row["name"], row["producer"]) for row in csv.DictReader(file)]
    assert len(rows) == len(set(rows)) == 245
    return set(rows)


def test_every_question_is_asked_once_and_wants_products_that_there_are() -> None:
    questions, products = judged(), _products()
    assert len(questions) >= 150
    assert not [query for query, count in Counter(each.query for each in questions).items() if count > 1]
    for each in questions:
        assert each.grades.keys() <= products, each.query
        assert set(each.grades.values()) <= {1, 2, 3}, each.query
        assert 3 in each.grades.values(), f"somebody who types {each.query} wants something"


def test_questions_are_of_many_kinds() -> None:
    kinds = Counter(each.kind for each in judged())
    assert len(kinds) >= 12
    assert min(kinds.values()) >= 4, kinds
