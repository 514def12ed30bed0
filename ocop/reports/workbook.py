"""A report as a workbook: the same head, tables and foot; numbers stay numbers, text is never a formula. The same content gives the same
bytes: the moment of making is told, and no zip notes its own."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core.kit.sheets import safe_cell
from core.kit.text import squeeze
from ocop.reports.content import NOTHING, Content, Numbers, UnitLine
from ocop.reports.drawing.document import KIND, MOTTO, STATE, ended, grouped
from ocop.reports.wording import day_words, lines_in, spelled_code

FACE = "Times New Roman"
A4 = 9
_WHOLE_WIDTHS = (5, 46, 9, 9, 10, 9, 10, 13)
INSIDE = "Thay đổi từng đơn vị"
_LETTERS, _MOST_LINES = 95, 24  # on a line over all columns; lines in a row
_LAST = len(_WHOLE_WIDTHS) - 1
_MARGINS = {"left": 1.18, "right": 0.6, "top": 0.79, "bottom": 0.79}  # inches: 30, 15, 20 and 20 mm


def written(content: Content) -> bytes:
    """The bytes of the file."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
    report = content.report
    book.set_properties(
        {
            "title": squeeze(f"Báo cáo số {report.number}"),
            "author": squeeze(report.issuer),
            "created": report.made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0),
        }
    )
    styles = _Styles(book)
    _report(_Sheet(book, styles, "Báo cáo"), content)
    if content.units:
        _units(_Sheet(book, styles, "Phụ lục I", is_wide=True), content)
    _definitions(_Sheet(book, styles, "Định nghĩa"), content)
    if content.changes_inside:
        _changes_inside(_Sheet(book, styles, INSIDE), content)
    book.close()
    return out.getvalue()


class _Styles:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def get(self, **more: Any) -> Format:
        """A style of this typeface; the same wishes give the same style."""
        key = tuple(sorted(more.items()))
        if key not in self._made:
            base = {"font_name": FACE, "font_size": 12, "valign": "vcenter", "text_wrap": True}
            self._made[key] = self._book.add_format(base | more)
        return self._made[key]


class _Sheet:
    """A sheet that is written from top to bottom."""

    def __init__(self, book: xlsxwriter.Workbook, styles: _Styles, name: str, *, is_wide: bool = False) -> None:
        self.sheet: Worksheet = book.add_worksheet(name)
        self.styles, self.row = styles, 0
        self.sheet.set_paper(A4)
        self.sheet.set_margins(**_MARGINS)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.hide_gridlines(2)
        if is_wide:
            self.sheet.set_landscape()
        self.sheet.set_header("&C&P", {"margin": 0.4})

    def text(self, row: int, column: int, words: str, **style: Any) -> None:
        """A cell of text."""
        self.sheet.write_string(row, column, safe_cell(squeeze(words)), self.styles.get(**style))

    def number(self, row: int, column: int, value: float | None, **style: Any) -> None:
        """A number, or what stands for none."""
        made = self.styles.get(align="center", **style)
        if value is None:
            self.sheet.write_blank(row, column, None, made)
        else:
            self.sheet.write_number(row, column, value, made)

    def over(self, first: tuple[int, int], last: tuple[int, int], words: str, **style: Any) -> None:
        """A text over several cells."""
        made, safe = self.styles.get(**style), safe_cell(squeeze(words))
        if first == last:
            self.sheet.write_string(*first, safe, made)
        else:
            self.sheet.merge_range(*first, *last, "", made)
            self.sheet.write_string(*first, safe, made)

    def line(self, words: str, last: int, *, height: float | None = None, **style: Any) -> None:
        """A text over the whole width on a row of its own."""
        if height is not None:
            self.sheet.set_row(self.row, height)
        self.over((self.row, 0), (self.row, last), words, **style)
        self.row += 1


def _report(page: _Sheet, content: Content) -> None:
    for column, width in enumerate(_WHOLE_WIDTHS):
        page.sheet.set_column(column, column, width)
    _head(page, content)
    for words in content.opening:
        _long(page, words)
    if content.not_compared:
        _long(page, content.not_compared)
    page.line("KẾT QUẢ CHUNG", _LAST, bold=True)
    _whole(page, content)
    for line in content.whole:
        if line.beside:
            _long(page, f"{line.name}: {line.beside}")
    for words in content.notes:
        _long(page, words)
    if content.former:
        page.line("KẾT QUẢ THEO ĐỊA BÀN TRƯỚC NGÀY 01/7/2025", _LAST, bold=True)
        _former(page, content)
    if content.changed_from:
        page.line(f"THAY ĐỔI SO VỚI BẢN CHỐT {content.changed_from}", _LAST, bold=True)
        if content.why_changed:
            _long(page, f"Lý do chốt lại: {content.why_changed}")
        for change in content.changes:
            _long(page, f"{change.label}: {change.before} → {change.after}")
        if not content.changes:
            _long(page, "Không số liệu nào của toàn địa bàn thay đổi.")
        if content.changes_inside:
            _long(page, f"Còn {len(content.changes_inside)} số liệu thay đổi ở từng đơn vị, ghi ở trang «{INSIDE}».")
    if content.report.remarks:
        page.line("NHẬN XÉT, KIẾN NGHỊ", _LAST, bold=True)
        for words in lines_in(content.report.remarks):
            _long(page, words)
    page.line("CĂN CỨ SỐ LIỆU VÀ CÁCH KIỂM TRA", _LAST, bold=True)
    for words in content.sources:
        _long(page, words)
    _foot(page, content)


def _long(page: _Sheet, words: str) -> None:
    """A paragraph; spreadsheets give merged cells no height of their own, and no row more than 409 points: a long one goes on in the next."""
    for part in textwrap.wrap(squeeze(words), _LETTERS * _MOST_LINES) or [""]:
        page.line(part, _LAST, height=16.5 * max(1, -(-len(part) // _LETTERS)), align="justify")


def _former(page: _Sheet, content: Content) -> None:
    """Indicators under each former province: four columns of numbers have no room beside each other for several."""
    for former in content.former:
        page.line(former.name, _LAST, bold=True, italic=True)
        top = page.row
        page.text(top, 0, "TT", **_HEAD)
        for column, words in enumerate(("Chỉ tiêu", "Tử số", "Mẫu số", "Tỷ lệ %", "Chưa rõ"), start=1):
            page.text(top, column, words, **_HEAD)
        page.row += 1
        for place, (column_of, cell) in enumerate(zip(content.columns, former.cells, strict=True), start=1):
            row = page.row
            page.sheet.set_row(row, 33 if len(column_of.name) > 40 else 17)
            page.number(row, 0, place, **_BORDER)
            page.text(row, 1, column_of.name, **_BORDER)
            if cell and cell[1]:
                _numbers(page, row, 2, cell)
            else:
                page.over((row, 2), (row, 4), NOTHING, align="center", **_BORDER)
            page.number(row, 5, cell[2] if cell else None, **_BORDER)
            page.row += 1
        page.row += 1


def _head(page: _Sheet, content: Content) -> None:
    report = content.report
    split = 2  # the left half: number and name
    page.over((0, 0), (0, split - 1), report.superior.upper(), align="center")
    page.over((0, split), (0, _LAST), STATE, align="center", bold=True)
    page.over((1, 0), (1, split - 1), report.issuer.upper(), align="center", bold=True)
    page.over((1, split), (1, _LAST), MOTTO, align="center", bold=True, underline=1, font_size=13)
    page.over((2, 0), (2, split - 1), f"Số: {report.number}", align="center", font_size=13)
    page.over((2, split), (2, _LAST), f"{report.place}, {day_words(report.issued_on)}", align="center", italic=True)
    for row in (0, 1):
        page.sheet.set_row(row, 33)
    page.row = 4
    page.line(KIND, _LAST, align="center", bold=True, font_size=14)
    page.line(
        report.subject,
        _LAST,
        height=19 * max(2, -(-len(report.subject) // 70)),
        align="center",
        bold=True,
        font_size=14,
    )
    page.row += 1
    names = lines_in(report.addressees)
    if len(names) == 1:
        _long(page, f"Kính gửi: {ended(names[0], '.')}")
    elif names:
        _long(page, "Kính gửi:")
        for place, name in enumerate(names, start=1):
            _long(page, ended(name, "." if place == len(names) else ";"))
    page.row += bool(names)


_BORDER = {"border": 1}
_HEAD = {"border": 1, "bold": True, "align": "center"}


def _whole(page: _Sheet, content: Content) -> None:
    """A head of two rows: the three columns of a result stand under one."""
    top, below = page.row, page.row + 1
    for column, words in ((0, "TT"), (1, "Chỉ tiêu"), (5, "Chưa rõ"), (6, "Mục tiêu"), (7, "So với mục tiêu")):
        page.over((top, column), (below, column), words, **_HEAD)
    page.over((top, 2), (top, 4), "Kết quả", **_HEAD)
    for column, words in ((2, "Tử số"), (3, "Mẫu số"), (4, "Tỷ lệ %")):
        page.text(below, column, words, **_HEAD)
    page.row += 2
    for place, line in enumerate(content.whole, start=1):
        row = page.row
        page.sheet.set_row(row, 33 if len(line.name) > 40 else 17)
        page.number(row, 0, place, **_BORDER)
        page.text(row, 1, line.name, **_BORDER)
        if line.numbers[1]:
            _numbers(page, row, 2, line.numbers)
        else:
            page.over((row, 2), (row, 4), NOTHING, align="center", **_BORDER)
        page.number(row, 5, line.numbers[2], **_BORDER)
        page.text(row, 6, line.target or "–", align="center", **_BORDER)
        page.text(row, 7, line.verdict or "–", align="center", **_BORDER)
        page.row += 1
    page.row += 1


def _numbers(page: _Sheet, row: int, column: int, numbers: Numbers | None, **style: Any) -> None:
    """Numerator, denominator, rate with one decimal (half up, worked out of integers)."""
    n, d = (numbers[0], numbers[1]) if numbers else (0, 0)
    page.number(row, column, n if d else None, **_BORDER, **style)
    page.number(row, column + 1, d if d else None, **_BORDER, **style)
    tenths = (n * 2000 + d) // (2 * d) if d else 0
    page.number(row, column + 2, tenths / 10 if d else None, num_format="0.0", **_BORDER, **style)


def _foot(page: _Sheet, content: Content) -> None:
    report, split = content.report, 2
    page.row += 1
    top = page.row
    page.over((top, 0), (top, split - 1), "Nơi nhận:", bold=True, italic=True)
    recipients = lines_in(report.recipients)
    for place, name in enumerate(recipients, start=1):
        page.over((top + place, 0), (top + place, split - 1), f"{name}", font_size=11)
        page.sheet.set_row(top + place, min(15.0 * max(1, -(-len(name) // 48)), 405))
    titles = [*lines_in(report.authority), report.title]
    for place, words in enumerate(titles):
        page.over((top + place, split), (top + place, _LAST), words.upper(), align="center", bold=True, font_size=13)
    named = top + len(titles) + 4
    page.over((named, split), (named, _LAST), report.signer, align="center", bold=True, font_size=13)
    page.row = max(named, top + len(recipients)) + 2
    page.line(f"Kiểm tra: {report.address}", _LAST, font_size=11)
    page.line(f"Mã kiểm tra: {spelled_code(report.code)}", _LAST, font_size=11)


def _kept_with(page: _Sheet, content: Content, title: str, last: int) -> None:
    report = content.report
    page.line(title.upper(), last, align="center", bold=True, font_size=14)
    kept = f"(Kèm theo Báo cáo số {report.number} {day_words(report.issued_on)} của {report.issuer})"
    page.line(kept, last, align="center", italic=True)
    page.row += 1


def _units(page: _Sheet, content: Content) -> None:
    """Three rows of heads: what is counted, the indicator, its numbers; they are printed again on every page."""
    per = 4
    last = 1 + per * len(content.columns)
    page.sheet.set_column(0, 0, 5)
    page.sheet.set_column(1, 1, 30)
    page.sheet.set_column(2, last, 7)
    _kept_with(
        page, content, f"Phụ lục I. Số liệu từng đơn vị, tính đến hết ngày {content.report.snapshot.on:%d/%m/%Y}", last
    )
    top = page.row
    page.over((top, 0), (top + 2, 0), "TT", **_HEAD)
    page.over((top, 1), (top + 2, 1), content.kind, **_HEAD)
    column = 2
    for heading, members in grouped(content.columns):
        page.over((top, column), (top, column + per * len(members) - 1), heading, **_HEAD)
        for each in members:
            page.over((top + 1, column), (top + 1, column + per - 1), f"{each.name} ({each.code})", **_HEAD)
            for place, words in enumerate(("Tử số", "Mẫu số", "Tỷ lệ %", "Chưa rõ")):
                page.text(top + 2, column + place, words, **_HEAD)
            column += per
    page.sheet.set_row(top + 1, 50)
    page.sheet.set_row(top + 2, 33)
    page.sheet.repeat_rows(top, top + 2)
    page.sheet.freeze_panes(top + 3, 2)
    page.row = top + 3
    for line in content.units:
        _unit_row(page, line, last, per)


def _unit_row(page: _Sheet, line: UnitLine, last: int, per: int) -> None:
    style: dict[str, Any] = {"bold": True} if line.is_sum else {}
    if not line.cells:
        page.line(line.name, last, bold=True, **_BORDER)
        return
    page.number(page.row, 0, line.number or None, **_BORDER, **style)
    page.text(page.row, 1, line.name, **_BORDER, **style)
    for place, cell in enumerate(line.cells):
        column = 2 + per * place
        _numbers(page, page.row, column, cell, **style)
        page.number(page.row, column + 3, cell[2] if cell else None, **_BORDER, **style)
    page.row += 1


def _definitions(page: _Sheet, content: Content) -> None:
    _columns(page, (10, 12, 34, 90))
    _kept_with(page, content, "Định nghĩa các chỉ tiêu", 3)
    _heading(page, ("Chỉ tiêu", "Phiên bản", "Tên", "Định nghĩa"))
    for code, version, name, words in content.definitions:
        page.text(page.row, 0, code, **_BORDER)
        page.number(page.row, 1, version, **_BORDER)
        page.text(page.row, 2, name, **_BORDER)
        page.text(page.row, 3, words, **_BORDER)
        page.row += 1


def _changes_inside(page: _Sheet, content: Content) -> None:
    _columns(page, (70, 28, 28))
    _kept_with(page, content, f"Thay đổi ở từng đơn vị so với bản chốt {content.changed_from}", 2)
    _heading(page, ("Số liệu", "Trước", "Sau"))
    for change in content.changes_inside:
        for column, words in enumerate((change.label, change.before, change.after)):
            page.text(page.row, column, words, **_BORDER)
        page.row += 1


def _columns(page: _Sheet, widths: Sequence[int]) -> None:
    for column, width in enumerate(widths):
        page.sheet.set_column(column, column, width)


def _heading(page: _Sheet, words: Sequence[str]) -> None:
    for column, each in enumerate(words):
        page.text(page.row, column, each, **_HEAD)
    page.sheet.repeat_rows(page.row)
    page.row += 1
