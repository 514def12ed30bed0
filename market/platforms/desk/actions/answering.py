"""Result files in: whole files that are not ours are refused in words, lines that cannot be used are named and left."""

from __future__ import annotations

import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db import transaction

from core.audit.actions import record
from core.kit import clock
from core.kit.text import fold_words
from core.people.queries import Viewer
from market.platforms.contract import ItemOutcome, ItemResult, ResultFileRefused
from market.platforms.desk.actions.batches import settle
from market.platforms.desk.actions.exporting import adapter_of
from market.platforms.desk.actions.reporting import ImportReport
from market.platforms.desk.actions.taking import Line, take
from market.platforms.desk.queries import served_by_sheets, sheet_adapter, sheet_settings
from market.platforms.models import Connection, PlatformListing, SheetAnswer, SheetBatch, SheetItem
from market.platforms.sheets.results import ResultSheet

_BATCH_NAME = re.compile(r"(?P<platform>.*\S)\s+(?P<number>[0-9]{1,6})")


def import_result(*, connection: Connection, raw: bytes, by: Viewer, file_name: str = "") -> ImportReport:
    """Read a result file and take in what each line says; a line that cannot be used changes nothing.

    The same file again changes nothing, and neither does a file without an answer. Raises NotAllowed, ResultFileRefused
    (the whole file cannot be used).
    """
    adapter_of(connection, by)
    sheet = _read(connection, raw)
    _refuse_other_platforms(connection, sheet.results)
    digest = hashlib.sha256(raw).hexdigest()
    with transaction.atomic():
        Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
        before = connection.answers.filter(sha256=digest).first()
        if before is not None:
            return _repeated(before)
        report = ImportReport(unknown_headings=sheet.unknown_headings)
        touched = _take_lines(connection, sheet.results, report, by)
        if report.says_nothing:
            return report
        settle(touched)
        connection.batches.filter(pk__in=touched, answered_at=None).update(answered_at=clock.now())
        answer = SheetAnswer.objects.create(
            connection=connection,
            sha256=digest,
            file_name=file_name[:200],
            counts=report.counts,
            problems=report.problems,
            unknown_headings=list(report.unknown_headings),
            taken_by_id=by.user_id,
            taken_at=clock.now(),
        )
        record("sheet.answered", actor_id=by.user_id, object_label=f"connection:{connection.pk}")
    report.answer_id = answer.pk
    return report


def _repeated(before: SheetAnswer) -> ImportReport:
    known = sum(before.counts.values()) - before.counts["waiting"]
    return ImportReport(
        unchanged=known,
        waiting=before.counts["waiting"],
        problems=list(before.problems),
        unknown_headings=tuple(before.unknown_headings),
        answer_id=before.pk,
        is_repeat=True,
    )


def _read(connection: Connection, raw: bytes) -> ResultSheet:
    adapter = sheet_adapter(connection)
    assert adapter is not None
    try:
        return adapter.read(sheet_settings(connection), io.BytesIO(raw))
    except ResultFileRefused as refusal:
        for other in served_by_sheets().exclude(pk=connection.pk):
            theirs = sheet_adapter(other)
            try:
                if theirs and theirs.read(sheet_settings(other), io.BytesIO(raw)).results:
                    raise _belongs_to(other.platform.name) from refusal
            except ResultFileRefused as also:
                if also.args and also.args[0] == _OTHER:
                    raise
        raise


_OTHER = "file of another platform"


def _belongs_to(name: str) -> ResultFileRefused:
    message = f"Tệp này là bảng của {name}. Hãy gửi nó ở phần của {name}."
    return ResultFileRefused(_OTHER, message_vi=message)


def _refuse_other_platforms(connection: Connection, results: Sequence[ItemResult]) -> None:
    """Raise ResultFileRefused when a line bears the name of another platform's batch."""
    names = {fold_words(each.platform.name): each.platform.name for each in served_by_sheets()}
    names.pop(fold_words(connection.platform.name), None)
    for result in results:
        found = _BATCH_NAME.fullmatch(result.batch)
        other = names.get(fold_words(found["platform"])) if found else None
        if other:
            raise _belongs_to(other)


def _take_lines(connection: Connection, results: Sequence[ItemResult], report: ImportReport, by: Viewer) -> set[int]:
    """The ids of the batches whose lines were answered."""
    skus = sorted({result.sku for result in results})
    rows = {
        row.listing.sku: row
        for row in PlatformListing.objects.select_for_update(of=("self",), no_key=True)
        .filter(connection=connection, listing__sku__in=skus)
        .select_related("listing__shop__producer", "connection__platform", "link")
        # As whoever changes several listings locks their rows.
        .order_by("listing_id", "pk")
    }
    items: dict[int, list[SheetItem]] = defaultdict(list)
    kept = SheetItem.objects.filter(batch__connection=connection, row__listing__sku__in=skus)
    for each in kept.select_related("batch").order_by("batch__number"):
        items[each.row_id].append(each)
    for result in results:
        if result.outcome == ItemOutcome.UNKNOWN:
            report.problem(result.row, " ".join(issue.message_vi for issue in result.issues))
            continue
        row = rows.get(result.sku)
        if row is not None and result.outcome == ItemOutcome.WAITING:
            report.waiting += 1
            continue
        item = _asked(connection, result, row, items, report)
        if row is not None and item is not None:
            take(Line(result, row, item, items[row.pk], by, report))
    answered = {
        each.batch_id for of_row in items.values() for each in of_row if each.answer != SheetItem.Answer.WAITING
    }
    return answered


def _asked(
    connection: Connection,
    result: ItemResult,
    row: PlatformListing | None,
    items: Mapping[int, Sequence[SheetItem]],
    report: ImportReport,
) -> SheetItem | None:
    """The line of ours that this one answers; None, with the reason in the report, when there is none."""
    if row is None:
        report.problem(result.row, f"không có tin nào mang mã {result.sku} chờ sàn này.")
        return None
    mine = items.get(row.pk, ())
    if result.batch:
        found = _BATCH_NAME.fullmatch(result.batch)
        is_ours = found is not None and fold_words(found["platform"]) == fold_words(connection.platform.name)
        number = int(found["number"]) if found is not None and is_ours else 0
        item = next((each for each in mine if each.batch.number == number), None)
        if item is None:
            report.problem(result.row, f"lô «{result.batch}» không có mã {result.sku}. Hãy chép lại từ tệp đã lấy.")
        elif item.batch.state == SheetBatch.State.CANCELLED:
            report.problem(result.row, f"lô {number} đã hủy. Hãy trả lời trong tệp của lô mới.")
            return None
        return item
    open_ = [each for each in mine if each.batch.state != SheetBatch.State.CANCELLED]
    waiting = [each for each in open_ if each.answer == SheetItem.Answer.WAITING]
    if not open_:
        report.problem(result.row, f"mã {result.sku} chưa nằm trong tệp nào gửi cho sàn này.")
        return None
    return (waiting or open_)[-1]
