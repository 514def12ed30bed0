"""The engine inside the database: nothing to install, always in step, the default."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from search.engines.contract import (
    CANDIDATES,
    PRODUCER,
    PUBLIC_KINDS,
    Found,
    Question,
    Scope,
    Sort,
    Spot,
    metres_between,
)
from search.engines.embedded.counting import counts_of, narrowed, valid_stars
from search.engines.embedded.postgres import PostgresIndex
from search.engines.embedded.sql import Index, Sql, joined, one_of, rows, where
from search.engines.embedded.sqlite import SqliteIndex
from search.ranking.scoring import Candidate
from search.ranking.understanding import Asked

# In the order of Candidate, so that a row becomes one nearly as it is.
BEFORE_STARS = "d.id, d.kind, d.object_id, d.slug, d.name, d.producer, d.place,"
AFTER_STARS = "d.price, d.raw_name, d.raw_side, d.standing,"
PUBLISHED = {
    # SQLite keeps moments in UTC without saying so, as text.
    "sqlite": "d.published_at || '+00:00',",
    "postgresql": "d.published_at,",
}
ORDERS = {
    Sort.PRICE_UP: "d.price IS NULL, d.price",
    Sort.PRICE_DOWN: "d.price IS NULL, d.price DESC",
    Sort.NEWEST: "d.published_at DESC",
}
SUGGESTED_FROM = 5  # times as many names are read as are told: some are called alike


class EmbeddedEngine:
    """Full-text search with the database's own means (SQLite FTS5, PostgreSQL tsvector), the same answers on both."""

    name = "embedded"

    def __init__(self) -> None:
        if connection.vendor not in ("sqlite", "postgresql"):
            raise ImproperlyConfigured(f"The embedded search engine does not work on {connection.vendor}.")
        self._index: Index = SqliteIndex() if connection.vendor == "sqlite" else PostgresIndex()

    def store(self, document_id: int) -> None:
        self.store_many([document_id])

    def store_many(self, document_ids: Sequence[int]) -> None:
        self._index.store(document_ids)

    def remove(self, document_id: int) -> None:
        self._index.remove(document_id)

    def sweep(self) -> int:
        return self._index.sweep()

    def find(self, asked: Asked, question: Question, *, start: int = 0, limit: int = CANDIDATES) -> Found:
        count, matches, counts = counts_of(self._matching(asked, question.scope, []), question)
        candidates = self._candidates(asked, question, start, limit) if count > start else []
        return Found(count, matches, counts, candidates)

    def count(self, asked: Asked, question: Question) -> int:
        ((count,),) = rows(Sql("SELECT COUNT(*) FROM") + self._matching(asked, question.scope, []))
        return int(count)

    def suggest(self, beginning: Asked, *, limit: int) -> Sequence[str]:
        if not beginning.terms:
            return []
        source = self._index.source(beginning) + where(
            [
                self._index.condition(beginning),
                self._index.in_name(beginning, as_typed=False),
                one_of("d.kind", PUBLIC_KINDS),
            ]
        )
        found = rows(
            Sql("SELECT d.name, d.folded_name FROM")
            + source
            + Sql("ORDER BY d.standing DESC, d.published_at DESC, d.id DESC LIMIT %s", (limit * SUGGESTED_FROM,))
        )
        names: dict[str, str] = {}
        for name, folded in found:
            names.setdefault(folded, name)
        return list(names.values())[:limit]

    def _candidates(self, asked: Asked, question: Question, start: int, limit: int) -> list[Candidate]:
        found = rows(
            Sql(f"SELECT {BEFORE_STARS}")
            + valid_stars()
            + Sql(f", {AFTER_STARS} {PUBLISHED[connection.vendor]} d.platforms, d.latitude, d.longitude FROM")
            + self._matching(asked, question.scope, narrowed(question))
            + Sql("ORDER BY")
            + self._order(asked, question)
            + Sql("LIMIT %s OFFSET %s", (limit, start))
        )
        return [_candidate(row, question.near) for row in found]

    def _order(self, asked: Asked, question: Question) -> Sql:
        pieces = []
        near = question.near if question.sort == Sort.NEAR else None
        if near is not None or question.sort in ORDERS:
            if asked.is_marked:
                pieces.append(self._index.as_typed(asked) + Sql("DESC"))
            pieces.append(_nearest(near) if near is not None else Sql(ORDERS[question.sort]))
        elif asked.terms:
            if asked.is_marked:
                pieces.append(self._index.in_name(asked, as_typed=True) + Sql("DESC"))
            pieces += [self._index.in_name(asked, as_typed=False) + Sql("DESC"), Sql("d.standing DESC")]
        return joined(", ", [*pieces, Sql("d.published_at DESC"), Sql("d.id DESC")])

    def _matching(self, asked: Asked, scope: Scope, conditions: list[Sql]) -> Sql:
        """FROM and WHERE of what fits the words, is in the scope and passes the conditions."""
        source = self._index.source(asked) if asked.terms else Sql("search_searchdocument d")
        first = [self._index.condition(asked)] if asked.terms else []
        return source + where([*first, *_within(scope), *conditions])


def _within(scope: Scope) -> list[Sql]:
    conditions = [one_of("d.kind", scope.kinds)]
    if scope.communes is not None and PRODUCER in scope.kinds:
        conditions.append(
            Sql("(d.kind <> %s OR", (PRODUCER,)) + one_of("d.commune_code", scope.communes) + Sql(")"),
        )
    return conditions


def _nearest(spot: Spot) -> Sql:
    """By the square of the distance on a flat map around the spot: exact enough inside one country."""
    narrow = math.cos(math.radians(spot.latitude))
    return Sql(
        "d.latitude IS NULL, (d.latitude - %s) * (d.latitude - %s) + (d.longitude - %s) * (d.longitude - %s) * %s",
        (spot.latitude, spot.latitude, spot.longitude, spot.longitude, narrow * narrow),
    )


def _candidate(row: tuple[Any, ...], near: Spot | None) -> Candidate:
    published, platforms, latitude, longitude = row[12:]
    if isinstance(published, str):
        published = datetime.fromisoformat(published)
    metres = metres_between(near, latitude, longitude) if near and latitude is not None else None
    return Candidate._make((*row[:12], published, platforms, metres))
