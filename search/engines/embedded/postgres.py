"""The index on PostgreSQL: a generated tsvector column; labels A raw name, B folded name, C raw body, D folded body."""

from __future__ import annotations

from search.engines.embedded.sql import Sql, joined
from search.engines.embedded.words import Wanted, Word

# Weights in ts_rank's order D, C, B, A.
SCORE = "ts_rank('{0.1, 0.2, 0.5, 1.0}', d.words, %s::tsquery) DESC"
NAME, ANYWHERE = ("A", "B"), ("AC", "BD")


class PostgresIndex:
    """See `Index`. The database itself keeps the column in step, so there is nothing to store, remove or sweep."""

    def store(self, document_id: int) -> None:
        return None

    def remove(self, document_id: int) -> None:
        return None

    def sweep(self) -> int:
        return 0

    def source(self, wanted: Wanted) -> Sql:
        return Sql("search_searchdocument d")

    def condition(self, wanted: Wanted) -> Sql:
        return Sql("d.words @@ %s::tsquery", (_match(wanted, ANYWHERE),))

    def order(self, wanted: Wanted) -> Sql:
        expressions = [_match(wanted, NAME)]
        if any(word.is_marked for word in wanted.words):
            expressions.insert(0, " & ".join(_term("A", (word.raw,), word) for word in wanted.words))
        in_names = [Sql("(d.words @@ %s::tsquery) DESC", (expression,)) for expression in expressions]
        return joined(", ", [*in_names, Sql(SCORE, (_match(wanted, ANYWHERE),))])


def _match(wanted: Wanted, labels: tuple[str, str]) -> str:
    """The tsquery: every word under these labels (raw, folded)."""
    raw_labels, folded_labels = labels
    terms = []
    for word in wanted.words:
        in_raw, spellings = wanted.spellings(word)
        if in_raw:
            terms.append(_term(raw_labels, spellings, word))
        elif word.is_marked:
            # The second half matches nothing more; it raises the score of the exact spelling.
            terms.append(f"({_term(folded_labels, spellings, word)} | {_term(raw_labels, (word.raw,), word)})")
        else:
            terms.append(_term(folded_labels, spellings, word))
    return " & ".join(terms)


def _term(labels: str, spellings: tuple[str, ...], word: Word) -> str:
    """One word under these labels. Whole words count twice, as a word and as a beginning, so they come first.

    Every token is quoted: typed text is never tsquery syntax. Words hold letters and digits only, no quotes.
    """
    whole = [f"'{spelling}':{labels}" for spelling in spellings]
    beginnings = [f"'{spelling}':*{labels}" for spelling in spellings] if word.is_beginning else []
    return f"({' | '.join(whole + beginnings)})"
