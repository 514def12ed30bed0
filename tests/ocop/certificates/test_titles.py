"""The decision that only the title over an annex names: read in whatever way it is written, offered, and never used unseen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.imports.actions.applying import apply_import, apply_rows
from core.imports.actions.ending import give_refused_back
from core.imports.actions.locking import StepRefused
from core.imports.actions.previewing import choose_mapping
from core.imports.contract import SaidAbove
from core.imports.models import ImportBatch
from core.imports.queries import findings_of
from core.imports.sheet.headings import find_header
from core.imports.sheet.workbook import read_sheets
from core.people.models import User
from core.people.queries import viewer_for
from ocop.certificates.lists import PaperKind
from ocop.certificates.models import CertificateEntry
from ocop.certificates.titles import Decision, decisions_in, read_above
from tests.core.imports.sheet_tools import xlsx
from tests.ocop.conftest import Land

MAY = date(2025, 5, 12)
TITLE = "(Kèm theo Quyết định số 1234/QĐ-UBND ngày 12/5/2025 của UBND tỉnh Lâm Đồng)"
HEAD = ["TT", "Tên sản phẩm", "Chủ thể", "Hạng sao", "Xã, phường", "Tỉnh"]
ROWS = [
    ["1", "Nước mắm nhĩ", "HTX Phú Hài", "4 sao", "phường Phú Thủy", "Lâm Đồng"],
    ["2", "Mực một nắng", "Cơ sở Tư Lan", "3 sao", "phường Phú Thủy", "Lâm Đồng"],
]


@pytest.mark.parametrize(
    "written",
    [
        TITLE,
        unicodedata.normalize("NFD", TITLE),
        TITLE.upper(),
        "Kèm theo QĐ số: 1234 /QĐ - UBND, ngày 12 tháng 5 năm 2025",
        "kèm theo quyết định số 1234/QÐ-UBND ngày 12.05.2025",
        "Kèm theo Quyết định số 1234/QD–UBND ngày 12-5-2025",
        "Kèm theo\u00a0Quyết định số\u00a01234/QĐ\u2011UBND ngày\u200b 12 / 05 / 2025",
        "Quyết định 1234/QĐ-UBND (12/5/2025)",
        "Quyết định số 1234/QĐ-UBND ký ngày 12 tháng 05, năm 2025 của Chủ tịch UBND tỉnh",
        f"{TITLE} Căn cứ Quyết định số 919/QĐ-TTg ngày 01/8/2022 của Thủ tướng Chính phủ",
        f"{TITLE} … Quyết định số 1234/QĐ-UBND",
    ],
)
def test_one_decision_however_it_is_written(written: str) -> None:
    assert decisions_in(written) == [Decision("1234/QĐ-UBND", MAY)]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Kèm theo Quyết định số       /QĐ-UBND ngày    tháng 5 năm 2025", []),
        ("Kèm theo Quyết định số 12/QĐ-UBND ngày    tháng 5 năm 2025", [Decision("12/QĐ-UBND", None)]),
        ("Quyết định số 12/QĐ-UBND ngày 31/02/2025", [Decision("12/QĐ-UBND", None)]),
        ("Quyết định số 12/2026/QĐ-BNNMT ngày 1/4/2026", [Decision("12/2026/QĐ-BNNMT", date(2026, 4, 1))]),
        ("Số: 7/QĐ-BNN-VPĐP. Lâm Đồng, ngày 3/2/2024", [Decision("7/QĐ-BNN-VPĐP", None)]),
        ("Theo Quyết định số 919/QĐ-TTg ngày 01/8/2022 của Thủ tướng Chính phủ", []),
        ("DANH SÁCH SẢN PHẨM OCOP NĂM 2025, 45/60 sản phẩm", []),
        (
            "QĐ số 1/QĐ-UBND ngày 1/2/2024 và QĐ số 2/QĐ-UBND ngày 3/4/2025",
            [Decision("1/QĐ-UBND", date(2024, 2, 1)), Decision("2/QĐ-UBND", date(2025, 4, 3))],
        ),
        ("1/QĐ-UBND ngày 1/2/2024; 1/QĐ-UBND ngày 2/2/2024", [Decision("1/QĐ-UBND", None)]),
    ],
)
def test_what_is_not_said_is_not_made_up(written: str, found: list[Decision]) -> None:
    assert decisions_in(written) == found


def test_what_names_one_decision_is_proposed_and_more_are_asked() -> None:
    one = read_above(["PHỤ LỤC", "(Kèm theo Quyết định số 1234/QĐ-UBND", "ngày 12/5/2025 của UBND tỉnh)"])
    quote = "(Kèm theo Quyết định số 1234/QĐ-UBND"
    assert one == {
        "decision": SaidAbove(("1234/QĐ-UBND",), quote),
        "recognised_on": SaidAbove(("12/05/2025",), quote),
    }
    two = read_above(["1/QĐ-UBND ngày 1/2/2024, sửa đổi bởi 2/QĐ-UBND"])
    assert [(name, said.values, said.proposed) for name, said in two.items()] == [
        ("decision", ("1/QĐ-UBND", "2/QĐ-UBND"), ""),
        ("recognised_on", ("01/02/2024",), ""),
    ]
    assert read_above(["DANH SÁCH"]) == {}


def merged(title: str) -> bytes:
    lines = ["ỦY BAN NHÂN DÂN TỈNH LÂM ĐỒNG", "PHỤ LỤC I: DANH SÁCH SẢN PHẨM OCOP", title]
    return xlsx([[], [], [], [], HEAD, *ROWS], merged=[(at, 0, at, 5, text) for at, text in enumerate(lines)])


def alone(title: str) -> bytes:
    return xlsx([[title], HEAD, *ROWS])


def commas(title: str) -> bytes:
    lines = [["PHỤ LỤC"], [f'"{title}"'], [], HEAD, *ROWS]
    return "\n".join(
        ",".join(f'"{cell}"' if "," in cell and cell[0] != '"' else cell for cell in line) for line in lines
    ).encode()


def pasted(title: str) -> bytes:
    lines = [["PHỤ LỤC"], *([piece] for piece in title.replace(" ngày", "\nngày").split("\n")), HEAD, *ROWS]
    return unicodedata.normalize("NFD", "\r\n".join("\t".join(line) for line in lines)).encode()


SHEETS = {each.__name__: each for each in (merged, alone, commas, pasted)}


class Officer:
    """The pages of an import, as somebody goes through them."""

    def __init__(self, user: User, land: Land) -> None:
        self.client, self.land, self.user = Client(), land, user
        self.client.force_login(user)

    def brings(self, content: bytes) -> ImportBatch:
        name = "pl.xlsx" if content.startswith(b"PK") else "pl.csv"
        sent = {"kind": "ocop_giay", "unit": str(self.land.lam_dong.pk), "file": SimpleUploadedFile(name, content)}
        assert self.client.post("/ban-viec/nhap/moi/", sent).status_code == 302
        return ImportBatch.objects.latest("pk")

    def chosen(self, batch: ImportBatch) -> dict[str, str]:
        """What the page of columns proposes, by field."""
        page = self.client.get(f"/ban-viec/nhap/{batch.pk}/cot/").content.decode()
        found = {}
        for name, options in re.findall(r'<select name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
            selected = re.search(r'<option value="([^"]*)" selected', options)
            found[name] = unescape(selected[1]) if selected else ""
        self.page = " ".join(unescape(page).split())
        return found

    def sends(self, batch: ImportBatch, fields: dict[str, str]) -> str:
        place = {"sheet": batch.sheet_index, "row": batch.header_row + 1, "depth": batch.header_depth}
        answer = self.client.post(f"/ban-viec/nhap/{batch.pk}/cot/", {**place, **fields}, follow=True)
        batch.refresh_from_db()
        return " ".join(unescape(answer.content.decode()).split())


@pytest.mark.parametrize("shape", list(SHEETS))
def test_the_title_is_offered_seen_and_then_used(land: Land, phuong: User, shape: str) -> None:
    officer = Officer(phuong, land)
    batch = officer.brings(SHEETS[shape](TITLE))
    proposed = officer.chosen(batch)
    assert (proposed["decision"], proposed["recognised_on"]) == ("over:1234/QĐ-UBND", "over:12/05/2025")
    assert "Đầu bảng ghi: «(Kèm theo Quyết định số 1234/QĐ-UBND" in officer.page
    shown = officer.sends(batch, {name: value for name, value in proposed.items() if name != "sheet"})
    assert (batch.state, batch.created, batch.refused) == ("previewed", 2, 0)
    assert (
        "Ghi ở đầu bảng và dùng cho mọi dòng: Số quyết định: 1234/QĐ-UBND; Ngày công nhận: 12/05/2025. "
        "Hãy so với quyết định trước khi nhập."
    ) in shown
    apply_import(batch=batch, by=viewer_for(phuong))
    apply_rows(batch_id=batch.pk)
    facts = [entry.facts for entry in CertificateEntry.objects.order_by("pk")]
    assert [(each["decision"], each["recognised_on"]) for each in facts] == [("1234/QĐ-UBND", "2025-05-12")] * 2
    assert [each["name"] for each in facts] == ["Nước mắm nhĩ", "Mực một nắng"]


def test_two_decisions_in_the_title_are_asked(land: Land, phuong: User) -> None:
    officer = Officer(phuong, land)
    batch = officer.brings(alone(f"{TITLE} và Quyết định số 88/QĐ-UBND ngày 1/6/2025"))
    proposed = officer.chosen(batch)
    assert (proposed["decision"], proposed["recognised_on"]) == ("", "")
    assert "Đầu bảng ghi nhiều quyết định" in officer.page
    refused = officer.sends(batch, proposed)
    assert (batch.state, "Hãy chọn cột cho mục này" in refused) == ("draft", True)
    officer.sends(batch, proposed | {"decision": "over:88/QĐ-UBND", "recognised_on": "over:01/06/2025"})
    assert (batch.state, batch.given) == (
        "previewed",
        {"decision": "88/QĐ-UBND", "recognised_on": "01/06/2025"},
    )


def with_columns(title: str) -> bytes:
    own = [["77/QĐ-UBND", "19/01/2026"], ["", "19/01/2026"]]
    rows = [[*row, *more] for row, more in zip(ROWS, own, strict=True)]
    return xlsx([[title], [*HEAD, "Số quyết định", "Ngày công nhận"], *rows])


def test_a_column_of_its_own_always_speaks_first(land: Land, phuong: User) -> None:
    officer = Officer(phuong, land)
    batch = officer.brings(with_columns(TITLE))
    proposed = officer.chosen(batch)
    assert (proposed["decision"], proposed["recognised_on"]) == ("6", "7")
    assert "Đầu bảng cũng ghi: «" in officer.page
    shown = officer.sends(batch, proposed)
    assert (batch.given, batch.created, batch.refused) == ({}, 1, 1)
    assert "dùng cho mọi dòng" not in shown
    findings = [findings_of(row).reasons for row in batch.rows.order_by("number")]
    assert findings == [(), ("Thiếu số quyết định. Hãy điền rồi gửi lại dòng này.",)], (
        "an empty cell is not filled from the title"
    )


def test_nothing_is_used_that_nobody_chose_or_that_does_not_stand_there(land: Land, phuong: User) -> None:
    batch = Officer(phuong, land).brings(alone(TITLE))
    place = {"sheet_index": 0, "header_row": batch.header_row, "header_depth": batch.header_depth}
    asked = {"batch": batch, "mapping": batch.mapping, "by": viewer_for(phuong), **place}
    given: Sequence[dict[str, str] | None] = [
        None,
        {"decision": "1234/QĐ-UBND"},
        {"decision": "9/QĐ-UBND", "recognised_on": "12/05/2025"},
        {"decision": "1234/QĐ-UBND", "recognised_on": "12/05/2025", "producer_kind": "hợp tác xã"},
    ]
    for each in given:
        with pytest.raises(StepRefused):
            choose_mapping(**asked, given=each)
    assert ImportBatch.objects.get().state == "draft"


@pytest.mark.parametrize(
    "title", ["Kèm theo Quyết định số 12/QĐ-UBND", "Danh sách các sản phẩm được công nhận theo quyết định của tỉnh"]
)
@pytest.mark.parametrize("above", [0, 1])
def test_a_title_is_no_part_of_the_heading(title: str, above: int) -> None:
    narrow = [row[:4] for row in (HEAD, *ROWS)]  # the fewer columns a heading has, the more a word in the title weighs
    sheet = read_sheets(xlsx([*[["PHỤ LỤC"]] * above, [title], *narrow]))[0]
    header = find_header(sheet, PaperKind.columns)
    assert header and (header.row, header.depth) == (1 + above, 1)


def test_refused_rows_take_the_title_along(land: Land, phuong: User) -> None:
    officer = Officer(phuong, land)
    batch = officer.brings(xlsx([[TITLE], HEAD, ROWS[0], [*ROWS[1][:3], "9 sao", *ROWS[1][4:]]]))
    officer.sends(batch, officer.chosen(batch))
    sheet = read_sheets(give_refused_back(batch=batch, by=viewer_for(phuong)))[0]
    assert sheet.rows[0][6:8] == ["Số quyết định", "Ngày công nhận"]
    assert sheet.rows[1][6:8] == ["1234/QĐ-UBND", "12/05/2025"]


@pytest.mark.parametrize(
    "own", ["số      /QĐ-UBND", "số: ……/QĐ-UBND", "số 12a/QĐ-UBND", "số 1,234/QĐ-UBND", "số    /2025/QĐ-UBND"]
)
def test_beside_a_number_left_blank_no_other_decision_is_sure(own: str) -> None:
    said = read_above(
        [
            "PHỤ LỤC DANH SÁCH SẢN PHẨM OCOP",
            f"(Kèm theo Quyết định {own} ngày    tháng 5 năm 2025 của UBND tỉnh)",
            "Theo đề nghị của Hội đồng thành lập tại Quyết định số 567/QĐ-UBND ngày 03/3/2025",
        ]
    )
    assert [(name, each.values, each.proposed) for name, each in said.items()] == [
        ("decision", ("567/QĐ-UBND",), ""),
        ("recognised_on", ("03/03/2025",), ""),
    ]


def test_a_number_with_a_dot_is_read_whole_or_not_at_all() -> None:
    assert decisions_in("Kèm theo Quyết định số 1.234/QĐ-UBND ngày 12/5/2025") == [Decision("1234/QĐ-UBND", MAY)]
    assert decisions_in("Quyết định số 12.34/QĐ-UBND ngày 12/5/2025") == []
    assert decisions_in("Quyết định số.234/QĐ-UBND ngày 12/5/2025") == [Decision("234/QĐ-UBND", MAY)]
