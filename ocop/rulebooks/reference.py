"""The rulebooks as dated data, what is known of rubric 1, and a made-up rubric to try with.

Only what has been read stands here. Rubrics are entered by sheet (`sheet.py`); what nobody has entered is «chưa nhập».
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.db import transaction

from core.kit import clock
from ocop.register.models import TAXONOMY_OF_2026, TaxonomyNode
from ocop.rulebooks.models import Criterion, Option, Rubric, Rulebook

DATA = Path(__file__).parent / "data"
SAMPLE_NAME = "Bộ tiêu chí bịa, chỉ để thử"


@dataclass(frozen=True)
class Document:
    """A document of the programme that holds no criteria; `day` None where it was not read."""

    document: str
    day: date | None
    role: str
    status: str


@lru_cache(maxsize=1)
def other_documents() -> tuple[Document, ...]:
    """The documents around the rulebooks, as the file lists them."""
    return tuple(
        Document(row["document"], _day(row["day"]), row["role"], row["status"]) for row in _rows("history.csv")
    )


@transaction.atomic
def load_rulebooks() -> None:
    """Bring the rulebooks to the state of their file, and add the rubrics we know of where there is none yet. Rubrics that people
    have entered stay."""
    for row in _rows("rulebooks.csv"):
        Rulebook.objects.update_or_create(
            decision=row["decision"],
            defaults={
                "name": row["name"],
                "valid_from": date.fromisoformat(row["valid_from"]),
                "valid_to": _day(row["valid_to"]),
                **{name: int(row[name]) if row[name] else None for name in ("part_a", "part_b", "part_c")},
                "note": row["note"],
            },
        )
    of_2026 = Rulebook.objects.get(decision=TAXONOMY_OF_2026)
    first = TaxonomyNode.objects.get(taxonomy__decision=TAXONOMY_OF_2026, level=TaxonomyNode.Level.SET, number=1)
    if not Rubric.objects.filter(rulebook=of_2026, product_set=first).exists():
        rubric = Rubric.objects.create(rulebook=of_2026, product_set=first, name=first.name, entered_at=clock.now())
        _fill(rubric, _rows("rubric_1.csv"))
    if not Rubric.objects.filter(rulebook=of_2026, is_sample=True).exists():
        sample = Rubric.objects.create(
            rulebook=of_2026,
            name=SAMPLE_NAME,
            is_sample=True,
            knock_outs=["Hồ sơ khai sai sự thật (bịa để thử)"],
            entered_at=clock.now(),
        )
        _fill(sample, _rows("sample.csv"))


def _fill(rubric: Rubric, rows: Iterable[dict[str, str]]) -> None:
    criteria: dict[str, Criterion] = {}
    for row in rows:
        if row["number"] not in criteria:
            criteria[row["number"]] = Criterion.objects.create(
                rubric=rubric,
                position=len(criteria) + 1,
                part=row["part"],
                number=row["number"],
                name=row["name"],
                most=int(row["most"]),
            )
        if row.get("points"):
            criterion = criteria[row["number"]]
            Option.objects.create(
                criterion=criterion,
                position=criterion.options.count() + 1,
                points=int(row["points"]),
                text=row["text"],
                minimum_for=int(row["minimum"] or 0),
            )


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None
