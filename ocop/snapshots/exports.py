"""A snapshot as files. The same snapshot gives the same bytes as csv, json and xlsx: fixed order, no clock, no names of people. Every file
carries the snapshot's number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from core.kit.sheets import BYTE_ORDER_MARK, csv_lines
from ocop.snapshots.capturing import NEITHER, PARTS, codes_of
from ocop.snapshots.frozen import canonical
from ocop.snapshots.models import Snapshot, SnapshotFigure
from ocop.snapshots.summing import whole_of
from ocop.snapshots.workbooks import Sheet, written

_ROW_FIELDS = ("subject", "subject_id", "unit_code", "former_code", "sides", "traits", "evidence_sha256")
_AT_ONCE = 1000
_FIGURE_HEADING = (
    "Bản chốt", "Ngày", "Chỉ tiêu", "Phiên bản", "Mã đơn vị", "Đơn vị", "Tỉnh trước 1/7/2025", "Tử số", "Mẫu số", "Chưa rõ, đếm riêng",
    "Mục tiêu %", "Được gia hạn: tử số", "Được gia hạn: mẫu số", "Dịch vụ: tử số", "Dịch vụ: mẫu số",
)  # fmt: skip
_ROW_HEADING = ("Bản chốt", "Loại", "Số", "Mã đơn vị", "Tỉnh trước 1/7/2025")
_LAST_HEADING = ("Ghi riêng", "Mã kiểm tra bằng chứng")
_DEFINITION_HEADING = ("Bản chốt", "Chỉ tiêu", "Phiên bản", "Tên", "Định nghĩa")


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
        [_FIGURE_HEADING, *(_as_text(_figure_cells(snapshot, each)) for each in in_order(snapshot))]
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
                "beside": each.beside,
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
        "communes": snapshot.communes,
        "communes_framed": snapshot.communes_framed,
        "rows_count": snapshot.rows_count,
        "rows_sha256": snapshot.rows_sha256,
        "figures_sha256": snapshot.figures_sha256,
    }


def rows_csv(snapshot: Snapshot) -> Iterator[str]:
    """All rows in pieces: a column for each indicator with n (in both numbers), d (in the denominator), m (unknown) or nothing."""
    codes = codes_of(snapshot)
    yield BYTE_ORDER_MARK + csv_lines([(*_ROW_HEADING, *codes, *_LAST_HEADING)])
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


def row_out(row: Any) -> dict[str, Any]:
    """One row (with the fields of SnapshotRow) for programs."""
    return {
        "subject": row.subject,
        "id": row.subject_id,
        "unit": row.unit_code,
        "former_area": row.former_code,
        "sides": row.sides,
        "traits": row.traits,
        "evidence_sha256": row.evidence_sha256,
    }


def workbook(snapshot: Snapshot) -> Iterator[bytes]:
    """Figures, definitions and rows as an xlsx in pieces; every line begins with the number."""
    told = (
        (snapshot.number, code, version, name, words)
        for code, (version, name, words) in sorted(snapshot.definitions.items())
    )
    rows = (_row_cells(snapshot, row) for piece in _pieces(snapshot) for row in piece)
    return written(
        [
            Sheet("Số liệu", _FIGURE_HEADING, (_figure_cells(snapshot, each) for each in in_order(snapshot)), (20, 12)),
            Sheet("Định nghĩa", _DEFINITION_HEADING, told, (20, 12, 12, 40, 120)),
            Sheet("Dòng", (*_ROW_HEADING, *codes_of(snapshot), *_LAST_HEADING), rows, (20, 12)),
        ]
    )


def _pieces(snapshot: Snapshot) -> Iterator[list[Any]]:
    """Rows with the names of the model's fields, without its weight."""
    rows = snapshot.rows.order_by("subject", "subject_id").values_list(*_ROW_FIELDS, named=True)
    found = rows.iterator(chunk_size=_AT_ONCE)
    while piece := list(islice(found, _AT_ONCE)):
        yield piece


def _figure_cells(snapshot: Snapshot, each: SnapshotFigure) -> list[str | int | None]:
    """Numbers stay numbers, so that a spreadsheet adds them up; codes keep their leading zeros."""
    numbers = [each.numerator, each.denominator, each.missing, each.target_percent]
    place = [each.unit_code, each.unit_name, each.former_code]
    beside = [number for part in PARTS for number in each.beside.get(part.value, (None, None))]
    return [snapshot.number, snapshot.on.isoformat(), each.indicator, each.version, *place, *numbers, *beside]


def _as_text(cells: Iterable[str | int | None]) -> list[str]:
    return ["" if cell is None else str(cell) for cell in cells]


def _row_cells(snapshot: Snapshot, row: Any) -> list[str]:
    sides = [letter.replace(NEITHER, "") for letter in row.sides]
    return [
        snapshot.number,
        row.subject,
        str(row.subject_id),
        row.unit_code,
        row.former_code,
        *sides,
        row.traits,
        row.evidence_sha256,
    ]
