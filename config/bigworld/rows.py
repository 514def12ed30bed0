"""Rows into tables by the ten thousand: `COPY` of lines made here, or `INSERT … SELECT` of what the database makes itself.

Columns that are not named get their field's default, as a new row in Python would: a table that has grown a column is no
reason to change this. Constraints and triggers are the database's and stay on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db import models
from django.db.models.fields import NOT_PROVIDED

_LINES = 500


def copy_lines(cursor: Any, model: type[models.Model], columns: Sequence[str], lines: Iterable[str]) -> None:
    """COPY these lines (`line`) of these columns into a table."""
    rest = _defaults(model, columns)
    tail = "".join(f"\t{written(value)}" for value in rest.values()) + "\n"
    names = ", ".join(f'"{name}"' for name in (*columns, *rest))
    waiting = iter(lines)
    # The first lines are made before the connection is busy: they may look something up.
    part = list(islice(waiting, _LINES))
    with cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy:
        while part:
            copy.write(tail.join(part) + tail)
            part = list(islice(waiting, _LINES))


def insert_select(
    cursor: Any,
    model: type[models.Model],
    source: str,
    given: Mapping[str, str],
    values: Mapping[str, Any] | None = None,
) -> None:
    """Insert what a source (all that follows FROM) yields: column → expression, with `%(name)s` for `values`."""
    rest = _defaults(model, list(given))
    names = ", ".join(f'"{name}"' for name in (*given, *rest))
    asked = ", ".join((*given.values(), *(f"%(default_{name})s" for name in rest)))
    ours = {f"default_{name}": value for name, value in rest.items()}
    statement = f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {asked} FROM {source}'  # noqa: S608  names and statements of our own
    cursor.execute(statement, ours | dict(values or {}))


def line(*values: Any) -> str:
    """Values as COPY reads them, side by side."""
    return "\t".join(written(value) for value in values)


def written(value: Any) -> str:
    """One value as COPY reads it."""
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, str):
        return value.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n") if not value.isalnum() else value
    return str(value)


def _defaults(model: type[models.Model], columns: Sequence[str]) -> dict[str, Any]:
    """The other columns of a table with their field's default. ValueError: a field has none that is the same for all rows."""
    found: dict[str, Any] = {}
    for field in model._meta.local_concrete_fields:
        assert field.column is not None
        if field.column in columns:
            continue
        value = field.get_default()
        is_own = callable(field.default) and field.default not in (list, dict, NOT_PROVIDED)
        if is_own or (value is None and not field.null):
            raise ValueError(f"{model.__name__}.{field.column} must be given")
        found[field.column] = json.dumps(value) if isinstance(value, list | dict) else value
    return found
