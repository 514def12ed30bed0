"""How an answer is made of what an engine finds: the same for every engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from core.kit import clock
from search.documents.queries import known_texts, newest_version
from search.engines.contract import CANDIDATES, PAGE_SIZE, Answer, Engine, Found, Question, Sort
from search.engines.facets import facets_of
from search.ranking.scoring import Candidate, ordered
from search.ranking.spelling import nearby_questions
from search.ranking.understanding import Asked, understood
from search.ranking.vocabulary import Vocabulary, vocabulary_of

MOST_TRIES = 8
MOST_MISSPELT = 8  # words; nobody mistypes one word of sixteen and means all of them
KEPT_SECONDS = 60  # how long known words are kept while documents change
MANY_TEXTS = 3_000  # so many are quickly read: they are read each time


def answered(engine: Engine, question: Question) -> Answer:
    """The engine's answer to a question. Where its words find nothing, that of the nearest question that finds something.

    Raises EngineUnavailable.
    """
    asked = understood(question.text)
    found = _found(engine, asked, question)
    meant = None
    if not found.matches and asked.terms:
        meant = _nearby(engine, asked, question)
        if meant is not None:
            asked = understood(meant)
            found = _found(engine, asked, question)
    return Answer(
        count=found.count,
        matches=found.matches,
        hits=_page(engine, asked, question, found),
        facets=facets_of(question, found.counts),
        did_you_mean=meant,
        fewer=() if found.matches or not asked.terms else tuple(_fewer(engine, asked, question)),
        engine=engine.name,
    )


def is_ranked(asked: Asked, question: Question) -> bool:
    """Whether the order is ours to make: without words there is nothing to fit, and other orders are the engine's."""
    near = question.sort == Sort.NEAR and question.near is not None
    return bool(asked.terms) and not near and question.sort in (Sort.RELEVANCE, Sort.NEAR)


def _found(engine: Engine, asked: Asked, question: Question) -> Found:
    """Counts and what the page needs: the first candidates to be put in order, or just the page where the order is the engine's."""
    if not asked.terms and not asked.is_open:
        return Found(0, 0, {}, ())
    if is_ranked(asked, question):
        return engine.find(asked, question)
    return engine.find(asked, question, start=(question.page - 1) * PAGE_SIZE, limit=PAGE_SIZE)


def _page(engine: Engine, asked: Asked, question: Question, found: Found) -> list[Candidate]:
    if not is_ranked(asked, question):
        return list(found.candidates)
    start, end = (question.page - 1) * PAGE_SIZE, question.page * PAGE_SIZE
    hits = ordered(asked, found.candidates)[start:end] if start < CANDIDATES else []
    rest = max(start, CANDIDATES)
    if end > CANDIDATES and found.count > rest:
        hits += engine.find(asked, question, start=rest, limit=end - rest).candidates
    return hits


def _nearby(engine: Engine, asked: Asked, question: Question) -> str | None:
    """The first nearby question that finds something, or None."""
    if len(asked.words) > MOST_MISSPELT:
        return None
    for text in islice(nearby_questions(asked.words, _known.words()), MOST_TRIES):
        if engine.count(understood(text), question):
            return text
    return None


def _fewer(engine: Engine, asked: Asked, question: Question) -> Iterator[tuple[str, int]]:
    """Questions with one word less that find something."""
    words = asked.words
    if not 1 < len(words) <= MOST_MISSPELT:
        return
    for place in range(len(words)):
        text = " ".join(word.typed or word.raw for word in (*words[:place], *words[place + 1 :]))
        count = engine.count(understood(text), replace(question, chosen={}))
        if count:
            yield text, count


class _Known:
    """The words of the newest documents, read again when documents have changed; of many documents at most every minute."""

    def __init__(self) -> None:
        self._words: Vocabulary = vocabulary_of(())
        self._version, self._texts, self._read_at = -1, 0, 0.0

    def words(self) -> Vocabulary:
        now = clock.now().timestamp()
        if self._texts > MANY_TEXTS and 0 <= now - self._read_at < KEPT_SECONDS:
            return self._words
        version = newest_version()
        if version != self._version or self._texts <= MANY_TEXTS:
            texts = list(known_texts())
            self._words = vocabulary_of(texts)
            self._version, self._texts = version, len(texts)
        self._read_at = now
        return self._words


_known = _Known()
