"""The search: how good its answers are, and how fast beside the bare statements of the engine."""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from django.db import DatabaseError, connection, connections, transaction

from benchmarks.figure import Figure
from benchmarks.judged import Quality, differing, judged, make_world, quality
from benchmarks.search_goods import fill, index_after, register
from core.kit.bulk import insert_many
from search.documents.actions import rebuild_documents
from search.documents.models import SearchDocument
from search.documents.writing import store
from search.engines.answering import answered
from search.engines.contract import Engine, Question
from search.engines.elastic.connecting import client_of
from search.engines.elastic.engine import ElasticEngine
from search.engines.elastic.indices import indices_of, rebuild_index
from search.engines.embedded.engine import EmbeddedEngine
from search.ranking.understanding import understood

NAME = "search"
_SOME, _ALL = (20_000, 2_000), (200_000, 5_000)
_READERS, _SECONDS, _CHANGES_A_SECOND = 8, 8.0, 50
_SUGGESTED = 8

Statement = tuple[str, Any]


def run(full: bool) -> list[Figure]:
    """245 products for the answers; 20,000 documents for the times, `full` 200,000."""
    documents, papers = _ALL if full else _SOME
    questions, engine = judged(), EmbeddedEngine()
    make_world()
    good = quality(engine, questions)
    figures = _goodness(engine.name, good)
    with _beside_the_database() as outside:
        if outside is not None:
            other = quality(outside, questions)
            figures += [*_goodness(outside.name, other), _same(good, other)]
    figures.append(_build(papers))
    fill(documents)
    texts = [each.query for each in questions]
    size = f"{documents} documents"
    return [*figures, *_alone(engine, texts, size), *_suggesting(engine, texts), *_together(texts, size)]


def _goodness(engine: str, found: Quality) -> list[Figure]:
    number = len(found.outcomes)
    return [
        Figure(f"{engine}: nDCG@10 of {number} judged questions", found.ndcg, "", target=">= 0.90"),
        Figure(f"{engine}: … recall@10", found.recall, ""),
        Figure(f"{engine}: … that find nothing", found.empty * 100, "%", target="<= 2"),
    ]


def _same(one: Quality, other: Quality) -> Figure:
    """How many questions have the same first ten on both engines, in whatever order; the others are listed."""
    different = differing(one, other)
    for query in different:
        print(f"not the same ten: {query}", file=sys.stderr)
    share = 100 * (1 - len(different) / len(one.outcomes))
    return Figure(
        "both: the same set of ten", share, "%", f"not the same: {', '.join(different) or 'none'}", None, ">= 90"
    )


@contextmanager
def _beside_the_database() -> Iterator[ElasticEngine | None]:
    """The engine on the server of SEARCH_TEST_URL, or on the one in memory where that is installed, with every document; None without."""
    base, media = os.environ.get("SEARCH_TEST_URL", ""), ""
    if not base and importlib.util.find_spec("osmem_server") is not None:
        base, media = importlib.import_module("osmem_server").OsmemServer.start(japanese=False).url, "?media=plain"
    if not base:
        yield None
        return
    engine = ElasticEngine(f"{base}/bench-{uuid.uuid4().hex[:12]}{media}")
    rebuild_index(engine.place)
    client_of(engine.place).indices.refresh(index=f"{engine.place.alias}-*")
    try:
        yield engine
    finally:
        for name in indices_of(engine.place):
            client_of(engine.place).indices.delete(index=name)


def _build(number: int) -> Figure:
    """Documents of certified products from nothing, beside the same rows put in at once."""
    SearchDocument.objects.all().delete()
    EmbeddedEngine().sweep()
    register(number)
    whole = _timed(rebuild_documents)
    rows = list(SearchDocument.objects.all())
    SearchDocument.objects.all().delete()
    EmbeddedEngine().sweep()
    for row in rows:
        row.pk = None

    def bare() -> None:
        with transaction.atomic():
            insert_many(rows)
            index_after(0)

    alone = _timed(bare)
    return Figure(f"index built from {len(rows)} papers", len(rows) / whole, "docs/s", f"the rows alone, at once: {len(rows) / alone:.0f}", whole / alone)  # fmt: skip


def _alone(engine: Engine, texts: Sequence[str], size: str) -> list[Figure]:
    """Every judged question once, its answer beside only its statements."""
    for text in texts[:20]:
        answered(engine, Question(text))
    whole, bare = [], []
    for text in texts:
        question = Question(text)
        asking = partial(answered, engine, question)
        replaying = partial(_execute, _statements(asking))
        whole.append(min(_timed(asking) for _ in range(2)))
        bare.append(min(_timed(replaying) for _ in range(2)))
    return [
        _beside(f"answer with facets, {size}, p50", _part(whole, 0.5), _part(bare, 0.5)),
        _beside("… p95", _part(whole, 0.95), _part(bare, 0.95)),
    ]


def _suggesting(engine: Engine, texts: Sequence[str]) -> list[Figure]:
    beginnings = sorted({text[:length] for text in texts for length in (2, 4, 7)})
    took = [_timed(partial(engine.suggest, understood(text), limit=_SUGGESTED)) for text in beginnings]
    return [Figure(f"… names proposed for {len(beginnings)} beginnings, p95", _part(took, 0.95) * 1000, "ms")]


def _together(texts: Sequence[str], size: str) -> list[Figure]:
    """Readers in processes of their own while documents change."""
    connections.close_all()
    workers = multiprocessing.get_context("fork")
    ends = []
    for number in range(_READERS):
        here, there = workers.Pipe(duplex=False)
        process = workers.Process(target=_read, args=(texts[number::_READERS], there))
        process.start()
        ends.append((process, here))
    changed, errors = _change(_SECONDS)
    took: list[float] = []
    for process, here in ends:
        times, failed = here.recv()
        took, errors = took + times, errors + failed
        process.join()
    return [
        Figure(f"… {_READERS} readers while {changed / _SECONDS:.0f} documents/s change, p50 of {len(took)}", _part(took, 0.5) * 1000, "ms"),
        Figure("… … p95", _part(took, 0.95) * 1000, "ms"),
        Figure("… … errors", errors, "", target="= 0"),
    ]  # fmt: skip


def _read(texts: Sequence[str], to: Connection) -> None:
    engine, took, errors = EmbeddedEngine(), [], 0
    until, place = time.monotonic() + _SECONDS, 0
    while time.monotonic() < until:
        text, place = texts[place % len(texts)], place + 1
        try:
            took.append(_timed(partial(answered, engine, Question(text))))
        except DatabaseError:
            errors += 1
    to.send((took, errors))


def _change(seconds: float) -> tuple[int, int]:
    """Documents written again one by one, each in its own transaction; (how many, errors)."""
    rows = list(SearchDocument.objects.order_by("pk")[: int(seconds * _CHANGES_A_SECOND)])
    began, errors = time.monotonic(), 0
    for number, row in enumerate(rows):
        time.sleep(max(0.0, began + number / _CHANGES_A_SECOND - time.monotonic()))
        if time.monotonic() > began + seconds:
            return number, errors
        try:
            store(row.kind, row.object_id, {"price": (row.price or 0) + 1000, "name": f"{row.name} mới"}, known=row)
        except DatabaseError:
            errors += 1
    return len(rows), errors


def _statements(work: Callable[[], object]) -> list[Statement]:
    """The statements that some work sends, with their values."""
    found: list[Statement] = []

    def keep(execute: Callable[..., Any], sql: str, values: Any, many: bool, context: Any) -> Any:
        found.append((sql, values))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(keep):
        work()
    return found


def _execute(statements: Sequence[Statement]) -> None:
    with connection.cursor() as cursor:
        for sql, values in statements:
            cursor.execute(sql, values)
            cursor.fetchall()


def _beside(name: str, value: float, bare: float) -> Figure:
    return Figure(name, value * 1000, "ms", f"its statements alone: {bare * 1000:.1f} ms", value / bare, "<= 1.5x")


def _part(times: Sequence[float], share: float) -> float:
    return sorted(times)[int(len(times) * share)]


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
