"""The engine beside the database: Elasticsearch, or a server that speaks its API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from elasticsearch.dsl import Search
from elasticsearch.dsl.query import Bool, Terms

from core.kit import clock
from search.documents.wording import folded_text
from search.engines.contract import CANDIDATES, PUBLIC_KINDS, Condition, EngineUnavailable, Found, Question, Scope
from search.engines.elastic.comparing import differences
from search.engines.elastic.connecting import client_of, place_of, reached
from search.engines.elastic.documents import FARTHEST
from search.engines.elastic.finding import WHOLE, found
from search.engines.elastic.indices import is_outdated, rebuild_index
from search.engines.elastic.leasing import under_way
from search.engines.elastic.models import Outgoing
from search.engines.elastic.querying import in_name, matching
from search.engines.embedded.engine import EmbeddedEngine
from search.ranking.understanding import Asked

SUGGESTED_FROM = 5  # times as many names are read as are told: some are called alike
_NAMED: list[Any] = ["name", "raw_name", "standing", "published", "number"]


class ElasticEngine:
    """Finds on the server. Changes go to the embedded engine, which stands in while the server is away, and into the outbox, from
    which `sending` brings them over."""

    name = "elasticsearch"

    def __init__(self, address: str) -> None:
        self.place = place_of(address)
        self._stands_in = EmbeddedEngine()

    def store(self, document_id: int) -> None:
        self.store_many([document_id])

    def store_many(self, document_ids: Sequence[int]) -> None:
        self._stands_in.store_many(document_ids)
        _note(document_ids)

    def remove(self, document_id: int) -> None:
        self._stands_in.remove(document_id)
        _note([document_id])

    def sweep(self) -> int:
        """Whatever the server has that it should not, or not any more, or lacks, goes into the outbox as well."""
        found = differences(self.place)
        _note(found.all)
        self._stands_in.sweep()
        return len(found.strays)

    def rebuild(self, *, told: Callable[[int], None] = lambda done: None) -> int:
        return rebuild_index(self.place, told=told)

    def is_outdated(self) -> bool:
        return is_outdated(self.place)

    def condition(self) -> Condition:
        running = under_way(self.place)
        since, done = (running.since, running.done) if running else (None, 0)
        try:
            return Condition(is_outdated=self.is_outdated(), rebuilding_since=since, rebuilt=done)
        except EngineUnavailable:
            return Condition(is_away=True, rebuilding_since=since, rebuilt=done)

    def find(self, asked: Asked, question: Question, *, start: int = 0, limit: int = CANDIDATES) -> Found:
        end = min(start + limit, FARTHEST)
        with reached():
            return found(client_of(self.place), self.place.alias, asked, question, min(start, end), max(0, end - start))

    def count(self, asked: Asked, question: Question) -> int:
        with reached():
            search = self._search().query(Bool(filter=matching(asked, question.scope)))
            answer = search.extra(size=0, track_total_hits=True).execute().to_dict()
            return int(answer["hits"]["total"]["value"])

    def suggest(self, beginning: Asked, *, limit: int) -> Sequence[str]:
        if not beginning.terms:
            return []
        with reached():
            rows = self._completed(beginning, limit) if _is_simple(beginning) else self._named(beginning, limit)
        rows.sort(key=lambda row: (row.get("standing", 0), row["published"], row["number"]), reverse=True)
        names: dict[str, str] = {}
        for row in rows:
            names.setdefault(_folded(row), row["name"])
        return list(names.values())[:limit]

    def _completed(self, beginning: Asked, limit: int) -> list[dict[str, Any]]:
        """The first letters of one word: the most asked and the most that fits, so from the structure made for it."""
        (word,) = beginning.words
        search = self._search().suggest(
            "names", word.folded, completion={"field": "names", "size": limit * SUGGESTED_FROM}
        )
        answer = search.source(_NAMED).extra(size=0).execute().to_dict()
        options = [option for each in answer["suggest"]["names"] for option in each["options"]]
        return [option["_source"] for option in options]

    def _named(self, beginning: Asked, limit: int) -> list[dict[str, Any]]:
        """Several words, in any order and with gaps."""
        public = Scope(PUBLIC_KINDS)
        conditions = [*matching(beginning, public), in_name(beginning, as_typed=False), Terms("kind", PUBLIC_KINDS)]
        search = self._search().query(Bool(filter=conditions)).source(_NAMED)
        search = search.sort(*({field: {"order": "desc"}} for field in ("standing", "published", "number")))
        answer = search[: limit * SUGGESTED_FROM].execute().to_dict()
        return [hit["_source"] for hit in answer["hits"]["hits"]]

    def _search(self) -> Search[Any]:
        return Search(using=client_of(self.place), index=self.place.alias).params(**WHOLE)


def _note(document_ids: Sequence[int]) -> None:
    """Into the outbox."""
    now = clock.now()
    Outgoing.objects.bulk_create([Outgoing(document_id=pk, changed_at=now) for pk in document_ids], batch_size=1_000)


def _is_simple(beginning: Asked) -> bool:
    """One word without marks that may be only begun."""
    words = beginning.words
    return len(words) == 1 and words[0].is_beginning and bool(words[0].folded) and not words[0].is_marked


def _folded(row: dict[str, Any]) -> str:
    return folded_text(row["raw_name"])
