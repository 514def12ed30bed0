"""Rows with marks, ready to be counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q, QuerySet

from core.kit.tables import Table


@dataclass(frozen=True)
class Marked:
    """Rows with marks, to be counted: annotations of `rows`, columns of those of the `tables` that have one `row_id` (at most one
    line for each; no line: false), and marks `made` of other marks."""

    rows: QuerySet[Any]
    tables: Sequence[Table] = ()
    made: Mapping[str, Q] = field(default_factory=dict)

    def but(self, rows: QuerySet[Any]) -> Marked:
        """The same marks of these rows, which are some of them or carry more marks."""
        return replace(self, rows=rows)
