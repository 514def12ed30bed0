"""The engine inside the database: nothing to install, always in step, the default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from core.kit import clock
from search.documents.models import SearchDocument
from search.engines.contract import CATEGORY, PAGE_SIZE, PROVINCE, Answer, Hit, Question, Sort
from search.engines.embedded.facets import Group, chosen, count_of, facets_of
from search.engines.embedded.postgres import PostgresIndex
from search.engines.embedded.spelling import nearby_questions, vocabulary_of
from search.engines.embedded.sql import Index, Sql, joined, rows
from search.engines.embedded.sqlite import SqliteIndex
from search.engines.embedded.words import Wanted, words_of

# The words of so many newest documents are known to the spelling help; it reads them only when nothing was found.
KNOWN_DOCUMENTS = 5_000
MOST_TRIES = 8
MOST_MISSPELT = 8  # words; nobody mistypes one word of sixteen and means all of them
COLUMNS = "d.kind, d.object_id, d.slug, d.name, d.producer, d.place"
ORDERS = {
    Sort.PRICE_UP: "d.price IS NULL, d.price",
    Sort.PRICE_DOWN: "d.price IS NULL, d.price DESC",
    Sort.NEWEST: "d.published_at DESC",
}
FACET_COLUMNS = {CATEGORY: "d.category_code", PROVINCE: "d.province_code"}


class EmbeddedEngine:
    """Full-text search with the database's own means (SQLite FTS5, PostgreSQL tsvector), the same answers on both.

    Source of the ranking: bm25 of FTS5 and ts_rank of PostgreSQL order only within a tier; the tiers (name as typed,
    name in any spelling, elsewhere) are the same everywhere.
    """

    name = "embedded"

    def __init__(self) -> None:
        if connection.vendor not in ("sqlite", "postgresql"):
            raise ImproperlyConfigured(f"The embedded search engine does not work on {connection.vendor}.")
        self._index: Index = SqliteIndex() if connection.vendor == "sqlite" else PostgresIndex()

    def store(self, document_id: int) -> None:
        self._index.store(document_id)

    def remove(self, document_id: int) -> None:
        self._index.remove(document_id)

    def sweep(self) -> int:
        return self._index.sweep()

    def search(self, question: Question) -> Answer:
        words = words_of(question.text)
        wanted = Wanted(words, keep_marks=True)
        # A question without a single letter or digit (an emoji, a bracket) means nothing that is for sale.
        groups = self._groups(wanted) if words or not question.text.strip() else []
        if not groups and any(word.is_marked for word in words):
            wanted = replace(wanted, keep_marks=False)
            groups = self._groups(wanted)
        narrowed = chosen(question)
        count = count_of(groups, narrowed)
        return Answer(
            count=count,
            matches=sum(group.count for group in groups),
            hits=self._hits(wanted, question) if count > (question.page - 1) * PAGE_SIZE else [],
            facets=facets_of(groups, narrowed),
            did_you_mean=None if groups else self._nearby(wanted),
        )

    def _groups(self, wanted: Wanted) -> list[Group]:
        """All matching documents counted by their facet values: one query gives the total and every facet."""
        return [
            Group(category, category_name, province, province_name, str(stars or ""), count)
            for category, category_name, province, province_name, stars, count in rows(
                Sql("SELECT d.category_code, MAX(d.category_name), d.province_code, MAX(d.province_name),")
                + _valid_stars()
                + Sql("AS valid_stars, COUNT(*) FROM")
                + self._from_where(wanted, [])
                + Sql("GROUP BY 1, 3, 5")
            )
        ]

    def _hits(self, wanted: Wanted, question: Question) -> list[Hit]:
        if question.sort != Sort.RELEVANCE:
            order = Sql(ORDERS[question.sort])
        elif wanted.words:
            order = self._index.order(wanted)
        else:
            order = Sql(ORDERS[Sort.NEWEST])
        page = Sql(
            ", d.published_at DESC, d.id DESC LIMIT %s OFFSET %s",
            (PAGE_SIZE, (question.page - 1) * PAGE_SIZE),
        )
        found = rows(
            Sql(f"SELECT {COLUMNS},")
            + _valid_stars()
            + Sql("AS valid_stars, d.price FROM")
            + self._from_where(wanted, _narrowing(question))
            + Sql("ORDER BY")
            + order
            + page
        )
        return [Hit(*row) for row in found]

    def _from_where(self, wanted: Wanted, conditions: list[Sql]) -> Sql:
        source = Sql("search_searchdocument d")
        if wanted.words:
            source = self._index.source(wanted)
            conditions = [self._index.condition(wanted), *conditions]
        return source + Sql("WHERE") + joined(" AND ", conditions) if conditions else source

    def _nearby(self, wanted: Wanted) -> str | None:
        """The first nearby question that finds something, or None."""
        if not 0 < len(wanted.words) <= MOST_MISSPELT:
            return None
        newest = SearchDocument.objects.order_by("-published_at", "-pk").values_list("name", "producer", "place")
        vocabulary = vocabulary_of(text for document in newest[:KNOWN_DOCUMENTS] for text in document)
        for text in islice(nearby_questions(wanted.words, vocabulary), MOST_TRIES):
            if self._groups(Wanted(words_of(text), keep_marks=True)):
                return text
        return None


def _valid_stars() -> Sql:
    """The stars that count today: what ended yesterday is not shown today, whether or not a job has run."""
    today = connection.ops.adapt_datefield_value(clock.today())
    return Sql("CASE WHEN d.stars_until >= %s THEN d.stars END", (today,))


def _narrowing(question: Question) -> list[Sql]:
    narrowed = chosen(question)
    conditions = [
        Sql(f"{column} IN") + _list(sorted(narrowed[facet]))
        for facet, column in FACET_COLUMNS.items()
        if narrowed[facet]
    ]
    if question.stars:
        conditions.append(_valid_stars() + Sql("IN") + _list(sorted(set(question.stars))))
    return conditions


def _list(values: Sequence[str | int]) -> Sql:
    return Sql(f"({', '.join(['%s'] * len(values))})", tuple(values))
