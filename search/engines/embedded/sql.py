"""Pieces of SQL with their parameters; values never enter the text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connection

from search.ranking.understanding import Asked


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


def one_of(column: str, values: Sequence[Any]) -> Sql:
    """True where a column has one of these values; never without any."""
    if not values:
        return Sql("1 = 0")
    return Sql(f"{column} IN ({', '.join(['%s'] * len(values))})", tuple(values))


def where(conditions: Sequence[Sql]) -> Sql:
    """WHERE with all of them; nothing without any."""
    return Sql("WHERE") + joined(" AND ", conditions) if conditions else Sql("")


def rows(query: Sql) -> list[tuple[Any, ...]]:
    """Run a query and return all its rows."""
    with connection.cursor() as cursor:
        cursor.execute(query.text, query.values)
        return list(cursor.fetchall())


class Index(Protocol):
    """The full-text index of one kind of database. The documents are called `d` in every query."""

    def store(self, document_ids: Sequence[int]) -> None: ...

    def remove(self, document_id: int) -> None: ...

    def sweep(self) -> int: ...

    def source(self, asked: Asked) -> Sql:
        """What stands after FROM when words are wanted."""

    def condition(self, asked: Asked) -> Sql:
        """True for documents in which every term occurs."""

    def in_name(self, asked: Asked, *, as_typed: bool) -> Sql:
        """True for documents with every typed word in their name: with the marks it was typed with, or in any spelling."""

    def as_typed(self, asked: Asked) -> Sql:
        """True for documents with every typed word somewhere with the marks it was typed with, or written without any."""
