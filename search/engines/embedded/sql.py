"""Pieces of SQL with their parameters; values never enter the text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connection

from search.engines.embedded.words import Wanted


@dataclass(frozen=True)
class Sql:
    """A piece of SQL and the values of its placeholders, in order."""

    text: str
    values: tuple[Any, ...] = ()

    def __add__(self, other: Sql) -> Sql:
        return Sql(f"{self.text} {other.text}", self.values + other.values)


def joined(separator: str, pieces: Iterable[Sql]) -> Sql:
    """Pieces one after the other with a separator between them."""
    found = list(pieces)
    return Sql(separator.join(piece.text for piece in found), tuple(v for piece in found for v in piece.values))


def rows(query: Sql) -> list[tuple[Any, ...]]:
    """Run a query and return all its rows."""
    with connection.cursor() as cursor:
        cursor.execute(query.text, query.values)
        return list(cursor.fetchall())


class Index(Protocol):
    """The full-text index of one kind of database. The documents are called `d` in every query."""

    def store(self, document_id: int) -> None: ...

    def remove(self, document_id: int) -> None: ...

    def sweep(self) -> int: ...

    def source(self, wanted: Wanted) -> Sql:
        """What stands after FROM when words are wanted."""

    def condition(self, wanted: Wanted) -> Sql:
        """True for documents in which every word occurs."""

    def order(self, wanted: Wanted) -> Sql:
        """Best first: names in the typed spelling, names in any spelling, then by score."""
