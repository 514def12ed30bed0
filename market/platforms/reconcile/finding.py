"""Finding what is not as we left it: edited there, removed there, unknown to us, or there twice.

Nothing is mended here. What a person decided holds until the remote object changes again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

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
    ReviewState,
    changed_fields,
)
from market.platforms.engine import flow
from market.platforms.engine.desired import open_today
from market.platforms.engine.documents import documents_of
from market.platforms.engine.drifting import MovedMeanwhile, note_drift
from market.platforms.engine.look import note_removed
from market.platforms.engine.ways import Call, Round
from market.platforms.models import Connection, Drift, PlatformListing

Work, Observed, Kind, Decision = PlatformListing.Work, PlatformListing.Observed, Drift.Kind, Drift.Decision
PAGES_AT_MOST = 2_000
# How much of a text people are shown, and up to which length the whole of it is kept beside that, for taking it over.
TEXT_LIMIT, WHOLE_LIMIT = 500, 5_000
AT_ONCE = 200
_MOVING = {Work.QUEUED, Work.IN_FLIGHT, Work.OUTCOME_UNKNOWN}
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
    try:
        way = round_.way(connection, row)
    except PlatformFailure as failure:  # nobody serves it here
        report.failure = failure.message_vi
        return report
    if not way.capabilities.reads_back:
        report.failure = "Sàn này không cho đọc tự động."
        return report
    if not flow.may_send(connection, row):
        report.failure = "Kết nối đang tạm ngừng."
        return report
    answers: list[Any] = []
    began = clock.now()
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
    _Pass(connection, result, report, round_, began, hides=way.capabilities.can_hide).compare()
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
    """One comparison of what is there, as it was read from `began` on, with what we know."""

    def __init__(
        self,
        connection: Connection,
        remote: Mapping[str, RemoteSnapshot],
        report: Report,
        round_: Round,
        began: datetime,
        *,
        hides: bool,
    ) -> None:
        self.connection, self.remote, self.report, self.round = connection, remote, report, round_
        self.began, self.hides = began, hides
        open_ = Drift.objects.filter(connection=connection, decision=Decision.OPEN, found_at__lt=began)
        self.open_before = open_.select_related("row")
        self.still_open: set[int] = set()
        # What nothing was learned about in this pass: edits and hidings by the id of the row, the rest by the id there.
        self.rows_left: set[int] = set()
        self.objects_left: set[str] = set()

    def compare(self) -> None:
        rows = PlatformListing.objects.filter(connection=self.connection).select_related(
            "listing__shop__producer", "connection__platform"
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
        self._settle()

    def _settle(self) -> None:
        """What was looked at and does not differ any more needs nobody. A removal does as long as it has put nothing else
        in its place."""
        keys = [drift.pk for drift in self.open_before if not self._stands(drift)]
        gone = Drift.objects.filter(pk__in=keys, decision=Decision.OPEN)
        self.report.settled = gone.update(decision=Decision.GONE, decided_at=clock.now())

    def _stands(self, drift: Drift) -> bool:
        row = drift.row
        if drift.pk in self.still_open:
            return True
        if drift.kind in {Kind.EDITED, Kind.HIDDEN}:
            return drift.row_id in self.rows_left
        if drift.kind == Kind.REMOVED:
            return row is not None and row.wanted and is_still_removed(row)
        return drift.remote_id in self.objects_left

    def _strangers(self, by_remote: Mapping[str, PlatformListing], by_sku: Mapping[str, PlatformListing]) -> None:
        for product_id, snapshot in self.remote.items():
            if product_id in by_remote:
                continue
            # Only the exact SKU makes it ours; a like name is nobody's proof.
            row = by_sku.get(snapshot.sku)
            is_twin = row is not None and row.remote_id in self.remote
            if row is not None and self._is_placing(row):
                self.objects_left.add(product_id)
                continue
            self._note(Kind.DUPLICATE if is_twin else Kind.STRANGER, snapshot, row, [])

    def _edited(self, rows: Sequence[PlatformListing]) -> None:
        documents = documents_of([row.listing_id for row in rows], self.connection.platform)
        for row in rows:
            snapshot, document = self.remote[row.remote_id], documents[row.listing_id]
            if not row.wanted:
                continue
            # What we have not brought there yet is no drift.
            if self._is_moving(row) or row.confirmed_hash != document.content_hash:
                self.rows_left.add(row.pk)
                continue
            names = changed_fields(document, snapshot)
            if names:
                self._note(Kind.EDITED, snapshot, row, [_line(name, document, snapshot) for name in names])
            # Before the review and after a refusal nobody sees it anyway.
            if self.hides and not snapshot.is_visible and snapshot.review.state is ReviewState.LIVE:
                self._note(Kind.HIDDEN, snapshot, row, [])

    def _removed(self, rows: Sequence[PlatformListing]) -> None:
        """A list may leave out what moved between its pages: each is asked for by its id before anything is concluded."""
        self.rows_left.update(row.pk for row in rows)
        asked = [row for row in rows if row.observed in _THERE and not self._is_moving(row)]
        if not asked:
            return
        way = self.round.way(self.connection, flow.flow_of(self.connection))

        def fetch(row: PlatformListing) -> Callable[..., RemoteSnapshot]:
            return lambda settings, _write: way.adapter.fetch(settings, RemoteIds(row.remote_id, row.url))

        def finished(call: Call, result: Any) -> None:
            if isinstance(result, NotFound) and note_removed(call.key):
                self.rows_left.discard(call.key.pk)
                self.report.found[Kind.REMOVED.value] += 1

        self.round.carry_out(
            [Call(way, fetch(row), row) for row in asked],
            finished,
            lambda result: result if isinstance(result, PlatformFailure) else None,
        )

    def _is_moving(self, row: PlatformListing) -> bool:
        """Whether the engine has something to do with it, or did since the reading began, that may explain a difference."""
        return row.offer_work in _MOVING or self._is_placing(row)

    def _is_placing(self, row: PlatformListing) -> bool:
        """Whether the engine is about to look by SKU itself, or has just put it there. A price that waits explains no object:
        it waits for one as long as nobody has said which is ours."""
        return row.work in _MOVING or (row.operation_at is not None and row.operation_at >= self.began)

    def _note(
        self, kind: Drift.Kind, snapshot: RemoteSnapshot, row: PlatformListing | None, lines: list[dict[str, str]]
    ) -> None:
        try:
            drift = note_drift(
                connection=self.connection,
                kind=kind,
                remote=snapshot.remote,
                sku=snapshot.sku,
                title=snapshot.title,
                row=row,
                lines=lines,
                remote_hash=snapshot.remote_hash,
            )
        except MovedMeanwhile:
            self.rows_left.update([row.pk] if row else [])
            self.objects_left.add(snapshot.remote.product_id)
            return
        if drift is not None:
            self.still_open.add(drift.pk)
            self.report.found[kind.value] += 1


def is_still_removed(row: PlatformListing) -> bool:
    """Whether what a removal left is as it left it."""
    return row.work == Work.DEAD and row.observed == Observed.ABSENT and not row.remote_id


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
        ours, theirs = (str(getattr(each, name) or "") for each in (document, snapshot))
    line = {"field": name, "ours": ours[:TEXT_LIMIT], "theirs": theirs[:TEXT_LIMIT]}
    # Only what is known whole can be taken over, and only as long as ours is still what it was.
    return line | {"whole": theirs, "was": ours} if max(len(ours), len(theirs)) <= WHOLE_LIMIT else line


def reconcile_all() -> int:
    """The nightly job: a pass over every connection that can be read; returns how many differences stand open after it."""
    for connection in Connection.objects.filter(open_today(), is_enabled=True, stopped="").select_related("platform"):
        reconcile(connection)
    return Drift.objects.filter(decision=Decision.OPEN).count()
