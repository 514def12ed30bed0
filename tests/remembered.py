"""Standing worlds of the tests, made once by the real actions and laid out again for every other test.

Most tests begin with the same people, shop and listing, and making them through the actions takes longer than most tests. The
first test of a process makes them; what they wrote (rows and files) is laid out anew in the transactions of the others, with the
same keys. Whatever could make a difference makes it the slow way again: other writes before it in the same test, a travelled
clock, another day, real transactions.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import time_machine
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from core.kit import clock

Made = TypeVar("Made")
Standing = Callable[[str, Callable[[], Any]], Any]
# Neither SELECT … FOR UPDATE OF nor ON CONFLICT DO UPDATE SET names a table that is written.
_WRITES = re.compile(
    r'\b(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|(?<!FOR )(?<!DO )UPDATE|DELETE\s+FROM)\s+"?(\w+)"?', re.IGNORECASE
)
# The word index of the embedded search engine is a table without a model.
_WITHOUT_MODEL = {"search_index": ("rowid", ["rowid", "raw_name", "folded_name", "raw_body", "folded_body"])}
_NOW = clock.now


@dataclass(frozen=True)
class World:
    """What making it changed, as statements in the order of the tables, its files by their path, and what it gave back."""

    statements: tuple[str, ...]
    files: dict[str, bytes]
    given: bytes


class Memory:
    """The worlds of a test process. `stands` names those that stand in the running test, oldest first; None: something else was
    written since."""

    def __init__(self) -> None:
        self.worlds: dict[tuple[Any, ...], World | None] = {}
        self.stands: tuple[str, ...] | None = None
        self._touched: list[str] | None = None

    def begin(self) -> None:
        """A test begins, on a database with nothing but the reference data."""
        self.stands = ()

    def forget(self) -> None:
        """The database is another one: its sequences begin again."""
        self.worlds.clear()

    def watch(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Hears every statement of the test (Django's `execute_wrapper`)."""
        written = _WRITES.findall(sql)
        if written and self._touched is not None:
            self._touched.extend(written)
        elif written:
            self.stands = None
        return execute(sql, params, many, context)

    def world(self, name: str, make: Callable[[], Made], folder: Path) -> Made:
        """What `make` gives, made now or laid out from memory; its files are those that it left in `folder`."""
        before = self.stands
        if before is None or not connection.in_atomic_block or _is_time_strange():
            return make()
        key = (*before, name, clock.today(), *settings.FIELD_KEYS)  # what is encrypted stays so under other keys
        if key not in self.worlds:
            self.worlds[key] = self._record(make, folder)
        world = self.worlds[key]
        if world is None:
            return make()
        self._lay_out(world, folder)
        self.stands = (*before, name)
        given: Made = pickle.loads(world.given)
        return given

    def _record(self, make: Callable[[], Any], folder: Path) -> World | None:
        """Makes it, notes what has changed, and takes it back."""
        self._touched = []
        mark, had = transaction.savepoint(), _files(folder)
        try:
            given = make()
            tables = {table: _rows(table) for table in dict.fromkeys(self._touched)}
            files = {path: data for path, data in _files(folder).items() if had.get(path) != data}
        finally:
            transaction.savepoint_rollback(mark)
            self._touched = None
        if None in tables.values():
            return None
        statements = [
            each for table, rows in tables.items() for each in _changes(table, _rows(table) or {}, rows or {})
        ]
        return World(tuple(statements), files, pickle.dumps(given))

    def _lay_out(self, world: World, folder: Path) -> None:
        self._touched = []
        try:
            with connection.cursor() as cursor:
                for statement in world.statements:
                    cursor.execute(statement)
        finally:
            self._touched = None
        for path, data in world.files.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)


def _is_time_strange() -> bool:
    return time_machine.escape_hatch.is_travelling() or clock.now is not _NOW


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _columns(table: str) -> tuple[str, list[str]] | None:
    """The key and the columns that may be written; None: a table that nobody here knows."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table == table:
            fields = [
                field for field in model._meta.local_concrete_fields if not isinstance(field, models.GeneratedField)
            ]
            return str(model._meta.pk.column), [str(field.column) for field in fields]
    return _WITHOUT_MODEL.get(table)


def _rows(table: str) -> dict[str, tuple[str, ...]] | None:
    """The rows by their key, every value as the database itself would write it in a statement."""
    found = _columns(table)
    if found is None:
        return None
    key, columns = found
    literal = "quote({})" if connection.vendor == "sqlite" else "quote_nullable({}::text)"
    chosen = ", ".join(literal.format(f'"{column}"') for column in (key, *columns))
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {chosen} FROM "{table}"')
        return {row[0]: tuple(row[1:]) for row in cursor.fetchall()}


def _changes(table: str, before: dict[str, tuple[str, ...]], after: dict[str, tuple[str, ...]]) -> list[str]:
    key, columns = _columns(table) or ("", [])
    named = [f'"{column}"' for column in columns]
    made = [f"({', '.join(row)})" for pk, row in after.items() if pk not in before]
    statements = [f'INSERT INTO "{table}" ({", ".join(named)}) VALUES {", ".join(made)}'] if made else []
    for pk, row in after.items():
        if pk in before and before[pk] != row:
            pairs = ", ".join(f"{name} = {value}" for name, value in zip(named, row, strict=True))
            statements.append(f'UPDATE "{table}" SET {pairs} WHERE "{key}" = {pk}')
    return statements + [f'DELETE FROM "{table}" WHERE "{key}" = {pk}' for pk in before if pk not in after]
