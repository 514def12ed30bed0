"""A report as PDF: the sheet of a named document (Decree 30/2020/NĐ-CP, annex I), then its annexes."""

from __future__ import annotations

from collections.abc import Sequence

from core.kit import money
from ocop.reports.content import NOTHING, Change, Column, Content, Numbers, UnitLine
from ocop.reports.drawing.lettering import lines_of, ready
from ocop.reports.drawing.paper import LEFT, TOP, Align, Cell, Paper, Row, Table
from ocop.reports.wording import day_words, lines_in, spelled_code

STATE, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
KIND = "BÁO CÁO"
ISSUER_WIDTH, GAP = 73.0, 2.0
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII")
CODE_SIDE, SIGNING_ROOM = 26.0, 28.0
SHORT = "–"  # in annexes, where «chưa có số liệu» has no room


def draw(content: Content) -> bytes:
    """PDF bytes; the same content gives the same bytes."""
    report = content.report
    paper = Paper(title=f"Báo cáo số {report.number}", author=report.issuer, made_at=report.made_at)
    paper.part()
    _head(paper, content)
    _body(paper, content)
    _foot(paper, content)
    annexes = Annexes(paper, content)
    if content.units:
        _units(annexes)
    _definitions(annexes)
    if content.changes_inside:
        _changes_inside(annexes)
    return paper.done()


def _head(paper: Paper, content: Content) -> None:
    report, top = content.report, paper.get_y()
    state_x = LEFT + ISSUER_WIDTH + GAP
    state_width = paper.epw - ISSUER_WIDTH - GAP
    left = top
    if report.superior:
        paper.face(12)
        left = paper.words(report.superior.upper(), LEFT, left, ISSUER_WIDTH, align="C")
    paper.face(12, "B")
    left = paper.words(report.issuer.upper(), LEFT, left, ISSUER_WIDTH, align="C") + 0.8
    paper.rule(LEFT + ISSUER_WIDTH / 2 - 12, left, 24)
    paper.face(12, "B")
    right = paper.words(STATE, state_x, top, state_width, align="C")
    paper.face(13, "B")
    length = paper.width_of(MOTTO)
    right = paper.words(MOTTO, state_x, right, state_width, align="C") + 0.8
    paper.rule(state_x + (state_width - length) / 2, right, length)
    y = max(left, right) + 2.5
    paper.face(13)
    left = paper.words(f"Số: {report.number}", LEFT, y, ISSUER_WIDTH, align="C")
    paper.face(13, "I")
    right = paper.words(f"{report.place}, {day_words(report.issued_on)}", state_x, y, state_width, align="C")
    y = max(left, right) + 7
    paper.face(14, "B")
    y = paper.words(KIND, LEFT, y, paper.epw, align="C")
    y = paper.words(report.subject, LEFT + 10, y, paper.epw - 20, align="C") + 0.8
    paper.rule(LEFT + paper.epw / 2 - 25, y, 50)
    paper.set_xy(LEFT, y + 5)
    _addressees(paper, lines_in(report.addressees))


def _addressees(paper: Paper, names: Sequence[str]) -> None:
    """One name stands on the line itself, several each on its own (II.9.a)."""
    if not names:
        return
    paper.face(14)
    lead = "Kính gửi: "
    x, y = LEFT + 28, paper.get_y()
    after = x + paper.width_of(lead) + 2
    width = LEFT + paper.epw - after
    paper.words(lead.strip(), x, y, after - x)
    if len(names) == 1:
        y = paper.flow(_broken(paper, ended(names[0], "."), width), after, y)
    else:
        y += paper.line_height(14)
        for place, name in enumerate(names, start=1):
            end = "." if place == len(names) else ";"
            y = paper.flow(_broken(paper, f"- {ended(name, end)}", width), after, y)
    paper.set_xy(LEFT, y + 4)


def _broken(paper: Paper, text: str, width: float) -> list[str]:
    return lines_of(ready(text), width, paper.width_of)


def ended(text: str, sign: str) -> str:
    """With this sign at its end, whatever was typed there."""
    return text.rstrip(" .;") + sign


def _body(paper: Paper, content: Content) -> None:
    for words in content.opening:
        paper.paragraph(words)
    if content.not_compared:
        paper.paragraph(content.not_compared)
    sections = iter(ROMAN)
    _section(paper, f"{next(sections)}. KẾT QUẢ CHUNG")
    paper.grid(_whole(content))
    for line in content.whole:
        if line.beside:
            paper.paragraph(f"{line.name}: {line.beside}", size=13, after=1)
    for words in content.notes:
        paper.paragraph(words, size=13, after=1)
    if content.former:
        _section(paper, f"{next(sections)}. KẾT QUẢ THEO ĐỊA BÀN TRƯỚC NGÀY 01/7/2025")
        paper.grid(_former(content, paper.epw))
    if content.changed_from:
        _section(paper, f"{next(sections)}. THAY ĐỔI SO VỚI BẢN CHỐT {content.changed_from}")
        if content.why_changed:
            paper.paragraph(f"Bản chốt này thay bản {content.changed_from}. Lý do chốt lại: {content.why_changed}")
        if content.changes:
            paper.grid(_changes(content.changes, paper.epw))
        else:
            paper.paragraph("Không số liệu nào của toàn địa bàn thay đổi.")
        if content.changes_inside:
            paper.paragraph(
                f"Còn {len(content.changes_inside)} số liệu thay đổi ở từng đơn vị, ghi ở Phụ lục {_last(content)}."
            )
    if content.report.remarks:
        _section(paper, f"{next(sections)}. NHẬN XÉT, KIẾN NGHỊ")
        for words in lines_in(content.report.remarks):
            paper.paragraph(words)
    _section(paper, f"{next(sections)}. CĂN CỨ SỐ LIỆU VÀ CÁCH KIỂM TRA")
    for words in content.sources:
        paper.paragraph(words, size=13, after=1, align="L")
    paper.paragraph(
        "Số liệu từng đơn vị ở Phụ lục I; định nghĩa của từng chỉ tiêu, kèm phiên bản, ở Phụ lục II."
        if content.units
        else "Định nghĩa của từng chỉ tiêu, kèm phiên bản, ở Phụ lục I.",
        size=13,
        after=1,
    )


def _last(content: Content) -> str:
    """The number of the annex with what changed inside."""
    return ROMAN[2 if content.units else 1]


def _section(paper: Paper, title: str) -> None:
    paper.set_xy(LEFT, paper.get_y() + 1.5)
    paper.room(25)  # a heading does not stay alone at the end of a page
    paper.paragraph(title, style="B", after=1.5)


def _whole(content: Content) -> Table:
    head = [Cell("TT"), Cell("Chỉ tiêu"), Cell("Kết quả"), Cell("Chưa rõ"), Cell("Mục tiêu"), Cell("So với mục tiêu")]
    aligns: list[Align] = ["C", "L", "C", "C", "C", "C"]
    rows = [
        Row([str(place), line.name, line.rate, str(line.numbers[2]), line.target or SHORT, line.verdict or SHORT])
        for place, line in enumerate(content.whole, start=1)
    ]
    return Table((10, 67, 35, 16, 17, 20), aligns, [head], rows, size=12)


def _former(content: Content, width: float) -> Table:
    """Indicators down, former provinces across."""
    names = [line.name for line in content.former]
    each = (width - 65) / len(names)
    aligns: list[Align] = ["L", *(["C"] * len(names))]  # type: ignore[list-item]
    rows = [
        Row([column.name, *(_rate(line.cells[place], NOTHING) for line in content.former)])
        for place, column in enumerate(content.columns)
    ]
    return Table((65, *[each] * len(names)), aligns, [[Cell("Chỉ tiêu"), *map(Cell, names)]], rows, size=12)


def _changes(changes: Sequence[Change], width: float) -> Table:
    rows = [Row([each.label, each.before, each.after]) for each in changes]
    side = 45.0
    return Table(
        (width - 2 * side, side, side), ("L", "C", "C"), [[Cell("Số liệu"), Cell("Trước"), Cell("Sau")]], rows, size=12
    )


def _rate(numbers: Numbers | None, nothing: str, between: str = " ") -> str:
    if numbers is None or not numbers[1]:
        return nothing
    return money.rate(numbers[0], numbers[1]).replace(" ", between, 1)


def _foot(paper: Paper, content: Content) -> None:
    """How to check it, who gets it, who signs: together on one page, so that nobody signs a sheet that says nothing."""
    report, side = content.report, 75.0
    titles = [*lines_in(report.authority), report.title]
    paper.face(11)
    recipients = [line for name in lines_in(report.recipients) for line in _broken(paper, f"- {name}", side)]
    step, head = paper.line_height(11), paper.line_height(12)
    right_high = _high(paper, [*titles, report.signer], 13, "B", paper.epw - side - 5) + SIGNING_ROOM
    above, whole_page = CODE_SIDE + 6, paper.floor - TOP
    left_high = head + len(recipients) * step
    # A list longer than a page goes on on the next one; whoever signs stands on the sheet where it begins.
    paper.room(above + max(left_high if above + left_high <= whole_page else 0, right_high))
    top = _check(paper, content) + 4
    right_x, right_width = LEFT + side + 5, paper.epw - side - 5
    paper.face(12, "BI")
    left = paper.words("Nơi nhận:", LEFT, top, side)
    paper.face(11)
    here = int((paper.floor - left) / step)
    left = paper.flow(recipients[:here], LEFT, left)
    right = top
    paper.face(13, "B")
    for words in titles:
        right = paper.words(words.upper(), right_x, right, right_width, align="C")
    right = paper.words(report.signer, right_x, right + SIGNING_ROOM, right_width, align="C")
    paper.face(11)
    left = paper.flow(recipients[here:], LEFT, left)
    paper.set_xy(LEFT, left if recipients[here:] else max(left, right))


def _high(paper: Paper, texts: Sequence[str], size: float, style: str, width: float) -> float:
    paper.face(size, style)
    lines = sum(len(lines_of(ready(text.upper()), width, paper.width_of)) for text in texts)
    return lines * paper.line_height(size)


def _check(paper: Paper, content: Content) -> float:
    report, y = content.report, paper.get_y() + 2
    paper.code(report.address, LEFT, y, CODE_SIDE)
    paper.face(11)
    x, width = LEFT + CODE_SIDE + 3, paper.epw - CODE_SIDE - 3
    end = paper.words("Kiểm tra báo cáo này: quét mã bên, hoặc mở địa chỉ dưới đây.", x, y + 4, width)
    end = paper.words(report.address, x, end, width)
    end = paper.words(f"Mã kiểm tra: {spelled_code(report.code)}", x, end, width)
    return max(end, y + CODE_SIDE)


class Annexes:
    """The annexes of a report, numbered as they come."""

    def __init__(self, paper: Paper, content: Content) -> None:
        self.paper, self.content, self._numbers = paper, content, iter(ROMAN)

    def begin(self, title: str, *, is_wide: bool = False) -> Paper:
        """A new annex with its number, its title and the report it belongs to."""
        report, paper = self.content.report, self.paper
        paper.part(is_wide=is_wide)
        paper.face(14, "B")
        y = paper.words(f"Phụ lục {next(self._numbers)}", LEFT, paper.get_y(), paper.epw, align="C")
        y = paper.words(title.upper(), LEFT, y, paper.epw, align="C")
        paper.face(13, "I")
        kept = f"(Kèm theo Báo cáo số {report.number} {day_words(report.issued_on)} của {report.issuer})"
        y = paper.words(kept, LEFT, y, paper.epw, align="C")
        paper.set_xy(LEFT, y + 4)
        return paper


def _units(annexes: Annexes) -> None:
    content = annexes.content
    paper = annexes.begin(f"Số liệu từng đơn vị, tính đến hết ngày {content.report.snapshot.on:%d/%m/%Y}", is_wide=True)
    first, name = 9.0, 40.0
    each = (paper.epw - first - name) / len(content.columns)
    top = [Cell("TT", rows=2), Cell(content.kind, rows=2)]
    for heading, columns in grouped(content.columns):
        top.append(Cell(heading, columns=len(columns)))
    head = [top, [Cell(f"{column.name} ({column.code})") for column in content.columns]]
    aligns: list[Align] = ["C", "L", *(["C"] * len(content.columns))]  # type: ignore[list-item]
    rows = [_unit_row(line) for line in content.units]
    paper.grid(Table((first, name, *[each] * len(content.columns)), aligns, head, rows, size=8.5))
    paper.paragraph(
        f"Mỗi ô ghi tử số/mẫu số và tỷ lệ. Dấu «{SHORT}»: chưa có số liệu. Số chưa rõ của từng đơn vị ở bảng tính kèm theo.",
        size=11, indent=0,
    )  # fmt: skip


def grouped(columns: Sequence[Column]) -> list[tuple[str, list[Column]]]:
    """Columns under their headings."""
    found: dict[str, list[Column]] = {}
    for column in columns:
        found.setdefault(column.heading, []).append(column)
    return list(found.items())


def _unit_row(line: UnitLine) -> Row:
    if not line.cells:
        return Row([line.name], whole=True)
    texts = [str(line.number) if line.number else "", line.name, *(_rate(cell, SHORT, "\n") for cell in line.cells)]
    return Row(texts, is_bold=line.is_sum)


def _definitions(annexes: Annexes) -> None:
    paper = annexes.begin("Định nghĩa các chỉ tiêu")
    for code, version, name, words in annexes.content.definitions:
        paper.room(20)
        paper.paragraph(f"{name} ({code}, phiên bản {version})", size=13, style="B", after=1)
        paper.paragraph(words, size=13, after=2)


def _changes_inside(annexes: Annexes) -> None:
    content = annexes.content
    paper = annexes.begin(f"Thay đổi ở từng đơn vị so với bản chốt {content.changed_from}")
    paper.grid(_changes(content.changes_inside, paper.epw))
