"""What a returned sheet claims, row by row. A claim that cannot be relied on stays UNKNOWN and says why."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from core.kit.text import fold_words
from market.platforms.contract import (
    Issue,
    ItemOutcome,
    ItemResult,
    RemoteIds,
    Severity,
    ValidationFailed,
)
from market.platforms.sheets.layout import (
    BATCH_HEADING,
    CHANGED_WORD,
    GONE_WORD,
    LINK_HEADING,
    LIVE_WORD,
    OWN_COLUMNS,
    REASON_HEADING,
    REJECTED_WORD,
    REMOTE_ID_HEADING,
    RESULT_HEADING,
    RESULT_WORDS,
    WAITING_WORD,
    SheetLayout,
    recognise_link,
)
from market.platforms.sheets.reading import Cells, Table, read_table

# What people write instead of the offered words, folded.
RESULT_MEANINGS = {
    "": ItemOutcome.WAITING,
    **dict.fromkeys(map(fold_words, (WAITING_WORD, "chờ", "chờ duyệt", "đang duyệt")), ItemOutcome.WAITING),
    **dict.fromkeys(
        map(fold_words, (LIVE_WORD, "lên sàn", "đã đăng", "đã duyệt", "đang bán")), ItemOutcome.LIVE_CLAIMED
    ),
    **dict.fromkeys(map(fold_words, (CHANGED_WORD, "đã cập nhật", "đã sửa giá")), ItemOutcome.DONE),
    **dict.fromkeys(
        map(fold_words, (GONE_WORD, "đã gỡ xuống", "gỡ xuống", "đã xóa", "đã ẩn", "ngừng bán")),
        ItemOutcome.GONE_CLAIMED,
    ),
    **dict.fromkeys(map(fold_words, (REJECTED_WORD, "bị từ chối", "không duyệt", "không đạt")), ItemOutcome.REJECTED),
}
TEXT_LIMIT = 1000
REASONS_MAXIMUM = 20
_REASON_BREAK = re.compile(r"[\n;]+")


@dataclass(frozen=True)
class ResultSheet:
    """The claims, and the headings that this layout does not know (to be shown, not used)."""

    results: tuple[ItemResult, ...]
    unknown_headings: tuple[str, ...]


def read_results(layouts: Sequence[SheetLayout], stream: BinaryIO) -> ResultSheet:
    """One claim per filled row, in the order of the sheet. `layouts` are all versions that files were made in, the one in
    force first. Raises ResultFileRefused."""
    table = read_table(stream, [[layout.sku_heading for layout in layouts], [RESULT_HEADING]])
    reader = _RowReader(layouts, table)
    results = [
        reader.result(row, line)
        for line, row in enumerate(table.rows, start=table.first_line)
        if any(cell for cell in row)
    ]
    ours = [column for layout in layouts for column in layout.columns]
    known = {fold_words(column.heading) for column in (*ours, *OWN_COLUMNS)}
    unknown = tuple(heading for heading in table.headings if heading and fold_words(heading) not in known)
    return ResultSheet(tuple(_without_contradictions(results)), unknown)


class _RowReader:
    """Reads rows of one table; columns that are missing read as empty."""

    def __init__(self, layouts: Sequence[SheetLayout], table: Table) -> None:
        self._layout = layouts[0]
        headings = {
            "sku": [layout.sku_heading for layout in layouts],
            "batch": [BATCH_HEADING],
            "remote_id": [REMOTE_ID_HEADING],
            "link": [LINK_HEADING],
            "result": [RESULT_HEADING],
            "reason": [REASON_HEADING],
        }
        self._columns = {name: table.column(*names) for name, names in headings.items()}

    def result(self, row: Cells, line: int) -> ItemResult:
        """What one row claims."""
        return replace(self._claim(row, line), batch=self._cell(row, "batch")[:80])

    def _claim(self, row: Cells, line: int) -> ItemResult:
        sku, link = self._cell(row, "sku"), self._cell(row, "link")
        word, reason = self._cell(row, "result"), self._cell(row, "reason")
        if not sku:
            return _unclear("", line, "sku", "Dòng này không có mã hàng. Hãy chép lại mã từ tệp đã xuất.")
        outcome = RESULT_MEANINGS.get(fold_words(word))
        if outcome is None:
            words = ", ".join(f"«{each}»" for each in RESULT_WORDS[:-1])
            message = f"Kết quả này chưa rõ. Hãy chọn {words} hoặc «{WAITING_WORD}»."
            return _unclear(sku, line, "result", message, word)
        if link and (outcome is ItemOutcome.DONE or (outcome is ItemOutcome.WAITING and not word)):
            outcome = ItemOutcome.LIVE_CLAIMED
        match outcome:
            case ItemOutcome.LIVE_CLAIMED:
                return self._live(sku, line, link, self._cell(row, "remote_id"))
            case ItemOutcome.REJECTED:
                return ItemResult(sku, outcome, issues=_reasons(reason), row=line)
            case _:
                return ItemResult(sku, outcome, row=line)

    def _live(self, sku: str, line: int, link: str, remote_id: str) -> ItemResult:
        if not link:
            message = "Dòng này ghi đã lên sàn nhưng chưa có liên kết. Hãy dán địa chỉ trang sản phẩm."
            return _unclear(sku, line, "url", message)
        try:
            remote = recognise_link(self._layout, link)
        except ValidationFailed as failure:
            return ItemResult(sku, ItemOutcome.UNKNOWN, issues=failure.issues, row=line)
        return ItemResult(
            sku,
            ItemOutcome.LIVE_CLAIMED,
            RemoteIds(product_id=remote_id[:80] or remote.product_id, url=remote.url),
            row=line,
        )

    def _cell(self, row: Cells, name: str) -> str:
        index = self._columns[name]
        return row[index] if index is not None and index < len(row) else ""


def _reasons(text: str) -> tuple[Issue, ...]:
    message = "Sàn chưa nhận tin. Hãy sửa theo lời sàn rồi gửi lại."
    parts = [part.strip(" –-•\t") for part in _REASON_BREAK.split(text)]
    found = [part[:TEXT_LIMIT] for part in parts if part][:REASONS_MAXIMUM]
    if not found:
        message = "Sàn từ chối mà không ghi lý do. Hãy hỏi sàn trước khi gửi lại."
        return (Issue("rejected_without_reason", "", Severity.BLOCK, message),)
    return tuple(Issue("rejected_by_review", "", Severity.BLOCK, message, part) for part in found)


def _unclear(sku: str, line: int, field: str, message: str, text: str = "") -> ItemResult:
    issue = Issue("row_unclear", field, Severity.BLOCK, message, text[:TEXT_LIMIT])
    return ItemResult(sku, ItemOutcome.UNKNOWN, issues=(issue,), row=line)


def _without_contradictions(results: Sequence[ItemResult]) -> list[ItemResult]:
    """Rows of one SKU in one batch that say different things are all unclear: the file does not say which is true."""
    claims: dict[tuple[str, str], set[object]] = defaultdict(set)
    for result in results:
        claims[result.sku, result.batch].add((result.outcome, result.remote, result.issues))
    checked: list[ItemResult] = []
    for result in results:
        if result.sku and len(claims[result.sku, result.batch]) > 1:
            message = "Mã hàng này có nhiều dòng với kết quả khác nhau. Hãy giữ lại một dòng."
            result = replace(_unclear(result.sku, result.row or 0, "sku", message), batch=result.batch)
        checked.append(result)
    return checked
