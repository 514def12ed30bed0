"""The audit trail: what an entry costs its writer, what sealing and checking cost, and whether checking stays small."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction

from benchmarks.figure import Figure
from core.audit.actions import record
from core.audit.models import AuditEntry
from core.audit.sealing import seal_due
from core.audit.verifying import verify_chain
from core.kit import clock

NAME = "audit"
_CHANGES = {"giá": ("50.000 đ", "55.000 đ"), "tồn kho": ("12", "10")}
_INSERT = """INSERT INTO core_auditentry
             (at, via, action, object_label, unit_code, request_id, digest, on_behalf_of_label)
             VALUES (%s, 'web', 'listing.written', 'listing:1', '22891', '', '', '')"""


def run(full: bool) -> list[Figure]:
    """100,000 entries; `full` a million."""
    return [*_writing(2_000), *_chain(1_000_000 if full else 100_000)]


def _writing(times: int) -> list[Figure]:
    """Each write is a transaction of its own, as in life."""

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [clock.now()])

    def plain() -> None:
        record("listing.written", actor_id=1, object_label="listing:1", unit_code="22891")

    def detailed() -> None:
        record("listing.written", actor_id=1, object_label="listing:1", unit_code="22891", changes=_CHANGES)

    for warm in (bare, plain, detailed):
        _milliseconds(warm, 50)
    beside = _milliseconds(bare, times)
    peer = f"bare INSERT: {beside:.2f} ms"
    figures = []
    for name, write in (("one entry", plain), ("one entry with what changed", detailed)):
        took = _milliseconds(write, times)
        figures.append(Figure(name, round(took, 2), "ms", peer, round(took / beside, 2), "< 5"))
    return figures


def _milliseconds(write: Callable[[], None], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        with transaction.atomic():
            write()
    return (time.perf_counter() - started) / times * 1000


def _chain(count: int) -> list[Figure]:
    seal_due()
    at = clock.now() - timedelta(hours=1)
    for first in range(0, count, 10_000):
        AuditEntry.objects.bulk_create(
            AuditEntry(at=at, via="web", action="listing.written", object_label=f"listing:{number}", unit_code="22891")
            for number in range(first, first + 10_000)
        )
    started = time.perf_counter()
    sealed = seal_due()
    sealing = time.perf_counter() - started
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    verdict = verify_chain()
    verifying = time.perf_counter() - started
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    if sealed != count or verdict.broken or verdict.unsealed:
        raise RuntimeError(f"{sealed} of {count} sealed, broken: {verdict.broken}")
    return [
        Figure("sealing, per 10,000 entries", round(sealing / count * 10_000, 2), "s", target="< 20"),
        Figure(f"checking {count:,} entries, per 100,000", round(verifying / count * 100_000, 2), "s"),
        Figure(f"memory grown while checking {count:,}", round(grown, 1), "MB", target="< 100"),
    ]
