"""Files out: everything that waits for a platform's staff, in numbered batches."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from market.platforms.actions import NotAllowed
from market.platforms.contract import Artifact, ItemResult, ListingDocument, RemoteIds, SheetLine, SheetTask
from market.platforms.desk.queries import lines_waiting, sheet_adapter, sheet_settings
from market.platforms.engine.documents import documents_of
from market.platforms.models import Connection, PlatformListing, SheetBatch, SheetItem
from market.platforms.rules import can_exchange_sheets
from market.platforms.sheets.adapter import SheetAdapter
from market.platforms.sheets.export import PACK_FULL, photo_names
from market.platforms.shown_fields import shown_fields, with_offer

Work, Observed = PlatformListing.Work, PlatformListing.Observed
PACK_LINES_MAXIMUM = 1_000
TRIES = 5


class NothingToExport(Exception):
    """No listing waits for this platform; `left_out` are those that still lack something."""

    def __init__(self, left_out: tuple[ItemResult, ...] = ()) -> None:
        super().__init__("nothing to export")
        self.left_out = left_out


class AnotherExported(Exception):
    """Somebody else took a batch out at the same moment, again and again."""


@dataclass(frozen=True)
class _Line:
    """A row with what it says today and what shall be done; no `line` when the platform holds it already."""

    row: PlatformListing
    document: ListingDocument
    line: SheetLine | None


@dataclass(frozen=True)
class _Pack:
    """What one attempt made; no batch when nothing could go. `lacking` are rows that cannot go until they are mended."""

    batch: SheetBatch | None
    left_out: tuple[ItemResult, ...] = ()
    lacking: frozenset[int] = frozenset()


def adapter_of(connection: Connection, by: Viewer) -> SheetAdapter:
    """The sheet adapter of a connection. Raises NotAllowed for one that speaks to a server, and for people without the right."""
    adapter = sheet_adapter(connection)
    if adapter is None or not can_exchange_sheets(by):
        raise NotAllowed
    return adapter


def export_sheet(*, connection: Connection, by: Viewer) -> SheetBatch:
    """Make the next upload file of what waits for this platform and is in no file yet, and keep it: at most a pack of photos
    and 1,000 lines. Raises NotAllowed, NothingToExport."""
    return _exported(connection, by, at_most=1)[0][0]


def export_sheets(*, connection: Connection, by: Viewer) -> tuple[list[SheetBatch], tuple[ItemResult, ...]]:
    """As many files as it takes; the second are the listings that still lack something. Raises NotAllowed, NothingToExport."""
    return _exported(connection, by, at_most=None)


def _exported(
    connection: Connection, by: Viewer, at_most: int | None
) -> tuple[list[SheetBatch], tuple[ItemResult, ...]]:
    adapter = adapter_of(connection, by)
    batches: list[SheetBatch] = []
    left_out: list[ItemResult] = []
    lacking: set[int] = set()
    while at_most is None or len(batches) < at_most:
        pack = _one_pack(connection, adapter, by, lacking)
        lacking |= pack.lacking
        left_out += pack.left_out
        if pack.batch is not None:
            batches.append(pack.batch)
        elif not pack.lacking:
            break
    if not batches:
        raise NothingToExport(tuple(left_out))
    return batches, tuple(left_out)


def _one_pack(connection: Connection, adapter: SheetAdapter, by: Viewer, lacking: Collection[int]) -> _Pack:
    """The file is made outside the transaction, for photos take their time. It counts only if no other batch was taken out
    meanwhile: then no line can be in both."""
    for _ in range(TRIES):
        number = _next_number(connection)
        rows = lines_waiting(connection).exclude(pk__in=lacking).select_related("listing", "link")
        lines = _lines(connection, list(rows[:PACK_LINES_MAXIMUM]))
        if not lines:
            return _Pack(None)
        going = {each.document.reference.sku: each.line for each in lines if each.line}
        settings = sheet_settings(connection)
        documents = [each.document for each in lines if each.line]
        artifact = adapter.export(settings, documents, going, f"{connection.platform.name} {number}")
        bad = {item.sku: item for item in artifact.left_out}
        mend = {sku: item for sku, item in bad.items() if item.issues[0].code != PACK_FULL}
        found = frozenset(each.row.pk for each in lines if each.document.reference.sku in mend)
        with transaction.atomic():
            # The lock leaves listings alone that are being put on this connection meanwhile.
            Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
            if number != _next_number(connection):
                continue
            _close([each for each in lines if each.line is None])
            sent = [each for each in lines if each.line and each.document.reference.sku not in bad]
            version = adapter.capabilities(settings).rule_version
            batch = _kept(connection, number, version, artifact, sent, by) if sent else None
        if batch is None and not found:
            continue  # only lines that the platform holds already: what stands behind them has its turn
        return _Pack(batch, tuple(mend.values()), found)
    raise AnotherExported


def _next_number(connection: Connection) -> int:
    return int(connection.batches.aggregate(last=Max("number"))["last"] or 0) + 1


def _lines(connection: Connection, rows: list[PlatformListing]) -> list[_Line]:
    documents = documents_of([row.listing_id for row in rows], connection.platform)
    return [_Line(row, documents[row.listing_id], _line_of(row, documents[row.listing_id])) for row in rows]


def offer_hash_of(document: ListingDocument) -> str:
    """The hash of a document's price and stock, whatever page they stand on."""
    return document.offer(RemoteIds("")).offer_hash


def _line_of(row: PlatformListing, document: ListingDocument) -> SheetLine | None:
    page = row.url or row.claimed_url
    if not row.wanted:
        return SheetLine(SheetTask.TAKE_DOWN, page)
    if row.observed != Observed.LIVE or row.confirmed_hash != document.content_hash:
        return SheetLine(SheetTask.PUT, page)
    return None if row.confirmed_offer_hash == offer_hash_of(document) else SheetLine(SheetTask.OFFER, page)


def _close(lines: list[_Line]) -> None:
    """Nothing to say: the platform confirmed exactly this before."""
    for each in lines:
        same = PlatformListing.objects.filter(pk=each.row.pk, revision=each.row.revision)
        same.update(sent_revision=each.document.revision)
        for lane in ("work", "offer_work"):
            same.filter(**{lane: Work.AWAITING_OPERATOR}).update(**{lane: Work.IDLE})


def _kept(
    connection: Connection, number: int, version: str, artifact: Artifact, lines: list[_Line], by: Viewer
) -> SheetBatch:
    """The batch with its lines; the rows remember which revision is on its way."""
    batch = SheetBatch(
        connection=connection,
        number=number,
        layout_version=version[:20],
        count=len(lines),
        made_by_id=by.user_id,
        made_at=clock.now(),
    )
    name = f"{connection.platform.code}-{number}-{artifact.file_name}"
    batch.file.save(name, ContentFile(artifact.content), save=False)
    batch.save()
    SheetItem.objects.bulk_create([_item(batch, each) for each in lines], batch_size=500)
    for each in lines:
        each.row.sent_revision = max(each.row.sent_revision, each.document.revision)
        each.row.submission = f"lô {number}"
        each.row.sent_fields = _sent_fields(each)
    PlatformListing.objects.bulk_update(
        [each.row for each in lines], ["sent_revision", "submission", "sent_fields"], batch_size=200
    )
    record("sheet.exported", actor_id=by.user_id, object_label=f"sheet_batch:{batch.pk}")
    return batch


def _sent_fields(each: _Line) -> dict[str, str]:
    """What the platform will have been told when the file has gone out."""
    if each.line is not None and each.line.task is SheetTask.PUT:
        return shown_fields(each.document)
    return with_offer(each.row.sent_fields, each.document)


def _item(batch: SheetBatch, each: _Line) -> SheetItem:
    assert each.line is not None
    document = each.document
    return SheetItem(
        batch=batch,
        row=each.row,
        task=each.line.task.value,
        revision=document.revision,
        content_hash=document.content_hash,
        offer_hash=offer_hash_of(document),
        said={
            "title": document.title,
            "price": document.price,
            "stock": document.stock,
            "photos": photo_names(document, each.line.task),
            "page": each.line.page,
        },
    )
