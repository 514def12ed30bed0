"""A snapshot as files. The same snapshot gives the same bytes as csv and json: fixed order, no clock, no names of people. Every file
carries the snapshot's number."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from core.kit.sheets import BYTE_ORDER_MARK, csv_lines, safe_cell
from ocop.snapshots.capturing import NEITHER, codes_of
from ocop.snapshots.frozen import canonical
from ocop.snapshots.models import Snapshot, SnapshotFigure, SnapshotRow
from ocop.snapshots.summing import whole_of

ROWS_IN_A_WORKBOOK = 100_000
_AT_ONCE = 1000
_FIGURE_HEADING = (
    "Bản chốt", "Ngày", "Chỉ tiêu", "Phiên bản", "Mã đơn vị", "Đơn vị", "Tỉnh trước 1/7/2025", "Tử số", "Mẫu số", "Chưa rõ, đếm riêng",
    "Mục tiêu %",
)  # fmt: skip
_ROW_HEADING = ("Bản chốt", "Loại", "Số", "Mã đơn vị", "Tỉnh trước 1/7/2025")
_LAST_HEADING = "Mã kiểm tra bằng chứng"
# Excel writes when a file was made; the snapshot says it itself.
_FIXED_MOMENT = datetime(2020, 1, 1, tzinfo=UTC)


def in_order(snapshot: Snapshot) -> list[SnapshotFigure]:
    """The figures: the whole area, its former parts, the units inside; in each by indicator."""
    whole = whole_of(snapshot)
    return sorted(
        snapshot.figures.all(),
        key=lambda each: (each.unit_code != whole, each.former_code, each.unit_code, each.indicator),
    )


def figures_csv(snapshot: Snapshot) -> str:
    """All figures, one a line."""
    return BYTE_ORDER_MARK + csv_lines(
        [_FIGURE_HEADING, *(_figure_cells(snapshot, each) for each in in_order(snapshot))]
    )


def figures_json(snapshot: Snapshot) -> str:
    """What the snapshot is, its definitions and all figures."""
    return canonical(document(snapshot)) + "\n"


def document(snapshot: Snapshot) -> dict[str, Any]:
    """The same as a dictionary."""
    return head(snapshot) | {
        "definitions": [
            {"code": code, "version": version, "name": name, "definition": words}
            for code, (version, name, words) in sorted(snapshot.definitions.items())
        ],
        "figures": [
            {
                "indicator": each.indicator,
                "version": each.version,
                "unit": each.unit_code,
                "unit_name": each.unit_name,
                "former_area": each.former_code,
                "numerator": each.numerator,
                "denominator": each.denominator,
                "missing": each.missing,
                "target_percent": each.target_percent,
            }
            for each in in_order(snapshot)
        ],
    }


def head(snapshot: Snapshot) -> dict[str, Any]:
    """What a snapshot is about and by which digests it is known."""
    return {
        "number": snapshot.number,
        "unit": whole_of(snapshot),
        "on": snapshot.on.isoformat(),
        "map_version": snapshot.map_version,
        "restates": snapshot.restates.number if snapshot.restates else "",
        "note": snapshot.note,
        "rows_count": snapshot.rows_count,
        "rows_sha256": snapshot.rows_sha256,
        "figures_sha256": snapshot.figures_sha256,
    }


def rows_csv(snapshot: Snapshot) -> Iterator[str]:
    """All rows in pieces: a column for each indicator with n (in both numbers), d (in the denominator), m (unknown) or nothing."""
    codes = codes_of(snapshot)
    yield BYTE_ORDER_MARK + csv_lines([(*_ROW_HEADING, *codes, _LAST_HEADING)])
    for rows in _pieces(snapshot):
        yield csv_lines([_row_cells(snapshot, row) for row in rows])


def rows_json(snapshot: Snapshot) -> Iterator[str]:
    """All rows in pieces of one JSON document."""
    yield canonical(head(snapshot) | {"indicators": codes_of(snapshot)})[:-1] + ',"rows":['
    between = "\n"
    for rows in _pieces(snapshot):
        yield between + ",\n".join(canonical(row_out(row)) for row in rows)
        between = ",\n"
    yield "]}\n"


def row_out(row: SnapshotRow) -> dict[str, Any]:
    """One row for programs."""
    return {
        "subject": row.subject,
        "id": row.subject_id,
        "unit": row.unit_code,
        "former_area": row.former_code,
        "sides": row.sides,
        "evidence_sha256": row.evidence_sha256,
    }


def workbook(snapshot: Snapshot) -> bytes:
    """Figures, definitions and rows (of large areas the first 100,000) as an xlsx; every sheet begins with the number."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True, "strings_to_urls": False}) as book:
        book.set_properties({"title": f"Lên Sàn – {snapshot.number}", "created": _FIXED_MOMENT})
        _sheet(book, "Số liệu", _FIGURE_HEADING, (_figure_cells(snapshot, each) for each in in_order(snapshot)))
        told = (
            (snapshot.number, code, str(v), name, words)
            for code, (v, name, words) in sorted(snapshot.definitions.items())
        )
        _sheet(book, "Định nghĩa", ("Bản chốt", "Chỉ tiêu", "Phiên bản", "Tên", "Định nghĩa"), told)
        rows = snapshot.rows.order_by("subject", "subject_id")[:ROWS_IN_A_WORKBOOK]
        heading = (*_ROW_HEADING, *codes_of(snapshot), _LAST_HEADING)
        _sheet(book, "Dòng", heading, (_row_cells(snapshot, row) for row in rows.iterator(chunk_size=_AT_ONCE)))
    return target.getvalue()


def _sheet(book: Any, title: str, heading: Sequence[str], rows: Iterator[Sequence[str]]) -> None:
    sheet = book.add_worksheet(title)
    bold = book.add_format({"bold": True, "bg_color": "#E6F0E8", "text_wrap": True})
    text = book.add_format({"num_format": "@", "valign": "top"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(heading) - 1, 18, text)
    for column, cell in enumerate(heading):
        sheet.write_string(0, column, cell, bold)
    for line, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            sheet.write_string(line, column, safe_cell(cell), text)


def _pieces(snapshot: Snapshot) -> Iterator[list[SnapshotRow]]:
    rows = snapshot.rows.order_by("subject", "subject_id")
    piece: list[SnapshotRow] = []
    for row in rows.iterator(chunk_size=_AT_ONCE):
        piece.append(row)
        if len(piece) == _AT_ONCE:
            yield piece
            piece = []
    if piece:
        yield piece


def _figure_cells(snapshot: Snapshot, each: SnapshotFigure) -> list[str]:
    target = "" if each.target_percent is None else str(each.target_percent)
    numbers = [str(each.numerator), str(each.denominator), str(each.missing), target]
    place = [each.unit_code, each.unit_name, each.former_code]
    return [snapshot.number, snapshot.on.isoformat(), each.indicator, str(each.version), *place, *numbers]


def _row_cells(snapshot: Snapshot, row: SnapshotRow) -> list[str]:
    sides = [letter.replace(NEITHER, "") for letter in row.sides]
    return [
        snapshot.number,
        row.subject,
        str(row.subject_id),
        row.unit_code,
        row.former_code,
        *sides,
        row.evidence_sha256,
    ]
