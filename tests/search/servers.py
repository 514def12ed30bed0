"""Search servers for the tests: one in memory, or the one of SEARCH_TEST_URL. Each test has an alias of its own."""

from __future__ import annotations

import importlib.util
import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from elasticsearch import ApiError

from search.engines.contract import CANDIDATES, Found, Question
from search.engines.elastic.connecting import Place, client_of, place_of
from search.engines.elastic.engine import ElasticEngine
from search.engines.elastic.indices import indices_of
from search.engines.elastic.sending import send
from search.ranking.understanding import Asked

OUTSIDE = os.environ.get("SEARCH_TEST_URL", "")  # http://127.0.0.1:9200, without an alias
WHEEL = importlib.util.find_spec("osmem_server") is not None
WHY_NOT = "the search server in memory (osmem-server) is not installed"


class Followed(ElasticEngine):
    """The engine with a sender that is always just done: every answer knows every change."""

    def _follow(self) -> None:
        send(self.place)
        client_of(self.place).indices.refresh(index=f"{self.place.alias}-*")

    def find(self, asked: Asked, question: Question, *, start: int = 0, limit: int = CANDIDATES) -> Found:
        self._follow()
        return super().find(asked, question, start=start, limit=limit)

    def count(self, asked: Asked, question: Question) -> int:
        self._follow()
        return super().count(asked, question)

    def suggest(self, beginning: Asked, *, limit: int) -> Sequence[str]:
        self._follow()
        return super().suggest(beginning, limit=limit)

    def sweep(self) -> int:
        self._follow()
        return super().sweep()


@cache
def in_memory() -> Any:
    """The server in memory; it ends with this process."""
    from osmem_server import OsmemServer

    return OsmemServer.start(japanese=False)


def address_of(server: str = "") -> str:
    """SEARCH_URL of a server (of the one in memory, or SEARCH_TEST_URL) with an alias nobody else has."""
    base = server or OUTSIDE or in_memory().url
    return f"{base}/test-{uuid.uuid4().hex[:12]}{'' if base == OUTSIDE else '?media=plain'}"


@contextmanager
def an_alias(server: str = "") -> Iterator[str]:
    """An address for a test; what it made on the server goes with it."""
    address = address_of(server)
    yield address
    forget(place_of(address))


def forget(place: Place) -> None:
    """Drop every index of an alias."""
    for name in indices_of(place):
        client_of(place).indices.delete(index=name)


def version_of(place: Place) -> str:
    """Which server answers, in its own words."""
    try:
        nodes = client_of(place).nodes.info(metric="os").body["nodes"]
    except ApiError:
        return str(client_of(place).info().body["version"])
    return ", ".join(str(node["version"]) for node in nodes.values())
