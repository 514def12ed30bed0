"""Real lists in, no crash; the same list in thirty ways is the same products and papers, never doubled."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from core.people.queries import SYSTEM
from ocop.certificates.actions import import_products
from ocop.certificates.models import Certificate
from ocop.register.models import OcopProduct
from ocop.register.reading import FileRefused, Row, read_rows
from ocop.register.rules import maker_key, row_key
from tests.ocop.register.wild import VARIANTS, as_csv, variant

OWN = Path("ocop/register/data/ocop_products.csv")
OTHERS = sorted((Path(__file__).parent / "lists").glob("*.csv"))
FEW = 60


@pytest.fixture(scope="module")
def table() -> tuple[list[str], list[list[str]]]:
    """The columns and some sixty rows of the real list, those with the strangest cells among them."""
    with OWN.open(encoding="utf-8", newline="") as file:
        names, *rows = list(csv.reader(file))
    return names, random.Random(7).sample(rows, FEW)


def said(row: Row) -> tuple[object, ...]:
    """What a row says, whichever way it was written."""
    date = (row.recognised.first_day, row.recognised.precision) if row.recognised else None
    return row_key(row), maker_key(row.producer), row.stars, date, row.refusal


def test_the_own_list_is_read_whole() -> None:
    rows = read_rows(OWN.read_bytes())
    assert (len(rows), [row.number for row in rows if row.refusal]) == (245, [])


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.stem)
def test_another_list_is_answered_with_a_sentence(path: Path) -> None:
    with pytest.raises(FileRefused, match="Không thấy dòng tiêu đề"):
        read_rows(path.read_bytes())


def test_there_are_thirty_ways_and_three_other_lists() -> None:
    assert (len(VARIANTS), len(OTHERS)) == (30, 3)


@pytest.mark.parametrize(
    "number", range(len(VARIANTS)), ids=lambda number: "-".join([VARIANTS[number][0], *VARIANTS[number][1]])
)
def test_every_way_says_the_same(table: tuple[list[str], list[list[str]]], number: int) -> None:
    names, rows = table
    shape, what = VARIANTS[number]
    wanted = [said(row) for row in read_rows(as_csv(names, rows))]
    found = [said(row) for row in read_rows(variant(names, rows, shape, what, seed=number))]
    assert found == wanted


@pytest.mark.django_db
def test_all_ways_one_after_the_other_make_each_product_and_paper_once(
    table: tuple[list[str], list[list[str]]],
) -> None:
    names, rows = table
    import_products(content=as_csv(names, rows), by=SYSTEM)
    products, papers = OcopProduct.objects.count(), Certificate.objects.count()
    for number, (shape, what) in enumerate(VARIANTS):
        report = import_products(content=variant(names, rows, shape, what, seed=number), by=SYSTEM)
        counts = report.counts()
        assert (counts["created"], counts["refused"]) == (0, 0), (shape, what)
    assert (OcopProduct.objects.count(), Certificate.objects.count()) == (products, papers)
