"""Counting marked rows, in one statement per subject.

Each mark is a subquery over evidence. Asked for through `aggregate`, Django writes it anew into every count that needs it,
so a dozen indicators cost a dozen times the work. Here the marks of a row are worked out once (MATERIALIZED) and only then
counted. Marks that rest on much evidence stand in tables beside the rows, made for all rows at once. Nothing but names of marks
from this code stands in the text of the statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Q

from core.kit.tables import quoted, table_of, with_tables
from ocop.indicators.marks import Marked
from ocop.indicators.registry import Beside, Indicator, Side

Counts = dict[str, int]


def key(indicator: Indicator, side: Side, part: Beside | None = None) -> str:
    """Under which name a count stands: "I1_numerator", "I2v_svc_denominator"."""
    return "_".join(each for each in (indicator.code, part or "", side.value) if each)


Found = list[tuple[tuple[Any, ...], Counts]]


def count_marked(marked: Marked, indicators: Sequence[Indicator], by: Mapping[str, Any] | None = None) -> Found:
    """The counts of all sides of these indicators (of one subject) over marked rows, by the values of the expressions `by`
    (name → expression; a name is no mark's and no column's). One query."""
    [found] = count_together([(marked, indicators, by or {})])
    return found


def count_together(parts: Sequence[tuple[Marked, Sequence[Indicator], Mapping[str, Any]]]) -> list[Found]:
    """`count_marked` of several subjects, in one query; the `by` of all of them have the same names and kinds of values."""
    names = [[name for name, _ in _conditions(indicators)] for _, indicators, _ in parts]
    width, arms, parameters = max(map(len, names)), [], list[Any]()
    for number, (marked, indicators, by) in enumerate(parts):
        statement = _statement(marked, indicators, by, width)
        if statement is not None:
            arms.append(f"SELECT {number} AS part, counted.* FROM ({statement[0]}) counted")  # noqa: S608
            parameters += statement[1]
    found: list[Found] = [[] for _ in parts]
    if not arms:
        return found
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(arms), parameters)
        for number, *row in cursor.fetchall():
            groups = len(parts[number][2])
            counts = dict(zip(names[number], row[groups:], strict=False))  # what follows only fills the line up
            found[number].append((tuple(row[:groups]), counts))
    return found


def _statement(
    marked: Marked, indicators: Sequence[Indicator], by: Mapping[str, Any], width: int
) -> tuple[str, list[Any]] | None:
    """The statement of one subject and the values in it, filled up to `width` counts; None where there can be no rows."""
    conditions = {name: _plain(each, marked.made) for name, each in _conditions(indicators)}
    beside = {mark: each.name for each in marked.tables if "row_id" in each.columns for mark in each.columns}
    asked = {name for condition in conditions.values() for name in _marks_in(condition)}
    rows = table_of("marked", marked.rows.annotate(**by), *by, *sorted(asked - set(beside)), "pk")
    if rows is None:
        return None
    joined = sorted({beside[name] for name in asked & set(beside)})
    head, parameters = with_tables([*(marked.tables if joined else ()), rows])
    names = ", ".join(f"marked.{quoted(name)}" for name in by)
    counts = [
        f"COUNT(*) FILTER (WHERE {_sql(each, beside)}) AS count_{number}"
        for number, each in enumerate(conditions.values())
    ]
    counts += [f"0 AS count_{number}" for number in range(len(counts), width)]
    sql = f"{head} SELECT {names + ', ' if names else ''}{', '.join(counts)} FROM marked"  # noqa: S608  names of our own marks
    sql += "".join(f" LEFT JOIN {quoted(name)} ON {quoted(name)}.row_id = marked.pk" for name in joined)
    return sql + (f" GROUP BY {names}" if names else ""), parameters


def _conditions(indicators: Iterable[Indicator]) -> Iterator[tuple[str, Q]]:
    for indicator in indicators:
        for side in Side:
            yield key(indicator, side), indicator.condition(side)
        for part, condition in indicator.beside.items():
            for side in (Side.NUMERATOR, Side.DENOMINATOR):
                yield key(indicator, side, part), indicator.condition(side) & condition


def _plain(condition: Q, made: Mapping[str, Q]) -> Q:
    """The condition without marks that are made of others."""
    children: list[Any] = []
    for child in list[Any](condition.children):
        if isinstance(child, Q):
            children.append(_plain(child, made))
        elif child[0] in made:
            inner = _plain(made[child[0]], made)
            children.append(inner if child[1] else ~inner)
        else:
            children.append(child)
    return Q(*children, _connector=condition.connector, _negated=condition.negated)


def _marks_in(condition: Q) -> Iterator[str]:
    for child in list[Any](condition.children):
        if isinstance(child, Q):
            yield from _marks_in(child)
        else:
            yield child[0]


def _sql(condition: Q, beside: Mapping[str, str]) -> str:
    """A condition over marks that are true or false, as text."""
    parts = []
    for child in list[Any](condition.children):
        if isinstance(child, Q):
            parts.append(_sql(child, beside))
        else:
            name, is_wanted = child
            if not isinstance(is_wanted, bool):
                raise TypeError(f"{name} is compared with {is_wanted!r}: a mark is true or false")
            mark = f"marked.{quoted(name)}"
            if name in beside:
                mark = f"COALESCE({quoted(beside[name])}.{quoted(name)}, FALSE)"
            parts.append(mark if is_wanted else f"NOT {mark}")
    joined = f" {condition.connector} ".join(parts)
    return f"NOT ({joined})" if condition.negated else f"({joined})"
