"""What stands in a report's files: read back as a program reads them."""

from __future__ import annotations

import errno
import io
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
import time_machine
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from core.kit import money
from core.kit.text import sort_key
from core.people.models import Role, User
from core.people.queries import SYSTEM
from core.places.models import Unit
from core.places.queries import communes_of
from ocop.reports import files
from ocop.reports.actions import ReportRefused, make_report
from ocop.reports.content import NOTHING, content_of
from ocop.reports.drawing.paper import BOTTOM, LEFT, POINT, RIGHT, TOP
from ocop.reports.files import PDF, XLSX, FileLost, digest, file_of
from ocop.reports.gathering import compared_with, gathered
from ocop.reports.models import OfficialReport
from ocop.reports.workbook import written
from ocop.snapshots import actions
from ocop.snapshots.actions import begin_snapshot, freeze, restate, sign
from ocop.snapshots.models import Snapshot, SnapshotFigure
from tests.ocop.conftest import Land, person, product, viewer
from tests.ocop.reports.papers import SAID, flat, pages_of, report_of, signed_snapshot
from tests.ocop.snapshots.test_actions import goods

__all__ = ["goods"]
A4 = (595.28, 841.89)  # points


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False):
        yield


@pytest.fixture
def snapshot(land: Land, phuong: User, goods: None) -> Snapshot:
    return signed_snapshot(land, phuong)


@pytest.fixture
def report(snapshot: Snapshot, phuong: User) -> OfficialReport:
    return report_of(snapshot, phuong)


def restated(land: Land, snapshot: Snapshot, by: User) -> Snapshot:
    """One more product of Tuy Phong, and the same day frozen again, twice: nobody signed the first time."""
    product("Muối ớt", (3, "2025-03-01"), unit=land.tuy_phong, former=land.old_binh_thuan)
    middle = restate(snapshot=snapshot, note="nhập bổ sung quyết định 15/QĐ-UBND", by=viewer(by))
    again = restate(snapshot=middle, note="rà soát lần nữa", by=viewer(by))
    return sign(snapshot=again, by=viewer(person("Lan", Role.PROVINCE, land.lam_dong)))


def test_the_first_page_is_a_named_document(report: OfficialReport) -> None:
    """Letter by letter, the Vietnamese ones composed, in the order of the decree."""
    first = flat(pages_of(file_of(report, PDF))[0])
    head = (
        "ỦY BAN NHÂN DÂN TỈNH LÂM ĐỒNG SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM "
        "Độc lập - Tự do - Hạnh phúc Số: 07/BC-SNNMT Lâm Đồng, ngày 05 tháng 12 năm 2026 BÁO CÁO "
        "Kết quả đưa hộ sản xuất nông nghiệp và sản phẩm OCOP lên sàn thương mại điện tử "
        "Kính gửi: - Bộ Nông nghiệp và Môi trường; - Ủy ban nhân dân tỉnh Lâm Đồng. "
        "Số liệu trong báo cáo này là của tỉnh Lâm Đồng, tính đến hết ngày 31/10/2026, lấy nguyên từ bản chốt số CS-68-2026-10-1 "
        "do Phương chốt ngày 22/11/2026, Lan ký ngày 22/11/2026. Mỗi tỷ lệ ghi tử số/mẫu số; các số được cộng trước rồi mới chia, "
        "làm tròn đến một chữ số thập phân. I. KẾT QUẢ CHUNG TT Chỉ tiêu Kết quả Chưa rõ Mục tiêu So với mục tiêu "
        "1 Sản phẩm OCOP có trên cả VoSo và Postmart 2/4 (50,0 %) 1 100 % chưa đạt"
    )
    assert first.startswith(head)
    whole = flat(" ".join(pages_of(file_of(report, PDF))))
    for words in (
        "chưa có số liệu 0 – –",
        "Đề nghị các xã rà soát hộ chưa có gian hàng. Kiến nghị bố trí kinh phí tập huấn quý sau.",
        f"Mã kiểm tra số liệu (SHA-256): {report.snapshot.figures_sha256}",
        f"Mã kiểm tra 8 dòng gốc (SHA-256): {report.snapshot.rows_sha256}",
        f"{report.address} Mã kiểm tra: {report.code[:4]}-{report.code[4:8]}-{report.code[8:]}",
        "Nơi nhận: - Như trên; - Văn phòng UBND tỉnh; - Lưu: VT, KTHT. KT. GIÁM ĐỐC PHÓ GIÁM ĐỐC Nguyễn Thị Phượng Vỹ",
        "Phụ lục I SỐ LIỆU TỪNG ĐƠN VỊ, TÍNH ĐẾN HẾT NGÀY 31/10/2026 (Kèm theo Báo cáo số 07/BC-SNNMT ngày 05 tháng 12 năm 2026 của",
        "Phụ lục II ĐỊNH NGHĨA CÁC CHỈ TIÊU",
    ):
        assert words in whole, words
    for code, (version, name, words) in report.snapshot.definitions.items():
        assert f"{name} ({code}, phiên bản {version}) {words[:120]}" in whole
    assert "?" not in whole


def test_every_figure_is_the_snapshots(report: OfficialReport) -> None:
    """All rates of the whole area, its former parts and each commune stand in the text, and no other rate does."""
    pages = pages_of(file_of(report, PDF))
    told = re.findall(r"\d+/\d+ \(\d+,\d \%\)", flat(" ".join(pages)).replace("\u00a0", " "))
    figures = list(report.snapshot.figures.all())
    rates = [money.rate(f.numerator, f.denominator).replace("\u00a0", " ") for f in figures if f.denominator]
    annex = [line for line in content_of(report).units if line.is_sum or line.name == "Chưa rõ thuộc đơn vị nào"]
    sums = [money.rate(c[0], c[1]).replace("\u00a0", " ") for line in annex for c in line.cells if c and c[1]]
    assert sorted(told) == sorted(rates + sums)


def test_the_sheet_is_as_the_decree_asks(report: OfficialReport) -> None:
    """A4, nothing in the margins but page numbers, numbers from the second page of each part, annex I lying."""
    document = pypdfium2.PdfDocument(file_of(report, PDF))
    margins = [each / POINT for each in (LEFT, BOTTOM, RIGHT, TOP)]
    numbers = []
    for page in document:
        wide = page.get_width() > page.get_height()
        assert sorted(page.get_size()) == pytest.approx(sorted(A4), abs=0.1)
        for item in page.get_objects():
            left, bottom, right, top = item.get_bounds()
            if bottom > page.get_height() - margins[3]:
                continue  # a page number
            assert left >= margins[0] - 0.5 and right <= page.get_width() - margins[2] + 0.5
            assert bottom >= margins[1] - 1 and top <= page.get_height() - margins[3] + 0.5
        text = page.get_textpage().get_text_bounded(bottom=page.get_height() - margins[3] + 1)
        numbers.append((wide, text.strip()))
    parts: list[list[str]] = []
    for _wide, number in numbers:
        if number == "":
            parts.append([])
        parts[-1].append(number)
    assert all(part == ["", *(str(n) for n in range(2, len(part) + 1))] for part in parts)
    assert len(parts) == 3
    assert [wide for wide, _ in numbers].count(True) == len(parts[1])


def test_made_again_the_files_are_the_same(report: OfficialReport) -> None:
    """To the last byte, in this process and in a new one with other random hashes, on another day."""
    known = {PDF: report.pdf_sha256, XLSX: report.xlsx_sha256}
    with time_machine.travel("2027-03-01T05:00:00+00:00", tick=False):
        again = files.made(OfficialReport.objects.select_related("snapshot").get(pk=report.pk))
    assert {kind: digest(raw) for kind, raw in again.items()} == known
    content = content_of(report)
    program = (
        "import sys, pickle, django; django.setup()\n"
        "from ocop.reports import files\n"
        "content = pickle.loads(sys.stdin.buffer.read())\n"
        "print(files.digest(files.draw(content)), files.digest(files.written(content)))"
    )
    environment = os.environ | {
        "PYTHONHASHSEED": "7",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TZ": "America/Lima",
    }
    ran = subprocess.run(
        [sys.executable, "-c", program], input=pickle.dumps(content), capture_output=True, cwd=Path(__file__).parents[3],
        env=environment, timeout=120,
    )  # fmt: skip
    assert ran.stdout.decode().split() == [report.pdf_sha256, report.xlsx_sha256], ran.stderr.decode()


def test_later_names_and_people_change_nothing(report: OfficialReport, land: Land, phuong: User) -> None:
    User.objects.filter(pk=phuong.pk).update(full_name="Phương Mới")
    land.phu_thuy.names.all().delete()
    Unit.objects.filter(pk=land.tuy_phong.pk).update(name="Tên Mới")
    again = files.made(OfficialReport.objects.select_related("snapshot").get(pk=report.pk))
    assert digest(again[PDF]) == report.pdf_sha256 and digest(again[XLSX]) == report.xlsx_sha256


def test_what_was_handed_out_is_kept(report: OfficialReport, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Also when a later version would draw it differently; and where the kept file is gone or changed, nothing else is handed out."""
    monkeypatch.setitem(files._MAKERS, PDF, lambda content: b"%PDF another")
    assert digest(file_of(report, PDF)) == report.pdf_sha256
    (kept,) = (tmp_path / "private" / "reports").rglob("*.pdf")
    kept.write_bytes(b"%PDF changed")
    with pytest.raises(FileLost):
        file_of(report, PDF)


def test_a_file_is_kept_whole_or_not_at_all(
    report: OfficialReport, snapshot: Snapshot, phuong: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A torn or lost one is made and kept again; a disk that takes no more is said, leaves nothing behind and no report."""
    store = tmp_path / "private" / "reports"
    (pdf,) = store.rglob("*.pdf")
    whole = pdf.read_bytes()
    pdf.write_bytes(whole[:100])
    assert file_of(report, PDF) == whole == pdf.read_bytes()
    pdf.unlink()
    assert file_of(report, PDF) == whole == pdf.read_bytes()
    before = sorted(store.rglob("*"))

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ReportRefused, match="chưa cất được tệp"):
        report_of(snapshot, phuong, number="09/BC-SNNMT")
    assert [each for each in sorted(store.rglob("*")) if each not in before and each.is_file()] == []
    assert OfficialReport.objects.count() == 1
    pdf.unlink()
    assert file_of(report, PDF) == whole and not pdf.exists(), "handed out all the same"


def test_all_communes_stand_in_the_annex(report: OfficialReport, land: Land) -> None:
    """By former province and the alphabet, those without a figure too; sums under each group add up to the whole."""
    lines = content_of(report).units
    units = [line.name for line in lines if line.number]
    assert len(units) == len(communes_of(land.lam_dong, report.snapshot.on))
    assert [line.number for line in lines if line.number] == list(range(1, len(units) + 1))
    groups: list[list[str]] = []
    for line in lines:
        if not line.cells:
            groups.append([])
        elif line.number:
            groups[-1].append(line.name)
    bare = [[re.sub("^(Xã|Phường|Đặc khu) ", "", name) for name in group] for group in groups]
    assert all(names == sorted(names, key=sort_key) for names in bare)
    assert [line.name for line in lines if not line.cells] == [
        "Địa bàn tỉnh Bình Thuận cũ", "Địa bàn tỉnh Đắk Nông cũ", "Địa bàn tỉnh Lâm Đồng cũ",
    ]  # fmt: skip
    column = [each.code for each in content_of(report).columns].index("I2both")
    of = {line.name: line.cells[column] for line in lines if line.cells}
    assert of["Phường Phú Thủy"] == (2, 2, 1) and of["Xã Tuy Phong"] == (0, 1, 0)
    assert of["Xã Bắc Bình"] is None
    assert of["Cộng địa bàn tỉnh Bình Thuận cũ"] == (2, 3, 1)
    assert of["Cộng các đơn vị trên"] == (2, 3, 1)
    assert of["Chưa rõ thuộc đơn vị nào"] == (0, 1, 0)
    assert of["Tỉnh Lâm Đồng"] == (2, 4, 1)


def test_a_province_of_168_communes_fits(land: Land, phuong: User) -> None:
    """The longest one with large numbers: every name is there whole, no page is empty, the head is on every page of the annex."""
    snapshot = signed_of(land.ho_chi_minh)
    names = [unit.name for unit in communes_of(land.ho_chi_minh, snapshot.on)]
    assert len(names) == 168
    report = report_of(snapshot, phuong_of(land), number="1/BC-UBND")
    pages = [flat(page) for page in pages_of(file_of(report, PDF))]
    annex = [page for page in pages if "Hộ sản xuất nông nghiệp" in page and "(I1a)" in page]
    whole = " ".join(annex)
    assert len(annex) >= 8 and all(name in whole for name in names)
    assert "12345/23456 (52,6 %)" in whole.replace("\u00a0", " ")
    assert all(len(page) > 100 for page in pages)


def signed_of(unit: Unit) -> Snapshot:
    """A snapshot of a large province, written down as if it had been counted."""
    one, two = (person(name, Role.PROVINCE, unit) for name in ("Một", "Hai"))
    on = date(2026, 10, 31)
    real = actions.summed

    def large(snapshot: Snapshot) -> list[SnapshotFigure]:
        found = real(snapshot)
        for commune in communes_of(unit, on):
            found += [
                SnapshotFigure(
                    snapshot=snapshot, indicator=code, version=1, unit_code=commune.code, unit_name=str(commune),
                    numerator=12345, denominator=23456, missing=1,
                )
                for code in snapshot.definitions
            ]  # fmt: skip
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions, "summed", large)
        made = freeze(unit=unit, on=on, by=viewer(one))
    return sign(snapshot=made, by=viewer(two))


def phuong_of(land: Land) -> User:
    return person("Phương Nam", Role.PROVINCE, land.ho_chi_minh)


def test_the_workbook_has_the_same_figures_and_head(report: OfficialReport) -> None:
    raw = file_of(report, XLSX)
    book = load_workbook(io.BytesIO(raw))
    assert book.sheetnames == ["Báo cáo", "Phụ lục I", "Định nghĩa"]
    first, annex = book["Báo cáo"], book["Phụ lục I"]
    assert (first["A1"].value, first["C1"].value) == (
        "ỦY BAN NHÂN DÂN TỈNH LÂM ĐỒNG",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    )
    assert first["A3"].value == "Số: 07/BC-SNNMT" and first["A1"].font.name == "Times New Roman"
    merged = {str(area) for area in first.merged_cells.ranges}
    assert {"A1:B1", "C1:H1", "A5:H5"} <= merged
    assert (annex.page_setup.paperSize, annex.page_setup.orientation) == (9, "landscape")
    assert annex.print_title_rows == "$4:$6"
    heads = {annex[str(area).split(":")[0]].value for area in annex.merged_cells.ranges}
    assert {
        "TT",
        "Sản phẩm OCOP",
        "Hộ sản xuất nông nghiệp",
        "Sản phẩm OCOP có trên cả VoSo và Postmart (I2both)",
    } <= heads
    rows = CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_name("Phụ lục I").to_python()
    by_name = {row[1]: row[2:6] for row in rows if row[1]}
    assert by_name["Phường Phú Thủy"] == [2.0, 2.0, 100.0, 1.0]
    assert by_name["Tỉnh Lâm Đồng"] == [2.0, 4.0, 50.0, 1.0]
    assert by_name["Xã Bắc Bình"] == ["", "", "", ""]
    told = CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_name("Báo cáo").to_python()
    line = next(row for row in told if row[1] == "Sản phẩm OCOP có trên VoSo")
    assert line == [2.0, "Sản phẩm OCOP có trên VoSo", 2.0, 4.0, 50.0, 1.0, "100 %", "chưa đạt"]
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_the_workbook_is_the_same_report(report: OfficialReport, snapshot: Snapshot, phuong: User) -> None:
    """Who is addressed, each former province, a sentence under every heading, and no row higher than a spreadsheet draws."""
    content = content_of(report)
    said = lines_of_sheet(file_of(report, XLSX))
    at = said.index("Kính gửi:")
    assert said[at + 1 : at + 3] == ["Bộ Nông nghiệp và Môi trường;", "Ủy ban nhân dân tỉnh Lâm Đồng."]
    rows = CalamineWorkbook.from_filelike(io.BytesIO(file_of(report, XLSX))).get_sheet_by_name("Báo cáo").to_python()
    heads = [row[0] for row in rows]
    assert len(content.former) == 3
    for former in content.former:
        start = heads.index(former.name)
        table = rows[start + 2 : start + 2 + len(content.columns)]
        told = [tuple(int(row[c]) if row[c] not in ("", NOTHING) else 0 for c in (2, 3, 5)) for row in table]
        assert told == [cell if cell and cell[1] else (0, 0, cell[2] if cell else 0) for cell in former.cells]
    same = report_of(snapshot, phuong, number="09/BC-SNNMT", remarks="chữ " * 1500, addressees="Bộ Nội vụ;")
    text = lines_of_sheet(written(replace(content_of(same), changed_from="CS-1", changes=[], changes_inside=[])))
    assert "Kính gửi: Bộ Nội vụ." in text
    assert text[text.index("THAY ĐỔI SO VỚI BẢN CHỐT CS-1") + 1] == "Không số liệu nào của toàn địa bàn thay đổi."
    sheet = load_workbook(io.BytesIO(file_of(same, XLSX)))["Báo cáo"]
    assert max(each.height or 0 for each in sheet.row_dimensions.values()) <= 409
    assert " ".join(lines_of_sheet(file_of(same, XLSX))).count("chữ ") >= 1500 - 3


def lines_of_sheet(raw: bytes) -> list[str]:
    """What stands in the first column of the report's sheet."""
    rows = CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_name("Báo cáo").to_python()
    return [str(row[0]) for row in rows if row[0] != ""]


def test_a_restated_one_says_what_changed(land: Land, snapshot: Snapshot, phuong: User, report: OfficialReport) -> None:
    again = restated(land, snapshot, phuong)
    said = replace(SAID, number="08/BC-SNNMT")
    later = make_report(snapshot=again, said=said, by=viewer(phuong), replaces=report, reason="số liệu chốt lại")
    text = flat(" ".join(pages_of(file_of(later, PDF)))).replace("\u00a0", " ")
    for words in (
        "Báo cáo này thay Báo cáo số 07/BC-SNNMT ngày 05/12/2026. Lý do: số liệu chốt lại",
        "III. THAY ĐỔI SO VỚI BẢN CHỐT CS-68-2026-10-1",
        "Lý do chốt lại: CS-68-2026-10-2: nhập bổ sung quyết định 15/QĐ-UBND; CS-68-2026-10-3: rà soát lần nữa",
        "Tỉnh Lâm Đồng: Sản phẩm OCOP có trên VoSo 2/4 (50,0 %), 1 chưa rõ 2/5 (40,0 %), 1 chưa rõ",
        "Còn 5 số liệu thay đổi ở từng đơn vị, ghi ở Phụ lục III.",
        "Phụ lục III THAY ĐỔI Ở TỪNG ĐƠN VỊ SO VỚI BẢN CHỐT CS-68-2026-10-1",
        "Xã Tuy Phong: Sản phẩm OCOP có trên VoSo 0/1 (0,0 %) 0/2 (0,0 %)",
    ):
        assert words in text, words
    changed = content_of(later)
    listed = {(each.label, each.before, each.after) for each in (*changed.changes, *changed.changes_inside)}
    assert len(listed) == 15, "five rates of products: the province, its former part, one commune"
    assert "THAY ĐỔI" not in " ".join(pages_of(file_of(report, PDF)))
    assert compared_with(again, None) == snapshot, "also where no report is replaced, nothing unsigned is compared"
    assert compared_with(again, later) == snapshot, "other words for the same figures: still what readers knew before"
    Snapshot.objects.filter(pk=snapshot.pk).update(figures_sha256="0" * 64)
    with pytest.raises(ReportRefused, match="CS-68-2026-10-1 dùng để so không còn khớp"):
        make_report(snapshot=again, said=replace(SAID, number="09/BC-SNNMT"), by=viewer(phuong))


def test_figures_nobody_answered_for_are_not_compared(land: Land, phuong: User, goods: None) -> None:
    """One that was only begun has no figures, and one that was not signed has none that count."""
    begun = begin_snapshot(unit=land.phu_thuy, on=date(2026, 10, 31), by=viewer(phuong))
    again = restate(snapshot=begun, note="máy dừng giữa chừng", by=viewer(phuong))
    again = sign(snapshot=again, by=viewer(person("Lan", Role.PROVINCE, land.lam_dong)))
    report = report_of(again, phuong)
    content = content_of(report)
    assert (content.changed_from, content.changes, content.changes_inside) == ("", [], [])
    text = flat(" ".join(pages_of(file_of(report, PDF))))
    assert f"thay bản {begun.number}. Lý do chốt lại: máy dừng giữa chừng. Chưa ai ký số liệu chốt trước đó" in text
    assert "THAY ĐỔI SO VỚI" not in text


def test_the_country_has_no_table_of_sixty_three_columns(land: Land, goods: None) -> None:
    made = freeze(unit=None, on=date(2026, 10, 31), by=SYSTEM)
    assert made.figures.exclude(former_code="").exists()
    assert gathered(made, None)["former"] == []


def test_hostile_words_are_only_words(snapshot: Snapshot, phuong: User) -> None:
    """Formulas, signs that turn the text, letters of no typeface, words without an end: printed as they are or as "?", inside the sheet."""
    long = "Đ" * 90
    report = report_of(
        snapshot, phuong, issuer=f"=HYPERLINK(\"https://x\") {long}", signer="@SUM(1+1)\u202egnuhP", subject="+cmd|' /C calc'!A0 " + "ệ" * 200,
        place="Lâm\u200b Đồng", recipients="=1+1\n<b>Lưu</b> 😀", remarks="-2+3\n" + "x" * 2000,
    )  # fmt: skip
    raw = file_of(report, PDF)
    text = flat(" ".join(pages_of(raw)))
    assert "\u202e" not in text and "@SUM(1+1)gnuhP" in text and "- <b>Lưu</b> ?" in text and "Lâm Đồng, ngày" in text
    for page in pypdfium2.PdfDocument(raw):
        bounds = [item.get_bounds() for item in page.get_objects()]
        assert all(right <= page.get_width() - RIGHT / POINT + 1 for _left, _bottom, right, _top in bounds)
        assert all(bottom >= BOTTOM / POINT - 1 for _left, bottom, _right, _top in bounds)
    book = load_workbook(io.BytesIO(file_of(report, XLSX)))
    values = [cell.value for row in book["Báo cáo"].iter_rows() for cell in row if isinstance(cell.value, str)]
    assert "'=1+1" in values and not [value for value in values if value[:1] in "=+-@"]
    assert not [value for value in values if "\u202e" in value]


def test_long_lists_go_on_on_the_next_sheet(snapshot: Snapshot, phuong: User) -> None:
    """As many addressees and recipients as the form takes, of wide letters: all of them on the sheets, none in a margin, and who signs
    stands with the check and the first of the recipients."""
    to = [f"Nơi gửi {place:02} " + "Đ" * 12 for place in range(40)]
    names = [f"Nơi nhận {place:02} " + "W" * 36 for place in range(40)]
    assert len("\n".join(to)) <= 1000 and len("\n".join(names)) <= 2000
    raw = file_of(report_of(snapshot, phuong, addressees="\n".join(to), recipients="\n".join(names)), PDF)
    pages = [flat(page) for page in pages_of(raw)]
    whole = " ".join(pages)
    assert all(name in whole for name in (*(each[:10] for each in to), *(each[:11] for each in names)))
    assert whole.count("W") >= 40 * 36
    (signed,) = [page for page in pages if SAID.signer in page]
    assert "Mã kiểm tra:" in signed and "Nơi nhận 00" in signed and "Nơi nhận 39" not in signed
    for page in pypdfium2.PdfDocument(raw):
        for item in page.get_objects():
            assert item.get_bounds()[1] >= BOTTOM / POINT - 1, "nothing in the margin below"
            assert item.get_bounds()[2] <= page.get_width() - RIGHT / POINT + 1
    with pytest.raises(ReportRefused, match="Nhiều nhất 4 dòng"):
        report_of(snapshot, phuong, number="09/BC-SNNMT", authority="TM.\n" * 5)


def test_a_commune_has_no_annex_of_units(land: Land, phuong: User, goods: None) -> None:
    made = freeze(unit=land.phu_thuy, on=date(2026, 10, 31), by=viewer(phuong))
    signed = sign(snapshot=made, by=viewer(person("Lan", Role.PROVINCE, land.lam_dong)))
    report = report_of(signed, phuong)
    text = flat(" ".join(pages_of(file_of(report, PDF))))
    assert "Phụ lục I ĐỊNH NGHĨA CÁC CHỈ TIÊU" in text and "Phụ lục II" not in text
    assert "là của phường Phú Thủy" in text
    assert load_workbook(io.BytesIO(file_of(report, XLSX))).sheetnames == ["Báo cáo", "Định nghĩa"]
