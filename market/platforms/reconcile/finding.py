"""Finding what is not as we left it: edited there, removed there, unknown to us, or there twice.

Nothing is mended here. What a person decided holds until the remote object changes again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from core.kit import clock
from market.platforms.contract import (
    ConnectionSettings,
    ContractBroken,
    ListingDocument,
    NotFound,
    PlatformAdapter,
    PlatformFailure,
    RemoteIds,
    RemoteSnapshot,
    changed_fields,
)
from market.platforms.engine import flow
from market.platforms.engine.desired import open_today
from market.platforms.engine.documents import documents_of
from market.platforms.engine.look import note_removed
from market.platforms.engine.ways import Call, Round
from market.platforms.models import Connection, Drift, PlatformListing

Work, Observed, Kind, Decision = PlatformListing.Work, PlatformListing.Observed, Drift.Kind, Drift.Decision
PAGES_AT_MOST = 2_000
TEXT_LIMIT = 500
AT_ONCE = 200
_THERE = (Observed.PENDING, Observed.LIVE, Observed.SUSPENDED, Observed.REJECTED)


@dataclass
class Report:
    """What one pass over one connection found. `looked_at` remote objects; `failure` in Vietnamese when it could not be
    finished: then nothing was concluded from what was not seen."""

    platform: str
    looked_at: int = 0
    found: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    settled: int = 0
    failure: str = ""


def reconcile(connection: Connection) -> Report:
    """One pass over everything a connection holds. Platforms that cannot be listed are looked at listing by listing; ones
    that cannot be read at all are reported as such."""
    report = Report(connection.platform.name)
    row = flow.flow_of(connection)
    round_ = Round()
    way = round_.way(connection, row)
    if not way.capabilities.reads_back:
        report.failure = "Sàn này không cho đọc tự động."
        return report
    if not flow.may_send(connection, row):
        report.failure = "Kết nối đang tạm ngừng."
        return report
    answers: list[Any] = []
    reading = _all_pages if way.capabilities.lists else _one_by_one(connection)
    round_.carry_out(
        [Call(way, lambda settings, _write: reading(way.adapter, settings), None)],
        lambda _call, result: answers.append(result),
        lambda result: result if isinstance(result, PlatformFailure) else None,
    )
    (result,) = answers
    if isinstance(result, PlatformFailure):
        report.failure = result.message_vi
        return report
    report.looked_at = len(result)
    _Pass(connection, result, report, round_).compare()
    return report


def _all_pages(adapter: PlatformAdapter, settings: ConnectionSettings) -> dict[str, RemoteSnapshot]:
    """Everything that is listed, by its id there: what comes twice because the list moved is one object."""
    found: dict[str, RemoteSnapshot] = {}
    cursor, seen = "", set[str]()
    for _ in range(PAGES_AT_MOST):
        page = adapter.list_remote(settings, cursor)
        found.update((each.remote.product_id, each) for each in page.items)
        cursor = page.next_cursor
        if not cursor:
            return found
        if cursor in seen:
            break
        seen.add(cursor)
    raise ContractBroken("the list has no end")


def _one_by_one(connection: Connection) -> Callable[[PlatformAdapter, ConnectionSettings], dict[str, RemoteSnapshot]]:
    known = PlatformListing.objects.filter(connection=connection).exclude(remote_id="").values_list("remote_id", "url")
    remotes = [RemoteIds(remote_id, url) for remote_id, url in known]

    def read(adapter: PlatformAdapter, settings: ConnectionSettings) -> dict[str, RemoteSnapshot]:
        found = {}
        for remote in remotes:
            try:
                found[remote.product_id] = adapter.fetch(settings, remote)
            except NotFound:
                continue
        return found

    return read


class _Pass:
    """One comparison of what is there with what we know."""

    def __init__(
        self, connection: Connection, remote: Mapping[str, RemoteSnapshot], report: Report, round_: Round
    ) -> None:
        self.connection, self.remote, self.report, self.round = connection, remote, report, round_
        self.open_before = set(
            Drift.objects.filter(connection=connection, decision=Decision.OPEN).values_list("pk", flat=True)
        )
        self.still_open: set[int] = set()

    def compare(self) -> None:
        rows = PlatformListing.objects.filter(connection=self.connection).select_related(
            "listing", "connection__platform"
        )
        by_remote: dict[str, PlatformListing] = {}
        by_sku: dict[str, PlatformListing] = {}
        for row in rows.order_by("pk"):
            by_sku[row.listing.sku] = row
            if row.remote_id:
                by_remote[row.remote_id] = row
        self._strangers(by_remote, by_sku)
        there = [row for row in by_remote.values() if row.remote_id in self.remote]
        for start in range(0, len(there), AT_ONCE):
            self._edited(there[start : start + AT_ONCE])
        self._removed([row for row in by_remote.values() if row.remote_id not in self.remote])
        gone = Drift.objects.filter(pk__in=self.open_before - self.still_open, decision=Decision.OPEN)
        self.report.settled = gone.update(decision=Decision.GONE, decided_at=clock.now())

    def _strangers(self, by_remote: Mapping[str, PlatformListing], by_sku: Mapping[str, PlatformListing]) -> None:
        for product_id, snapshot in self.remote.items():
            if product_id in by_remote:
                continue
            # Only the exact SKU makes it ours; a like name is nobody's proof.
            row = by_sku.get(snapshot.sku)
            is_twin = row is not None and row.remote_id in self.remote
            if row is not None and not row.remote_id and _is_busy(row):
                continue  # the engine is about to look by SKU itself
            self._note(Kind.DUPLICATE if is_twin else Kind.STRANGER, snapshot, row, [])

    def _edited(self, rows: Sequence[PlatformListing]) -> None:
        documents = documents_of([row.listing_id for row in rows], self.connection.platform)
        for row in rows:
            snapshot, document = self.remote[row.remote_id], documents[row.listing_id]
            # What we have not brought there yet is no drift.
            if _is_busy(row) or not row.wanted or row.confirmed_hash != document.content_hash:
                continue
            names = changed_fields(document, snapshot)
            if names:
                self._note(Kind.EDITED, snapshot, row, [_line(name, document, snapshot) for name in names])

    def _removed(self, rows: Sequence[PlatformListing]) -> None:
        """A list may leave out what moved between its pages: each is asked for by its id before anything is concluded."""
        asked = [row for row in rows if row.observed in _THERE and not _is_busy(row)]
        if not asked:
            return
        way = self.round.way(self.connection, flow.flow_of(self.connection))

        def fetch(row: PlatformListing) -> Callable[..., RemoteSnapshot]:
            return lambda settings, _write: way.adapter.fetch(settings, RemoteIds(row.remote_id, row.url))

        def finished(call: Call, result: Any) -> None:
            if isinstance(result, NotFound) and note_removed(call.key):
                ids = RemoteIds(call.key.remote_id, call.key.url)
                self._write(Kind.REMOVED, ids, call.key.listing.sku, call.key.listing.name, call.key, [], "")

        self.round.carry_out(
            [Call(way, fetch(row), row) for row in asked],
            finished,
            lambda result: result if isinstance(result, PlatformFailure) else None,
        )

    def _note(
        self, kind: Drift.Kind, snapshot: RemoteSnapshot, row: PlatformListing | None, lines: list[dict[str, str]]
    ) -> None:
        self._write(kind, snapshot.remote, snapshot.sku, snapshot.title, row, lines, snapshot.remote_hash)

    @transaction.atomic
    def _write(
        self,
        kind: Drift.Kind,
        remote: RemoteIds,
        sku: str,
        title: str,
        row: PlatformListing | None,
        lines: list[dict[str, str]],
        remote_hash: str,
    ) -> None:
        held = Drift.objects.filter(
            connection=self.connection, kind=kind, remote_id=remote.product_id[:80], sku=sku[:64]
        )
        if remote_hash and held.filter(decision=Decision.IGNORED, remote_hash=remote_hash).exists():
            return
        now = clock.now()
        facts = {"row": row, "title": title[:300], "url": remote.url[:400], "fields": lines, "remote_hash": remote_hash}
        drift, _made = Drift.objects.update_or_create(
            connection=self.connection,
            kind=kind,
            remote_id=remote.product_id[:80],
            sku=sku[:64],
            decision=Decision.OPEN,
            defaults={**facts, "seen_at": now},
            create_defaults={**facts, "seen_at": now, "found_at": now},
        )
        self.still_open.add(drift.pk)
        self.report.found[kind.value] += 1


def _is_busy(row: PlatformListing) -> bool:
    """Whether the engine has something to do with it that may explain a difference."""
    moving = {Work.QUEUED, Work.IN_FLIGHT, Work.OUTCOME_UNKNOWN}
    return row.work in moving or row.offer_work in moving


def _line(name: str, document: ListingDocument, snapshot: RemoteSnapshot) -> dict[str, str]:
    """One field as both have it, for people; pictures and papers by how many there are."""
    counted = {
        "photos": (document.photos, snapshot.photo_digests),
        "badges": (document.badges, snapshot.badge_codes),
        "papers": (document.papers, snapshot.paper_numbers or ()),
    }
    if name in counted:
        ours, theirs = (str(len(each)) for each in counted[name])
    else:
        ours, theirs = (str(getattr(each, name) or "")[:TEXT_LIMIT] for each in (document, snapshot))
    return {"field": name, "ours": ours, "theirs": theirs}


def reconcile_all() -> int:
    """The nightly job: a pass over every connection that can be read; returns how many differences stand open after it."""
    for connection in Connection.objects.filter(open_today(), is_enabled=True, stopped="").select_related("platform"):
        reconcile(connection)
    return Drift.objects.filter(decision=Decision.OPEN).count()
