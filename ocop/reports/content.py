"""What a report says, from its row and its snapshot's figures: the same for paper and for the spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.text import capfirst

from core.kit import money
from ocop.reports.models import OfficialReport
from ocop.snapshots.models import Snapshot, SnapshotFigure
from ocop.snapshots.queries import figure_differences
from ocop.snapshots.summing import whole_of
from ocop.snapshots.wording import difference_line, figure_line

NOTHING = "chưa có số liệu"
Numbers = tuple[int, int, int]  # numerator, denominator, missing


@dataclass(frozen=True)
class WholeLine:
    """One indicator in the whole area. `numbers` are (numerator, denominator, missing)."""

    code: str
    version: int
    name: str
    rate: str
    numbers: Numbers
    target: str
    verdict: str
    beside: str


@dataclass(frozen=True)
class UnitLine:
    """A line of an annex: a unit, a group's heading (no cells), or a sum. A cell is None where nothing was counted."""

    name: str
    cells: tuple[Numbers | None, ...] = ()
    number: int = 0
    is_sum: bool = False


@dataclass(frozen=True)
class Change:
    """A figure that is not what it was in the snapshot before."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Column:
    """An indicator as a column, under a heading that several share."""

    code: str
    name: str
    heading: str


@dataclass(frozen=True)
class Content:
    """The whole report. `report` gives head and foot, the rest what stands between."""

    report: OfficialReport
    area: str
    kind: str
    opening: list[str]
    whole: list[WholeLine]
    notes: list[str]
    columns: list[Column]
    former: list[UnitLine]
    changed_from: str
    why_changed: str
    not_compared: str
    changes: list[Change]
    changes_inside: list[Change]
    units: list[UnitLine]
    definitions: list[tuple[str, int, str, str]]
    sources: list[str]


def content_of(report: OfficialReport) -> Content:
    """All that is printed. Always Vietnamese, whoever asks in whichever language; some queries, however many units."""
    with translation.override("vi"):
        return _content(report, report.snapshot)


def _content(report: OfficialReport, snapshot: Snapshot) -> Content:
    figures = {(each.unit_code, each.former_code, each.indicator): each for each in snapshot.figures.all()}
    columns = [
        Column(code, snapshot.definitions[code][1], heading)
        for heading, codes in report.frozen["columns"]
        for code in codes
    ]
    whole = whole_of(snapshot)
    told = report.frozen["before"]
    before = Snapshot.objects.get(pk=told["pk"]) if told["pk"] else None
    changes, inside = _changes(before, snapshot, whole)
    return Content(
        report=report,
        area=report.frozen["area"],
        kind="Tỉnh, thành phố" if snapshot.unit is None else "Xã, phường, đặc khu",
        opening=_opening(report, snapshot),
        whole=[_whole_line(snapshot, figures.get((whole, "", each.code)), each) for each in columns],
        notes=_notes(snapshot),
        columns=columns,
        former=_former_lines(report.frozen["former"], figures, columns, whole),
        changed_from=told["number"],
        why_changed=_reasons(told["reasons"]),
        not_compared=_not_compared(snapshot, before, told["reasons"]),
        changes=changes,
        changes_inside=inside,
        units=_unit_lines(report.frozen, figures, columns, whole),
        definitions=[
            (each.code, snapshot.definitions[each.code][0], each.name, snapshot.definitions[each.code][2])
            for each in columns
        ],
        sources=_sources(snapshot),
    )


def _opening(report: OfficialReport, snapshot: Snapshot) -> list[str]:
    people = report.frozen["people"]
    signed = [f"{people['signer']} ký ngày {people['signed_on']}"]
    if people["first_signer"]:
        signed.insert(0, f"{people['first_signer']} ký thứ nhất ngày {people['first_signed_on']}")
    made = f"{people['maker'] or 'hệ thống'} chốt ngày {people['made_on']}"
    found = [
        f"Số liệu trong báo cáo này là của {report.frozen['area']}, tính đến hết ngày {snapshot.on:%d/%m/%Y}, lấy nguyên từ bản chốt số "
        f"{snapshot.number} do {made}, {', '.join(signed)}. Mỗi tỷ lệ ghi tử số/mẫu số; các số được cộng trước rồi mới chia, "
        "làm tròn đến một chữ số thập phân."
    ]
    if report.replaces is not None:
        old = report.replaces
        found.append(f"Báo cáo này thay Báo cáo số {old.number} ngày {old.issued_on:%d/%m/%Y}. Lý do: {report.reason}")
    return found


def _whole_line(snapshot: Snapshot, figure: SnapshotFigure | None, column: Column) -> WholeLine:
    version = snapshot.definitions[column.code][0]
    if figure is None:
        return WholeLine(column.code, version, column.name, NOTHING, (0, 0, 0), "", "", "")
    n, d, target = figure.numerator, figure.denominator, figure.target_percent
    verdict = ""
    if target is not None and d:
        verdict = "đạt" if money.reaches(n, d, target) else "chưa đạt"
    return WholeLine(
        column.code,
        figure.version,
        column.name,
        money.rate(n, d) if d else NOTHING,
        (n, d, figure.missing),
        "" if target is None else f"{target}\u00a0%",
        verdict,
        figure_line(snapshot, figure)["beside"],
    )


def _notes(snapshot: Snapshot) -> list[str]:
    found = []
    if snapshot.communes is not None and snapshot.communes_framed is not None:
        found.append(
            f"Mẫu số hộ đã chốt ở {snapshot.communes_framed} trong {snapshot.communes} xã, phường, đặc khu có hộ trong sổ."
            if snapshot.communes
            else "Chưa xã, phường, đặc khu nào có hộ trong sổ."
        )
    found.append(
        "«Chưa rõ» là số chưa biết thuộc bên nào, đếm riêng, không nằm trong tử số hay mẫu số. «Chưa có số liệu» không phải là 0."
    )
    return found


def _cells(
    figures: Mapping[tuple[str, str, str], SnapshotFigure], columns: Sequence[Column], unit: str, former: str
) -> tuple[Numbers | None, ...]:
    found = (figures.get((unit, former, each.code)) for each in columns)
    return tuple((each.numerator, each.denominator, each.missing) if each else None for each in found)


def _former_lines(
    former: list[list[str]],
    figures: Mapping[tuple[str, str, str], SnapshotFigure],
    columns: Sequence[Column],
    whole: str,
) -> list[UnitLine]:
    """The parts that lay in a province of before 1 July 2025, where there is more than one."""
    if len(former) < 2:
        return []
    return [UnitLine(name, _cells(figures, columns, whole, code)) for code, name in former]


def _unit_lines(
    frozen: Mapping[str, Any],
    figures: Mapping[tuple[str, str, str], SnapshotFigure],
    columns: Sequence[Column],
    whole: str,
) -> list[UnitLine]:
    """All units with a sum under each group, and at the end how their sum becomes the whole area's figures."""
    units: list[list[str]] = frozen["units"]
    if not units:
        return []
    lines: list[UnitLine] = []
    of_all: list[tuple[Numbers | None, ...]] = []
    for heading, members in _groups(units, frozen["former"]):
        if heading:
            lines.append(UnitLine(heading))
        cells = [_cells(figures, columns, code, "") for code, _name, _former in members]
        start = len(of_all)
        lines += [
            UnitLine(name, found, number=start + place)
            for place, ((_code, name, _lay), found) in enumerate(zip(members, cells, strict=True), start=1)
        ]
        of_all += cells
        if heading:
            lines.append(UnitLine(f"Cộng {heading[:1].lower()}{heading[1:]}", _sum(cells, len(columns)), is_sum=True))
    summed, total = _sum(of_all, len(columns)), _cells(figures, columns, whole, "")
    rest = tuple(_less(one, other) for one, other in zip(total, summed, strict=True))
    lines.append(UnitLine("Cộng các đơn vị trên", summed, is_sum=True))
    if any(rest):
        lines.append(UnitLine("Chưa rõ thuộc đơn vị nào", rest))
    lines.append(UnitLine(capfirst(frozen["area"]), total, is_sum=True))
    return lines


def _groups(units: list[list[str]], former: list[list[str]]) -> list[tuple[str, list[list[str]]]]:
    lay = {unit[2] for unit in units}
    if len(lay) < 2:
        return [("", units)]
    found = [(f"Địa bàn {name[:1].lower()}{name[1:]} cũ", [u for u in units if u[2] == code]) for code, name in former]
    found.append(("Địa bàn gồm đất của nhiều tỉnh cũ", [unit for unit in units if not unit[2]]))
    return [(heading, members) for heading, members in found if members]


def _sum(rows: Sequence[tuple[Numbers | None, ...]], width: int) -> tuple[Numbers | None, ...]:
    """Column by column; nothing counted anywhere stays nothing."""
    found: list[Numbers | None] = []
    for place in range(width):
        known = [cells for row in rows if (cells := row[place]) is not None]
        found.append((sum(c[0] for c in known), sum(c[1] for c in known), sum(c[2] for c in known)) if known else None)
    return tuple(found)


def _less(whole: Numbers | None, part: Numbers | None) -> Numbers | None:
    one, other = whole or (0, 0, 0), part or (0, 0, 0)
    rest = one[0] - other[0], one[1] - other[1], one[2] - other[2]
    return rest if any(rest) else None


def _reasons(reasons: Sequence[Sequence[str]]) -> str:
    """Why it was restated; of several restatements each with its number."""
    return reasons[0][1] if len(reasons) == 1 else "; ".join(f"{number}: {why}" for number, why in reasons)


def _not_compared(snapshot: Snapshot, before: Snapshot | None, reasons: Sequence[Sequence[str]]) -> str:
    """Said in place of changes where nobody answered for the figures that were restated."""
    if before is not None or snapshot.restates is None:
        return ""
    return (
        f"Bản chốt số này thay bản {snapshot.restates.number}. Lý do chốt lại: {_reasons(reasons)}. "
        "Chưa ai ký số liệu chốt trước đó nên báo cáo này không so với số cũ."
    )


def _changes(before: Snapshot | None, snapshot: Snapshot, whole: str) -> tuple[list[Change], list[Change]]:
    """What is not as it was before: in the whole area and its former parts, and in the units inside."""
    if before is None:
        return [], []
    names = before.definitions | snapshot.definitions
    places = {(each.unit_name) for each in snapshot.figures.all() if each.unit_code == whole}
    places |= {(each.unit_name) for each in before.figures.all() if each.unit_code == whole}
    found: tuple[list[Change], list[Change]] = [], []
    for each in figure_differences(before, snapshot):
        line = difference_line(names, each)
        change = Change(line["label"], line["before"] or NOTHING, line["after"] or NOTHING)
        found[each.unit_name not in places].append(change)
    return found


def _map(snapshot: Snapshot) -> str:
    changed = snapshot.map_version.partition("/")[0]
    return (
        f" Tên và địa giới đơn vị theo bản đồ đổi gần nhất ngày {date.fromisoformat(changed):%d/%m/%Y}."
        if changed
        else ""
    )


def _sources(snapshot: Snapshot) -> list[str]:
    return [
        f"Bản chốt số: {snapshot.number}, tính đến hết ngày {snapshot.on:%d/%m/%Y}.{_map(snapshot)}",
        f"Mã kiểm tra số liệu (SHA-256): {snapshot.figures_sha256}",
        f"Mã kiểm tra {snapshot.rows_count} dòng gốc (SHA-256): {snapshot.rows_sha256}",
    ]
