"""The index on SQLite: an FTS5 table whose rowid is the document's id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from search.engines.embedded.sql import Sql
from search.ranking.understanding import Asked, Phrase, Term, Word

NAME, ANYWHERE = ("name",), ("name", "body")
AT_ONCE = 1_000  # documents in one statement
_INDEX = (
    "INSERT INTO search_index (rowid, raw_name, folded_name, raw_body, folded_body)"
    " SELECT id, raw_name, folded_name, raw_body, folded_body FROM search_searchdocument"
)


class SqliteIndex:
    """See `Index`."""

    def store(self, document_ids: Sequence[int]) -> None:
        with connection.cursor() as cursor:
            for start in range(0, len(document_ids), AT_ONCE):
                some = document_ids[start : start + AT_ONCE]
                places = ", ".join(["%s"] * len(some))
                cursor.execute(f"DELETE FROM search_index WHERE rowid IN ({places})", some)  # noqa: S608
                cursor.execute(f"{_INDEX} WHERE id IN ({places})", some)

    def remove(self, document_id: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_index WHERE rowid = %s", [document_id])

    def sweep(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_index WHERE rowid NOT IN (SELECT id FROM search_searchdocument)")
            return int(cursor.rowcount)

    def source(self, asked: Asked) -> Sql:
        # CROSS JOIN keeps the order of the tables: matches first, then their documents by id.
        return Sql("search_index CROSS JOIN search_searchdocument d ON d.id = search_index.rowid")

    def condition(self, asked: Asked) -> Sql:
        return Sql("search_index MATCH %s", (" AND ".join(_term(term) for term in asked.terms),))

    def in_name(self, asked: Asked, *, as_typed: bool) -> Sql:
        return _among(_typed(word, NAME) if as_typed else _any_spelling(word, NAME) for word in asked.words)

    def as_typed(self, asked: Asked) -> Sql:
        return _among(_typed(word, ANYWHERE) for word in asked.words)


def _among(expressions: Iterable[str]) -> Sql:
    return Sql("d.id IN (SELECT rowid FROM search_index WHERE search_index MATCH %s)", (" AND ".join(expressions),))


def _term(term: Term) -> str:
    """The FTS5 expression of a term. Every token is quoted: typed text is never syntax. Words hold letters and digits only."""
    typed = " AND ".join(_any_spelling(word, ANYWHERE) for word in term.typed)
    return f"({' OR '.join([f'({typed})', *(_beside(phrase) for phrase in term.others)])})"


def _any_spelling(word: Word, parts: tuple[str, ...]) -> str:
    if not word.folded:
        return _in(_columns("raw", parts), word.raw, word.is_beginning)
    if word.is_beginning and word.is_marked:
        # Whoever types «bơ» may have mistyped the mark of a whole word, but does not mean «bông».
        whole = _in(_columns("folded", parts), word.folded, False)
        return f"({whole} OR {_in(_columns('raw', parts), word.raw, True)})"
    return _in(_columns("folded", parts), word.folded, word.is_beginning)


def _typed(word: Word, parts: tuple[str, ...]) -> str:
    """With its own marks or, where it has none in the text, without; a word typed without marks means any spelling."""
    if not word.folded or not word.is_marked:
        return _any_spelling(word, parts)
    columns = _columns("raw", parts)
    return f"({_in(columns, word.raw, word.is_beginning)} OR {_in(columns, word.folded, word.is_beginning)})"


def _beside(phrase: Phrase) -> str:
    """Word beside word, in just this spelling or without marks."""
    columns = _columns("raw", ANYWHERE)
    spellings = {" ".join(word.raw for word in phrase): None, " ".join(word.folded for word in phrase): None}
    return f"({{{columns}}} : ({' OR '.join(_quoted(spelling) for spelling in spellings)}))"


def _in(columns: str, spelling: str, is_beginning: bool) -> str:
    return f"({{{columns}}} : {_quoted(spelling)}{' *' if is_beginning else ''})"


def _quoted(words: str) -> str:
    return f'"{words}"'


def _columns(spelling: str, parts: tuple[str, ...]) -> str:
    return " ".join(f"{spelling}_{part}" for part in parts)
