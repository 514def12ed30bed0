"""The index on SQLite: an FTS5 table whose rowid is the document's id."""

from __future__ import annotations

from django.db import connection

from search.engines.embedded.sql import Sql, joined
from search.engines.embedded.words import Wanted, Word

# bm25 weights in the order of the columns: raw_name, folded_name, raw_body, folded_body. Smaller scores are better.
SCORE = "bm25(search_index, 8.0, 4.0, 2.0, 1.0)"
NAME, ANYWHERE = ("name",), ("name", "body")


class SqliteIndex:
    """See `Index`."""

    def store(self, document_id: int) -> None:
        self.remove(document_id)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO search_index (rowid, raw_name, folded_name, raw_body, folded_body)"
                " SELECT id, raw_name, folded_name, raw_body, folded_body FROM search_searchdocument WHERE id = %s",
                [document_id],
            )

    def remove(self, document_id: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_index WHERE rowid = %s", [document_id])

    def sweep(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_index WHERE rowid NOT IN (SELECT id FROM search_searchdocument)")
            return int(cursor.rowcount)

    def source(self, wanted: Wanted) -> Sql:
        # CROSS JOIN keeps the order of the tables: matches first, then their documents by id.
        return Sql("search_index CROSS JOIN search_searchdocument d ON d.id = search_index.rowid")

    def condition(self, wanted: Wanted) -> Sql:
        return Sql("search_index MATCH %s", (_match(wanted, ANYWHERE),))

    def order(self, wanted: Wanted) -> Sql:
        expressions = [_match(wanted, NAME)]
        if any(word.is_marked for word in wanted.words):
            expressions.insert(0, " AND ".join(_term(("raw_name",), (word.raw,), word) for word in wanted.words))
        in_names = [
            Sql("d.id IN (SELECT rowid FROM search_index WHERE search_index MATCH %s) DESC", (expression,))
            for expression in expressions
        ]
        return joined(", ", [*in_names, Sql(SCORE)])


def _match(wanted: Wanted, parts: tuple[str, ...]) -> str:
    """The FTS5 expression: every word somewhere in these parts of a document."""
    terms = []
    for word in wanted.words:
        in_raw, spellings = wanted.spellings(word)
        raw_columns = tuple(f"raw_{part}" for part in parts)
        if in_raw:
            terms.append(_term(raw_columns, spellings, word))
        elif word.is_marked:
            # The second half matches nothing more; it raises the score of the exact spelling.
            folded = _term(tuple(f"folded_{part}" for part in parts), spellings, word)
            terms.append(f"({folded} OR {_term(raw_columns, (word.raw,), word)})")
        else:
            terms.append(_term(tuple(f"folded_{part}" for part in parts), spellings, word))
    return " AND ".join(terms)


def _term(columns: tuple[str, ...], spellings: tuple[str, ...], word: Word) -> str:
    """One word in these columns. Whole words count twice, as a word and as a beginning, so they come first.

    Every token is quoted: typed text is never FTS5 syntax. Words hold letters and digits only, no quotes.
    """
    quoted = [f'"{spelling}"' for spelling in spellings]
    beginnings = [f"{token} *" for token in quoted] if word.is_beginning else []
    return f"({{{' '.join(columns)}}} : ({' OR '.join(quoted + beginnings)}))"
