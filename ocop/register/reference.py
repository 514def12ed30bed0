"""The list of sectors, groups and sets of Decision 26/2026/QĐ-TTg, brought from its file into the tables.

The file is a summary in our own words. Where the summary names ministries once for a row of sets, they are meant for all of them; in
sectors III to VI group and set are the same thing, which gives the decision's 17 groups. Neither has been compared with the gazette.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.db import transaction

from ocop.register.models import TAXONOMY_OF_2026, Taxonomy, TaxonomyNode

DATA = Path(__file__).parent / "data"
SINCE = date(2026, 5, 22)
SOURCE = "Phụ lục Quyết định 26/2026/QĐ-TTg ngày 22/5/2026, tóm tắt bằng lời của Lên Sàn, chưa đối chiếu với Công báo."


@dataclass(frozen=True)
class Line:
    """One line of the file. `parent` is the number of what it stands under, 0 for a sector."""

    level: str
    number: int
    parent: int
    name: str
    lead: str
    is_service: bool


@lru_cache(maxsize=1)
def lines() -> tuple[Line, ...]:
    """Every line, parents before children."""
    with (DATA / "taxonomy_26_2026.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Line(
                row["level"], int(row["number"]), int(row["parent"] or 0), row["name"], row["lead"],
                row["is_service"] == "1",
            )
            for row in csv.DictReader(file)
        )  # fmt: skip


@transaction.atomic
def load_taxonomy() -> None:
    """Bring the tables to the state of the file; a number never changes its meaning, so nodes keep their identity."""
    taxonomy, _ = Taxonomy.objects.update_or_create(
        decision=TAXONOMY_OF_2026, defaults={"valid_from": SINCE, "source": SOURCE}
    )
    above = {"group": "sector", "set": "group"}
    nodes: dict[tuple[str, int], TaxonomyNode] = {}
    for line in lines():
        nodes[line.level, line.number], _ = TaxonomyNode.objects.update_or_create(
            taxonomy=taxonomy,
            level=line.level,
            number=line.number,
            defaults={
                "parent": nodes[above[line.level], line.parent] if line.parent else None,
                "name": line.name,
                "lead": line.lead,
                "is_service": line.is_service,
            },
        )
