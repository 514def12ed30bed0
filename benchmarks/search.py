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
from search.documents.facts import Facts
from search.documents.models import SearchDocument
from search.documents.queries import known_texts
from search.documents.wording import folded_text, raw_text
from search.documents.writing import store
from search.engines.answering import answered
from search.engines.contract import PRICE, STARS, Engine, Question
from search.engines.elastic.connecting import client_of
from search.engines.elastic.engine import ElasticEngine
from search.engines.elastic.indices import indices_of, rebuild_index
from search.engines.embedded.engine import EmbeddedEngine
from search.ranking.understanding import understood
from search.ranking.vocabulary import vocabulary_of

NAME = "search"
_SOME, _ALL = (20_000, 2_000), (200_000, 5_000)
_READERS, _SECONDS, _CHANGES_A_SECOND = 8, 8.0, 50
_SUGGESTED = 8
_TURNS = 3

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
    """Every judged question, its answer beside only its statements: the same ones with the same values, all rows fetched."""
    for text in texts[:20]:
        answered(engine, Question(text))
    plain = [_both(engine, Question(text)) for text in texts]
    narrow = [_both(engine, Question(text, {STARS: ("4",), PRICE: ("100", "200")})) for text in texts]
    known = _timed(lambda: vocabulary_of(known_texts()))
    return [
        *_beside(f"answer with facets, {size}", plain),
        *_beside("… narrowed by stars and price", narrow),
        Figure("… words known for misspelt questions, read at most once a minute", known, "s"),
    ]


def _both(engine: Engine, question: Question) -> tuple[float, float]:
    """Seconds of an answer and of its statements: the best of some turns, one after the other, so that both have the same luck."""
    asking = partial(answered, engine, question)
    replaying = partial(_execute, _statements(asking))
    turns = [(_timed(asking), _timed(replaying)) for _ in range(_TURNS)]
    return min(whole for whole, _ in turns), min(bare for _, bare in turns)


def _suggesting(engine: Engine, texts: Sequence[str]) -> list[Figure]:
    beginnings = sorted({text[:length] for text in texts for length in (2, 4, 7)})
    took = [_timed(partial(engine.suggest, understood(text), limit=_SUGGESTED)) for text in beginnings]
    return [Figure(f"… names proposed for {len(beginnings)} beginnings, p95", _part(took, 0.95) * 1000, "ms")]


def _together(texts: Sequence[str], size: str) -> list[Figure]:
    """Readers without a pause and one writer, each in a process of its own as web workers are."""
    connections.close_all()
    if connection.vendor == "postgresql":  # or the readers would share its open connections
        connections["default"].close_pool()  # type: ignore[attr-defined]
    workers = multiprocessing.get_context("fork")
    ends = []
    for number in range(_READERS):
        here, there = workers.Pipe(duplex=False)
        process = workers.Process(target=_read, args=(texts[number::_READERS], there))
        process.start()
        ends.append((process, here))
    changes, errors = _change(_SECONDS)
    took: list[float] = []
    for process, here in ends:
        times, failed = here.recv()
        took, errors = took + times, errors + failed
        process.join()
    asked_for = f"asked for: {_CHANGES_A_SECOND}"
    rate = len(changes) / _SECONDS
    return [
        Figure(f"… {_READERS} readers while documents change, each a process: changes", rate, "/s", asked_for, rate / _CHANGES_A_SECOND, "> 0.95x"),
        Figure("… … one change with its index, p50", _part(changes, 0.5) * 1000, "ms"),
        Figure("… … … p95", _part(changes, 0.95) * 1000, "ms"),
        Figure("… … answers", len(took) / _SECONDS, "/s"),
        Figure("… … … p50", _part(took, 0.5) * 1000, "ms"),
        Figure("… … … p95", _part(took, 0.95) * 1000, "ms"),
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


def _change(seconds: float) -> tuple[list[float], int]:
    """Documents written again one by one, each in its own transaction and with another name to index; (seconds of each, errors)."""
    rows = list(SearchDocument.objects.order_by("pk")[: int(seconds * _CHANGES_A_SECOND)])
    began, took, errors = time.monotonic(), [], 0
    for number, row in enumerate(rows):
        time.sleep(max(0.0, began + number / _CHANGES_A_SECOND - time.monotonic()))
        if time.monotonic() > began + seconds:
            break
        name = f"{row.name} mới"
        facts: Facts = {
            "price": (row.price or 0) + 1000, "name": name, "raw_name": raw_text(name), "folded_name": folded_text(raw_text(name)),
        }  # fmt: skip
        try:
            took.append(_timed(partial(store, row.kind, row.object_id, facts, known=row)))
        except DatabaseError:
            errors += 1
    return took, errors


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


def _beside(name: str, times: Sequence[tuple[float, float]]) -> list[Figure]:
    """The p50 and the p95 of both; the middle of every question's own ratio, which does not hang on where the p50 falls."""
    whole, bare = [each for each, _ in times], [each for _, each in times]
    found = []
    for named, share in ((f"{name}, p50", 0.5), ("… … p95", 0.95)):
        value, alone = _part(whole, share), _part(bare, share)
        found.append(
            Figure(named, value * 1000, "ms", f"its statements alone: {alone * 1000:.1f} ms", value / alone, "<= 1.5x")
        )
    own = [each - alone for each, alone in times]
    middle = _part([each / alone for each, alone in times], 0.5)
    found.append(
        Figure(
            "… … what it takes beside them, p50",
            _part(own, 0.5) * 1000,
            "ms",
            "its ratio: p50 of those of each question",
            middle,
        )
    )
    return found


def _part(times: Sequence[float], share: float) -> float:
    return sorted(times)[int(len(times) * share)]


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
