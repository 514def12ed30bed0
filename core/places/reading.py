"""Reading a resolution from its csv file: each line is one change, described in docs/operations.md. Pure."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, dataclass
from datetime import date, datetime

from core.kit.text import squeeze
from core.places.models import Level, UnitLink

FIRST_DAY = date(2025, 7, 2)  # the map of 1 July 2025 and everything before is in the data files
CODE_LENGTH = {Level.PROVINCE: 2, Level.COMMUNE: 5}
KINDS = {Level.PROVINCE: {"Tỉnh", "Thành phố"}, Level.COMMUNE: {"Xã", "Phường", "Đặc khu"}}
# Change: the columns that must be filled in, and those that may be. "level" and "code" are always there.
_COLUMNS: dict[str, tuple[set[str], set[str]]] = {
    "rename": (set(), {"name", "kind"}),
    "open": ({"name", "kind"}, {"parent"}),
    "merge": ({"new_code"}, set()),
    "split": ({"new_code", "share"}, set()),
    "move": ({"parent"}, set()),
    "hamlet_open": ({"hamlet"}, set()),
    "hamlet_rename": ({"hamlet", "new_hamlet"}, set()),
    "hamlet_merge": ({"hamlet", "new_hamlet"}, set()),
    "hamlet_split": ({"hamlet", "new_hamlet"}, set()),
    "hamlet_move": ({"hamlet", "new_code"}, {"new_hamlet"}),
}
HEADER = (
    "decision", "on", "change", "level", "code", "new_code", "name", "kind", "parent", "share", "hamlet", "new_hamlet",
)  # fmt: skip


class Refused(Exception):
    """The file cannot be entered; `sentences` say why, line by line, and what to do. Nothing was changed."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True)
class Line:
    """One change. `number` is the line in the file, for messages."""

    number: int
    change: str
    level: str
    code: str
    new_code: str = ""
    name: str = ""
    kind: str = ""
    parent: str = ""
    share: str = ""
    hamlet: str = ""
    new_hamlet: str = ""


@dataclass(frozen=True)
class ResolutionFile:
    """A decision, the first day it is in force, and its changes."""

    decision: str
    on: date
    lines: tuple[Line, ...]

    def as_rows(self) -> list[dict[str, str | int]]:
        """The lines as plain values, to be kept."""
        return [asdict(line) for line in self.lines]


def read_resolution(content: bytes) -> ResolutionFile:
    """The file as typed lines. Raises Refused with a sentence for every line that cannot be understood."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(["Tệp không phải UTF-8. Hãy lưu lại dạng «CSV UTF-8»."]) from None
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    missing = [column for column in HEADER[:5] if column not in (reader.fieldnames or [])]
    unknown = [column for column in reader.fieldnames or [] if column not in HEADER]
    if missing or unknown:
        raise Refused(
            [f"Dòng tiêu đề sai. Thiếu cột: {', '.join(missing) or 'không'}; cột lạ: {', '.join(unknown) or 'không'}."]
        )
    rows = [(reader.line_num, {column: squeeze(row.get(column) or "") for column in HEADER}) for row in reader]
    rows = [(number, row) for number, row in rows if any(row.values())]
    problems = [f"Dòng {number}: {problem}" for number, row in rows for problem in _problems(row)]
    heads = {(row["decision"], row["on"]) for _, row in rows}
    if not rows:
        problems.append("Tệp không có dòng nào.")
    elif len(heads) > 1:
        problems.append("Mỗi tệp chỉ chứa một nghị quyết và một ngày hiệu lực. Hãy tách thành nhiều tệp.")
    if problems:
        raise Refused(problems)
    decision, day = heads.pop()
    lines = tuple(Line(number, **{name: row[name] for name in HEADER[2:]}) for number, row in rows)
    return ResolutionFile(decision, _day(day) or FIRST_DAY, lines)


def read_rows(decision: str, on: date, rows: list[dict[str, str | int]]) -> ResolutionFile:
    """A kept resolution, as `as_rows` gave it."""
    lines = (Line(int(row["number"]), **{name: str(row[name]) for name in HEADER[2:]}) for row in rows)
    return ResolutionFile(decision, on, tuple(lines))


def _problems(row: dict[str, str]) -> list[str]:
    """What is wrong with one line in itself."""
    day = _day(row["on"])
    found = [] if row["decision"] else ["thiếu số nghị quyết (cột decision)."]
    if day is None:
        found.append(f"ngày hiệu lực «{row['on']}» không đọc được. Hãy ghi như 2027-01-01.")
    elif day < FIRST_DAY:
        found.append("chỉ nhận thay đổi sau ngày 1/7/2025; bản đồ trước đó nằm trong dữ liệu đi kèm.")
    change = row["change"]
    if change not in _COLUMNS:
        return [*found, f"không có loại thay đổi «{change}». Hãy dùng một trong: {', '.join(_COLUMNS)}."]
    length = CODE_LENGTH.get(Level(row["level"]), 0) if row["level"] in CODE_LENGTH else 0
    if not length:
        found.append(f"cấp «{row['level']}» không dùng được ở đây. Hãy ghi province hoặc commune.")
    elif change.startswith(("hamlet", "move")) and row["level"] != Level.COMMUNE:
        found.append(f"thay đổi «{change}» chỉ dành cho cấp commune.")
    needed, allowed = _COLUMNS[change]
    found += [f"thiếu cột {column}." for column in HEADER if column in needed and not row[column]]
    extra = [column for column in HEADER[5:] if row[column] and column not in needed | allowed]
    found += [f"cột {column} không dùng cho «{change}»." for column in extra]
    if change == "rename" and not row["name"] and not row["kind"]:
        found.append("đổi tên thì phải có name hoặc kind mới.")
    if change == "open" and row["level"] == Level.COMMUNE and not row["parent"]:
        found.append("xã mới phải có mã tỉnh (cột parent).")
    if row["kind"] and row["level"] in KINDS and row["kind"] not in KINDS[Level(row["level"])]:
        found.append(
            f"loại «{row['kind']}» không có ở cấp này. Hãy dùng: {', '.join(sorted(KINDS[Level(row['level'])]))}."
        )
    if row["share"] and row["share"] not in (UnitLink.Kind.PART, UnitLink.Kind.DEFAULT):
        found.append("cột share phải là part hoặc default.")
    return found + _wrong_codes(row, length)


def _wrong_codes(row: dict[str, str], length: int) -> list[str]:
    lengths = {"code": length, "new_code": length, "parent": CODE_LENGTH[Level.PROVINCE]}
    return [
        f"mã «{row[column]}» phải gồm {digits} chữ số, giữ cả số 0 ở đầu."
        for column, digits in lengths.items()
        if digits and (row[column] or column == "code") and not (row[column].isdecimal() and len(row[column]) == digits)
    ]


def _day(text: str) -> date | None:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 a day, no moment
        except ValueError:
            continue
    return None
