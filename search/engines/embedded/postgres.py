"""The index on PostgreSQL: a generated tsvector column; labels A raw name, B folded name, C raw body, D folded body."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from search.engines.embedded.sql import Sql
from search.ranking.understanding import Asked, Phrase, Term, Word

# Labels of the raw and of the folded words.
NAME, ANYWHERE = ("A", "B"), ("AC", "BD")


class PostgresIndex:
    """See `Index`. The database itself keeps the column in step, so there is nothing to store, remove or sweep."""

    def store(self, document_ids: Sequence[int]) -> None:
        return None

    def remove(self, document_id: int) -> None:
        return None

    def sweep(self) -> int:
        return 0

    def source(self, asked: Asked) -> Sql:
        return Sql("search_searchdocument d")

    def condition(self, asked: Asked) -> Sql:
        return _matches(_term(term) for term in asked.terms)

    def in_name(self, asked: Asked, *, as_typed: bool) -> Sql:
        return _matches(_typed(word, NAME) if as_typed else _any_spelling(word, NAME) for word in asked.words)

    def as_typed(self, asked: Asked) -> Sql:
        return _matches(_typed(word, ANYWHERE) for word in asked.words)


def _matches(expressions: Iterable[str]) -> Sql:
    return Sql("d.words @@ %s::tsquery", (" & ".join(expressions),))


def _term(term: Term) -> str:
    """The tsquery of a term. Every token is quoted: typed text is never syntax. Words hold letters and digits only."""
    typed = " & ".join(_any_spelling(word, ANYWHERE) for word in term.typed)
    return f"({' | '.join([f'({typed})', *(_beside(phrase) for phrase in term.others)])})"


def _any_spelling(word: Word, labels: tuple[str, str]) -> str:
    raw, folded = labels
    if not word.folded:
        return _in(raw, word.raw, word.is_beginning)
    if word.is_beginning and word.is_marked:
        # Whoever types «bơ» may have mistyped the mark of a whole word, but does not mean «bông».
        return f"({_in(folded, word.folded, False)} | {_in(raw, word.raw, True)})"
    return _in(folded, word.folded, word.is_beginning)


def _typed(word: Word, labels: tuple[str, str]) -> str:
    """With its own marks or, where it has none in the text, without; a word typed without marks means any spelling."""
    if not word.folded or not word.is_marked:
        return _any_spelling(word, labels)
    raw, _ = labels
    return f"({_in(raw, word.raw, word.is_beginning)} | {_in(raw, word.folded, word.is_beginning)})"


def _beside(phrase: Phrase) -> str:
    """Word beside word, in just this spelling or without marks."""
    raw, _ = ANYWHERE
    spellings = {tuple(word.raw for word in phrase): None, tuple(word.folded for word in phrase): None}
    return f"({' | '.join('(' + ' <-> '.join(_in(raw, word, False) for word in words) + ')' for words in spellings)})"


def _in(labels: str, spelling: str, is_beginning: bool) -> str:
    return f"'{spelling}':{'*' if is_beginning else ''}{labels}"
