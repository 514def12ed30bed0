"""Named parts of one SQL statement (WITH name AS …), for counts that go through all rows at once.

A mark written as a subquery of its row is worked out row by row, and once for every count that asks for it. Written as a table
beside the rows it is worked out once for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


@dataclass(frozen=True)
class Table:
    """One part: its name, its columns, its statement (which may name the parts before it) and the values in it. Nothing from
    outside stands in the text."""

    name: str
    columns: tuple[str, ...]
    sql: str
    parameters: tuple[Any, ...] = ()


def table_of(name: str, rows: QuerySet[Any], *columns: str) -> Table | None:
    """A queryset as a part, with these fields or annotations of it as columns; None where it can hold nothing."""
    try:
        text, parameters = rows.order_by().values_list(*columns).query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return None
    return Table(name, columns, text, tuple(parameters))


def with_tables(tables: Sequence[Table]) -> tuple[str, list[Any]]:
    """The head of a statement, "WITH a (…) AS MATERIALIZED (…), b …", and its values in order."""
    parts = [
        f"{quoted(each.name)} ({', '.join(map(quoted, each.columns))}) AS MATERIALIZED ({each.sql})" for each in tables
    ]
    return "WITH " + ", ".join(parts), [value for each in tables for value in each.parameters]


def moment(at: datetime) -> Any:
    """A moment as this database stores it, to be compared in a statement written by hand."""
    return connection.ops.adapt_datetimefield_value(at)


def quoted(name: str) -> str:
    """A name of our own as it stands in a statement."""
    return connection.ops.quote_name(name)
