"""Adding and changing rows by the hundred, for imports: Django's `bulk_create` asks every field of every row four times how it
wants to be written, which is most of the time that a list of a province takes. No table of its own.

What fields and models promise holds here too: a field's own `pre_save` (blind indexes) and its way of being written
(encryption) are asked; only what is written as it is passes by. Constraints and triggers are the database's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, models, transaction

_PLAIN = {
    models.CharField, models.TextField, models.IntegerField, models.PositiveIntegerField, models.PositiveSmallIntegerField,
    models.BigIntegerField, models.BooleanField, models.ForeignKey, models.OneToOneField, models.AutoField, models.BigAutoField,
}  # fmt: skip
_PLAIN_TYPES = frozenset({str, int, bool, type(None)})
_PARAMETERS = 30_000  # SQLite takes 32,766 in one statement


def insert_many(rows: Sequence[models.Model]) -> None:
    """Add these new rows of one model, in few statements; each gets its key. In the caller's transaction (RuntimeError
    without one). A CharField's choices and lengths are not checked, as in `bulk_create`."""
    if not rows:
        return
    _refuse_outside()
    meta = rows[0]._meta
    fields = [field for field in meta.local_concrete_fields if not field.primary_key]
    writers = [_writer(field) for field in fields]
    at_once = _PARAMETERS // len(fields)
    names = ", ".join(_quoted(field.column) for field in fields)
    one = f"({', '.join(['%s'] * len(fields))})"
    with connection.cursor() as cursor:
        for start in range(0, len(rows), at_once):
            part = rows[start : start + at_once]
            values = [write(row) for row in part for write in writers]
            places = ", ".join([one] * len(part))
            sql = f"INSERT INTO {_quoted(meta.db_table)} ({names}) VALUES {places} RETURNING {_quoted(meta.pk.column)}"  # noqa: S608
            cursor.execute(sql, values)
            for row, (key,) in zip(part, cursor.fetchall(), strict=True):
                row.pk = key
                row._state.adding, row._state.db = False, connection.alias


def update_many(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write these fields of rows that are there, by their keys. In the caller's transaction, which holds their locks."""
    if not rows:
        return
    _refuse_outside()
    meta = rows[0]._meta
    fields: list[Any] = [meta.get_field(name) for name in names]
    writers = [_writer(field) for field in (*fields, meta.pk)]
    places = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    sql = f"UPDATE {_quoted(meta.db_table)} SET {places} WHERE {_quoted(meta.pk.column)} = %s"  # noqa: S608  names of our own models
    with connection.cursor() as cursor:
        cursor.executemany(sql, [[write(row) for write in writers] for row in rows])


def _refuse_outside() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("rows are written together in a transaction")


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(name or "")


def _writer(field: Any) -> Callable[[Any], Any]:
    """How this field of a row is handed to the database."""
    name = field.attname
    if type(field).pre_save is not models.Field.pre_save and not isinstance(field, models.DateField):
        return lambda row: field.get_db_prep_save(field.pre_save(row, row._state.adding), connection)
    if type(field) not in _PLAIN:
        return lambda row: field.get_db_prep_save(getattr(row, name), connection)

    def plain(row: Any) -> Any:
        value = getattr(row, name)
        return value if value.__class__ in _PLAIN_TYPES else field.get_db_prep_save(value, connection)

    return plain
