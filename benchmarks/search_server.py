"""The search on a real server beside the bare calls: building an index, and answering."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

from elasticsearch import Elasticsearch, helpers
from elasticsearch.dsl import Index

from benchmarks.figure import Figure
from benchmarks.judged import judged
from benchmarks.search_goods import fill
from config import env
from search.documents.models import SearchDocument
from search.engines.answering import answered
from search.engines.contract import Question
from search.engines.elastic.connecting import WRITE_SECONDS, Place, client_of
from search.engines.elastic.delivering import Change, Pressure, changes_of, deliver, entrance
from search.engines.elastic.documents import SETTINGS, Goods, source_of
from search.engines.elastic.engine import ElasticEngine
from search.engines.elastic.indices import CHUNK, indices_of, rebuild_index
from search.ranking.understanding import understood

NAME = "search-server"
_SOME, _ALL = 20_000, 200_000
OUTSIDE = os.environ.get("SEARCH_TEST_URL", "")
_ROUNDS = 3
_AT_ONCE = 500  # as `helpers.streaming_bulk` does, and as our sender does

Request = tuple[tuple[Any, ...], dict[str, Any]]


def run(full: bool) -> list[Figure]:
    """20,000 documents, `full` 200,000, on the server of SEARCH_TEST_URL or on one of its own (Java 17 and Maven)."""
    with _server() as (url, version):
        if not url:
            print("no SEARCH_TEST_URL, and no Java and Maven to start a server: nothing measured", file=sys.stderr)
            return []
        number = _ALL if full else _SOME
        fill(number)
        engine = ElasticEngine(f"{url}/bench-{uuid.uuid4().hex[:12]}")
        try:
            return [*_building(engine.place, number, version), *_answering(engine, [each.query for each in judged()])]
        finally:
            for name in indices_of(engine.place):
                client_of(engine.place).indices.delete(index=name)


@contextmanager
def _server() -> Iterator[tuple[str, str]]:
    """(address, version) of the server; of none where there is none."""
    if OUTSIDE:
        yield OUTSIDE, str(Elasticsearch(OUTSIDE).info()["version"]["number"])
    elif shutil.which("java") and shutil.which("mvn"):
        # Beside the tests' own server: nothing of the product imports them.
        command = [sys.executable, str(env.ROOT / "tests" / "servers" / "elasticsearch" / "running.py"), "--serve"]
        keep = os.environ | {"STATE_DIR": str(env.ROOT / "var")}  # what is downloaded outlives this run
        with subprocess.Popen(command, env=keep, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as node:
            assert node.stdin and node.stdout
            server = json.loads(node.stdout.readline())
            try:
                yield server["url"], server["version"]
            finally:
                node.stdin.close()
    else:
        yield "", ""


def _building(place: Place, number: int, version: str) -> list[Figure]:
    """A new index from the table of documents, beside the same bodies by the client's own bulk helper."""
    client = client_of(place).options(request_timeout=WRITE_SECONDS)
    bodies = [(row.pk, source_of(row)) for row in SearchDocument.objects.all()]
    changes = changes_of(pk for pk, _body in bodies)
    ours, bare, sent = [], [], []
    for _ in range(_ROUNDS):  # in turn, and the best of each: a server gets faster with what it has done before
        bare.append(_bare(client, f"{place.alias}-bare", bodies))
        ours.append(_timed(partial(rebuild_index, place)))
        sent.append(_sent(client, f"{place.alias}-sent", changes))
    made = _timed(_make)
    return [
        Figure(f"Elasticsearch {version}: index built from {number} documents", number / min(ours), "docs/s",
               f"the same bodies by helpers.streaming_bulk: {number / min(bare):.0f}", min(ours) / min(bare), "<= 1.5x"),
        Figure("… bodies read and made, nothing sent", number / made, "docs/s"),
        Figure("… sent, made before", number / min(sent), "docs/s", "", min(sent) / min(bare)),
    ]  # fmt: skip


def _bare(client: Elasticsearch, name: str, bodies: Sequence[tuple[int, dict[str, Any]]]) -> float:
    """Seconds that these bodies take in an index like ours, until they are found."""
    index = _index(client, name)

    def whole() -> None:
        lines = ({"_index": name, "_id": str(pk), "_source": body} for pk, body in bodies)
        for is_taken, item in helpers.streaming_bulk(client, lines, chunk_size=_AT_ONCE):
            assert is_taken, item
        index.put_settings(settings={"refresh_interval": SETTINGS["refresh_interval"]})
        index.refresh()

    took = _timed(whole)
    assert client.count(index=name)["count"] == len(bodies)
    index.delete()
    return took


def _make() -> None:
    """What a rebuild does but for sending."""
    ids = list(SearchDocument.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        changes_of(ids[start : start + CHUNK])


def _sent(client: Elasticsearch, name: str, changes: Sequence[Change]) -> float:
    """Seconds that our sender takes for what is made."""
    index = _index(client, name)

    def whole() -> None:
        assert deliver(client, name, changes, Pressure()) == {}
        index.refresh()

    took = _timed(whole)
    index.delete()
    return took


def _index(client: Elasticsearch, name: str) -> Index:
    index = Index(name, using=client)
    index.settings(**SETTINGS | {"refresh_interval": "-1"})
    index.document(Goods)
    index.aliases(**{entrance(name): {}})
    index.create()
    return index


def _answering(engine: ElasticEngine, texts: Sequence[str]) -> list[Figure]:
    """Every judged question once: what the engine finds beside the bare `_search` with the same body; then the whole answer (page,
    order, facets in words, spelling) beside all requests that it made."""
    transport = client_of(engine.place).transport
    figures = []
    for name, ask, target in (
        ("engine.find()", lambda text: engine.find(understood(text), Question(text)), "<= 1.5x"),
        ("a whole answer", lambda text: answered(engine, Question(text)), "<= 1.5x"),
    ):
        for text in texts[:40]:
            ask(text)
        ours, bare = [], []
        for text in texts:
            asking = partial(ask, text)
            requests = _requests(transport, asking)
            ours.append(min(_timed(asking) for _ in range(2)))
            bare.append(min(_timed(partial(_repeat, transport, requests)) for _ in range(2)))
        figures += [_beside(f"{name}, p50 of {len(texts)} questions", ours, bare, 0.5, target), _beside("… p95", ours, bare, 0.95, target)]  # fmt: skip
    return figures


def _requests(transport: Any, work: Callable[[], object]) -> list[Request]:
    """The requests that some work makes."""
    real, found = transport.perform_request, list[Request]()

    def keep(*values: Any, **more: Any) -> Any:
        found.append((values, more))
        return real(*values, **more)

    with patch.object(transport, "perform_request", keep):
        work()
    return found


def _repeat(transport: Any, requests: Sequence[Request]) -> None:
    for values, more in requests:
        transport.perform_request(*values, **more)


def _beside(name: str, ours: Sequence[float], bare: Sequence[float], share: float, target: str) -> Figure:
    value, peer = _part(ours, share), _part(bare, share)
    return Figure(name, value * 1000, "ms", f"its requests alone: {peer * 1000:.1f} ms", value / peer, target)


def _part(times: Sequence[float], share: float) -> float:
    return sorted(times)[int(len(times) * share)]


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
