"""A sheet is looked at before anything opens it: what it is, what it unpacks to, what a reader would make of it."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineError, load_workbook

from core.files.sheets import MAX_SHEET_BYTES, SheetKind, SheetRefused, check_sheet_upload

ROWS = [["Mã", "Tên hộ"], ["H-1", "Nguyễn Văn An"], ["=1+1", "Điểu Thị Bình"]]
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(rows: list[list[str]] = ROWS, *, picture: bool = False) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Hộ")
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
        if picture:
            sheet.embed_image(5, 5, "photo.png", {"image_data": io.BytesIO(PNG)})
    return out.getvalue()


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c4890000000d49444154789c636060606000000005"
    "0001a5f645400000000049454e44ae426082".replace(" ", "")
)


def changed(raw: bytes, change: Callable[[str, bytes], dict[str, bytes]], **extra: bytes) -> bytes:
    """The zip written again; `change` gives the new parts in place of one."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            for new_name, part in change(name, source.read(name)).items():
                target.writestr(new_name, part)
        for name, part in extra.items():
            target.writestr(name.replace("__", "/"), part)
    return out.getvalue()


def with_sheet(rows: str, **extra: bytes) -> bytes:
    xml = f'<worksheet xmlns="{NAMESPACE}"><sheetData>{rows}</sheetData></worksheet>'.encode()
    return changed(workbook(), lambda name, part: {name: xml if name.endswith("sheet1.xml") else part}, **extra)


def moved(path: str) -> bytes:
    """A sheet with far corners at an odd place, where a reader that follows the relationships still finds it."""
    xml = f'<worksheet xmlns="{NAMESPACE}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'

    def change(name: str, part: bytes) -> dict[str, bytes]:
        if name == "xl/worksheets/sheet1.xml":
            return {f"xl/{path}": xml.encode()}
        return {name: part.replace(b"worksheets/sheet1.xml", path.encode())}

    return changed(workbook(), change)


def check(content: bytes, **limits: int) -> Any:
    return check_sheet_upload(io.BytesIO(content), **limits)


def rows_of(content: bytes) -> list[list[str]]:
    found: list[list[str]] = load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    return found


def test_a_workbook_reads_the_same_afterwards() -> None:
    for raw in (workbook(), workbook(picture=True)):
        checked = check(raw)
        assert checked.kind == SheetKind.XLSX and rows_of(checked.content) == rows_of(raw)


def test_only_measured_parts_remain() -> None:
    checked = check(changed(workbook(picture=True), lambda name, part: {name: part}, docProps__thumbnail=b"x"))
    names = zipfile.ZipFile(io.BytesIO(checked.content)).namelist()
    assert "xl/worksheets/sheet1.xml" in names and {name.rpartition(".")[2] for name in names} == {"xml", "rels"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_comes_out_as_plain_utf8(encoding: str) -> None:
    text = "Mã;Tên hộ\r\nH-1;Nguyễn Văn An\r\n"
    checked = check(text.encode(encoding))
    assert (checked.kind, checked.content.decode()) == (SheetKind.CSV, text)


def test_formatted_but_empty_cells_count_nothing() -> None:
    raw = with_sheet(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>Mã</t></is></c><c r="XFD1" s="0"/></row><row r="1048576" s="0"/>'
    )
    assert rows_of(check(raw).content) == [["Mã"]]


REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "empty": ("empty", lambda: b""),
    "blank": ("empty", lambda: b" \r\n\t"),
    "too heavy": ("too_heavy", lambda: b"x" * (MAX_SHEET_BYTES + 1)),
    "old excel, or a password": ("old_office", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
    "libreoffice": ("open_document", lambda: open_document()),
    "web page": ("web_page", lambda: b"<html><table><tr><td>1</td></tr></table></html>"),
    "xml of 2003": ("web_page", lambda: b'<?xml version="1.0"?><Workbook/>'),
    "pdf": ("other", lambda: b"%PDF-1.7\n"),
    "photo": ("other", lambda: b"\xff\xd8\xff\xe0" + b"\0" * 100),
    "windows program": ("other", lambda: b"MZ\x90\0"),
    "letters of windows": ("letters", lambda: "Tên hộ\nBình".encode("cp1258", "replace")),
    "zero bytes": ("unreadable", lambda: b"a,b\x00\nc,d"),
    "quote without end": ("unreadable", lambda: b'a,b\n"open'),
    "no zip": ("unreadable", lambda: b"PK\x03\x04 not a zip"),
    "cut off": ("unreadable", lambda: workbook()[:-200]),
    "word document": ("unreadable", lambda: changed(workbook(), lambda name, part: {"word/" + name: part})),
    "two sheets of one name": ("unreadable", lambda: twice()),
    "entities": ("unreadable", lambda: changed(workbook(), doctype)),
    "macros": ("macros", lambda: macros()),
    "macros of 1992": ("macros", lambda: changed(workbook(), lambda n, p: {n: p}, xl__macrosheets__sheet1=b"x")),
    "content type of macros": ("macros", lambda: changed(workbook(), macro_type)),
    "zip bomb": ("too_large", lambda: with_sheet("<!--" + "0" * 61_000_000 + "-->")),
    "bomb in a picture": ("too_large", lambda: changed(workbook(), lambda n, p: {n: p}, xl__media__a=b"0" * 61_000_000)),
    "a thousand parts": ("too_large", lambda: changed(workbook(), lambda n, p: {n: p}, **{f"a{i}": b"" for i in range(600)})),
    "a directory without end": ("too_large", lambda: changed(workbook(), lambda n, p: {n: p}, **{f"a{i}": b"" for i in range(10_000)})),
    "far corner": ("too_large", lambda: with_sheet('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>')),
    "far row": ("too_large", lambda: with_sheet('<row r="1048576"><c><v>1</v></c></row>')),
    "wide": ("too_large", lambda: with_sheet("<row>" + "<c><v>1</v></c>" * 300 + "</row>")),
    "long": ("too_large", lambda: with_sheet("<row><c><v>1</v></c></row>" * 20_001)),
    "wide and long": ("too_large", lambda: with_sheet('<row r="20000"><c r="GR20000"><v>1</v></c></row>')),
    "rows without end": ("too_large", lambda: with_sheet("<row/>" * 2_600_000)),
    "one text a million times": ("too_large", lambda: shared_text()),
    "long text": ("too_large", lambda: b"a,b\n" * 20_001),
    "wide text": ("too_large", lambda: b"," * 300),
}  # fmt: skip


def open_document() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    return out.getvalue()


def doctype(name: str, part: bytes) -> dict[str, bytes]:
    head = b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    return {name: head if name == "xl/worksheets/sheet1.xml" else part}


def macros() -> bytes:
    return changed(workbook(), lambda name, part: {name: part, "xl/vbaProject.bin": b"x"})


def macro_type(name: str, part: bytes) -> dict[str, bytes]:
    sheet, macro = b"spreadsheetml.sheet.main+xml", b"ms-excel.sheet.macroEnabled.main+xml"
    return {name: part.replace(sheet, macro) if name == "[Content_Types].xml" else part}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def twice() -> bytes:
    out = io.BytesIO(workbook())
    with zipfile.ZipFile(out, "a") as target:
        target.writestr("xl/worksheets/sheet1.xml", b"<worksheet/>")
    return out.getvalue()


def shared_text() -> bytes:
    """20,000 cells that share one text of 30,000 letters: 600 MB for a reader, 60 kB for the post."""
    strings = f'<sst xmlns="{NAMESPACE}"><si><t>{"x" * 30_000}</t></si></sst>'.encode()
    cells = ("<row>" + '<c t="s"><v>0</v></c>' * 10 + "</row>") * 2_000
    return changed(with_sheet(cells), lambda name, part: {name: strings if "shared" in name else part})


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_and_why(what: str) -> None:
    code, make = REFUSED[what]
    content = make()
    started = time.process_time()
    with pytest.raises(SheetRefused) as refused:
        check(content)
    assert refused.value.code == code
    assert "Hãy" in str(refused.value) and str(refused.value).endswith(".") and "{" not in str(refused.value)
    assert time.process_time() - started < 4


@pytest.mark.parametrize("path", ["media/a.png", "worksheets/sheet1.bin", "other/sheet1"])
def test_a_sheet_hidden_from_the_counting_is_not_there_for_the_reader(path: str) -> None:
    with pytest.raises((CalamineError, OSError)):
        rows_of(check(moved(path)).content)


def test_a_sheet_at_an_odd_place_is_counted() -> None:
    with pytest.raises(SheetRefused) as refused:
        check(moved("other/sheet1.xml"))
    assert refused.value.code == "too_large"


def test_the_limits_are_the_callers() -> None:
    assert check(workbook(), rows_maximum=3, columns_maximum=2).kind == SheetKind.XLSX
    for limits in ({"rows_maximum": 2}, {"columns_maximum": 1}):
        for raw in (workbook(), b"a,b\nc,d\ne,f\n"):
            with pytest.raises(SheetRefused, match="tối đa"):
                check(raw, **limits)


def test_no_more_is_read_than_the_limit() -> None:
    class Endless(io.RawIOBase):
        asked: list[int] = []

        def read(self, size: int = -1) -> bytes:
            self.asked.append(size)
            return b"x" * size

    with pytest.raises(SheetRefused):
        check_sheet_upload(Endless())
    assert Endless.asked == [MAX_SHEET_BYTES + 1]
