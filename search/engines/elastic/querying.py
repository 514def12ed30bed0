"""A question in the server's own terms: every word is a value of a query, none of them is syntax."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from elasticsearch.dsl.query import Bool, ConstantScore, MatchAll, MatchPhrase, Prefix, Query, Term, Terms

from search.engines.contract import PRODUCER, Question, Scope, Sort
from search.ranking.understanding import Asked, Phrase, Word
from search.ranking.understanding import Term as AskedTerm

# Fields of the raw and of the folded words.
NAME, ANYWHERE = ("raw_name", "folded_name"), ("raw", "folded")
_LAST: list[dict[str, Any]] = [{"published": {"order": "desc"}}, {"number": {"order": "desc"}}]
_PRICES = {Sort.PRICE_UP: "asc", Sort.PRICE_DOWN: "desc"}


def matching(asked: Asked, scope: Scope) -> list[Query]:
    """What all must be true of what fits the words and may be seen."""
    return [*(_term(term) for term in asked.terms), *_within(scope)]


def ranked(asked: Asked, question: Question) -> Query:
    """The question with its tiers as score: whole numbers that say nothing but which tier."""
    conditions = matching(asked, question.scope)
    return Bool(filter=conditions or [MatchAll()], should=_tiers(asked, question), minimum_should_match=0)


def in_name(asked: Asked, *, as_typed: bool) -> Query:
    """Every typed word in the name: with the marks it was typed with, or in any spelling."""
    return Bool(filter=[_typed(word, NAME) if as_typed else _any_spelling(word, NAME) for word in asked.words])


def order_of(asked: Asked, question: Question) -> list[Any]:
    """The order of the contract as the server's sort."""
    tier: list[Any] = ["_score"] if asked.terms else []
    if question.sort == Sort.NEAR and question.near is not None:
        spot = {"lat": question.near.latitude, "lon": question.near.longitude}
        return [*tier, {"_geo_distance": {"spot": spot, "order": "asc", "unit": "m"}}, *_LAST]
    if question.sort in _PRICES:
        return [*tier, {"price": {"order": _PRICES[question.sort], "missing": "_last"}}, *_LAST]
    if question.sort == Sort.NEWEST or not asked.terms:
        return [*tier, *_LAST]
    return ["_score", {"standing": {"order": "desc"}}, *_LAST]


def _tiers(asked: Asked, question: Question) -> list[Query]:
    if not asked.terms:
        return []
    is_near = question.sort == Sort.NEAR and question.near is not None
    if is_near or question.sort in (*_PRICES, Sort.NEWEST):
        whole = Bool(filter=[_typed(word, ANYWHERE) for word in asked.words])
        return [ConstantScore(filter=whole, boost=1.0)] if asked.is_marked else []
    tiers: list[Query] = [ConstantScore(filter=in_name(asked, as_typed=False), boost=1.0)]
    if asked.is_marked:
        tiers.append(ConstantScore(filter=in_name(asked, as_typed=True), boost=2.0))
    return tiers


def _within(scope: Scope) -> list[Query]:
    conditions: list[Query] = [Terms("kind", list(scope.kinds))]
    if scope.communes is not None and PRODUCER in scope.kinds:
        conditions.append(_either([~Term("kind", {"value": PRODUCER}), Terms("commune", list(scope.communes))]))
    return conditions


def _term(term: AskedTerm) -> Query:
    typed = Bool(filter=[_any_spelling(word, ANYWHERE) for word in term.typed])
    return _either([typed, *(_beside(phrase) for phrase in term.others)])


def _any_spelling(word: Word, fields: tuple[str, str]) -> Query:
    raw, folded = fields
    if not word.folded:
        return _in(raw, word.raw, word.is_beginning)
    if word.is_beginning and word.is_marked:
        # Whoever types «bơ» may have mistyped the mark of a whole word, but does not mean «bông».
        return _either([_in(folded, word.folded, False), _in(raw, word.raw, True)])
    return _in(folded, word.folded, word.is_beginning)


def _typed(word: Word, fields: tuple[str, str]) -> Query:
    """With its own marks or, where it has none in the text, without; a word typed without marks means any spelling."""
    if not word.folded or not word.is_marked:
        return _any_spelling(word, fields)
    raw, _ = fields
    return _either([_in(raw, word.raw, word.is_beginning), _in(raw, word.folded, word.is_beginning)])


def _beside(phrase: Phrase) -> Query:
    """Word beside word, in just this spelling or without marks."""
    spellings = {tuple(word.raw for word in phrase): None, tuple(word.folded for word in phrase): None}
    return _either([_row(words) for words in spellings])


def _row(words: tuple[str, ...]) -> Query:
    raw, _ = ANYWHERE
    return _in(raw, words[0], False) if len(words) == 1 else MatchPhrase(raw, {"query": " ".join(words)})


def _in(field: str, spelling: str, is_beginning: bool) -> Query:
    return Prefix(field, {"value": spelling}) if is_beginning else Term(field, {"value": spelling})


def _either(queries: Iterable[Query]) -> Query:
    found = list(queries)
    return found[0] if len(found) == 1 else Bool(should=found, minimum_should_match=1)
