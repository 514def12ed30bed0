"""Counting marked rows, in one statement per subject.

Each mark is a subquery over evidence. Asked for through `aggregate`, Django writes it anew into every count that needs it,
so a dozen indicators cost a dozen times the work. Here the marks of a row are worked out once (MATERIALIZED) and only then
counted. Nothing but names of marks from this code stands in the text of the statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet

from ocop.indicators.registry import Beside, Indicator, Side

Counts = dict[str, int]


def key(indicator: Indicator, side: Side, part: Beside | None = None) -> str:
    """Under which name a count stands: "I1_numerator", "I2v_svc_denominator"."""
    return "_".join(each for each in (indicator.code, part or "", side.value) if each)


def count_marked(
    rows: QuerySet[Any], indicators: Sequence[Indicator], by: Mapping[str, Any] | None = None
) -> list[tuple[tuple[Any, ...], Counts]]:
    """The counts of all sides of these indicators (of one subject) over marked rows, by the values of the expressions `by`
    (name → expression; a name is no mark's and no column's). One query."""
    groups = dict(by or {})
    conditions = dict(_conditions(indicators))
    marks = sorted({name for condition in conditions.values() for name in _marks_in(condition)})
    chosen = rows.order_by().annotate(**groups).values(*groups, *marks)
    try:
        inner, parameters = chosen.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return []
    names = ", ".join(_quoted(name) for name in groups)
    counts = ", ".join(f"COUNT(*) FILTER (WHERE {_sql(condition)})" for condition in conditions.values())
    columns = ", ".join(_quoted(name) for name in (*groups, *marks))
    sql = (
        f"WITH marked ({columns}) AS MATERIALIZED ({inner}) SELECT {names + ', ' if names else ''}{counts} FROM marked"  # noqa: S608  names of our own marks
    )
    sql += f" GROUP BY {names}" if names else ""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found = cursor.fetchall()
    return [(row[: len(groups)], dict(zip(conditions, row[len(groups) :], strict=True))) for row in found]


def _conditions(indicators: Iterable[Indicator]) -> Iterator[tuple[str, Q]]:
    for indicator in indicators:
        for side in Side:
            yield key(indicator, side), indicator.condition(side)
        for part, condition in indicator.beside.items():
            for side in (Side.NUMERATOR, Side.DENOMINATOR):
                yield key(indicator, side, part), indicator.condition(side) & condition


def _marks_in(condition: Q) -> Iterator[str]:
    children: list[Any] = condition.children
    for child in children:
        if isinstance(child, Q):
            yield from _marks_in(child)
        else:
            yield child[0]


def _sql(condition: Q) -> str:
    """A condition over marks that are true or false, as text."""
    parts, children = [], list[Any](condition.children)
    for child in children:
        if isinstance(child, Q):
            parts.append(_sql(child))
        else:
            name, is_wanted = child
            if not isinstance(is_wanted, bool):
                raise TypeError(f"{name} is compared with {is_wanted!r}: a mark is true or false")
            parts.append(_quoted(name) if is_wanted else f"NOT {_quoted(name)}")
    joined = f" {condition.connector} ".join(parts)
    return f"NOT ({joined})" if condition.negated else f"({joined})"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
