"""Our tree of goods and the rules about them, brought from the data files into the tables."""

from __future__ import annotations

import csv
from datetime import date

from market.goods.models import Category, GoodsRule
from market.goods.tree import DATA, Level, nodes


def load_categories() -> None:
    """Bring the tree to the state of its file; codes never change their meaning, and none is taken away: a listing may
    hold it. Sectors and groups are there to look by, not to be chosen."""
    rows: dict[str, Category] = {}
    for position, node in enumerate(nodes().values(), 1):
        rows[node.code], _ = Category.objects.update_or_create(
            code=node.code,
            defaults={
                "name": node.name,
                "parent": rows.get(node.parent),
                "sector": node.sector,
                "ocop_set": node.ocop_set,
                "words": list(node.words),
                "position": position,
                "is_offered": node.level in {Level.SET, Level.LEAF},
            },
        )
    Category.objects.exclude(code__in=rows).update(is_offered=False)


def load_rules() -> None:
    """Bring the rules to the state of their file: a rule is its code and its first day. One that left the file was never
    law, so it goes."""
    kept = []
    with (DATA / "rules.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rule, _ = GoodsRule.objects.update_or_create(
                code=row["code"],
                effective_from=date.fromisoformat(row["effective_from"]),
                defaults={
                    "kind": row["kind"],
                    **{name: _list(row[name]) for name in ("categories", "words", "innocent")},
                    **{name: _day(row[name]) for name in ("effective_to", "suspended_from", "suspended_until")},
                    **{name: row[name] for name in ("field", "sentence", "source")},
                    "from_degree": int(row["from_degree"]) if row["from_degree"] else None,
                    "blocks": row["blocks"] == "1",
                },
            )
            kept.append(rule.pk)
    GoodsRule.objects.exclude(pk__in=kept).delete()


def _list(cell: str) -> list[str]:
    return [part for part in cell.split("|") if part]


def _day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None
