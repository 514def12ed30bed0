"""The upload pack: what is in the zip and in the cells."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from dataclasses import replace

import pytest

from market.platforms.contract import ConnectionSettings, RemoteIds, ValidationFailed
from market.platforms.postmart.adapter import adapter as postmart
from market.platforms.sheets.export import export_pack, photo_file_name
from market.platforms.sheets.layout import RESULT_COLUMNS
from market.platforms.sheets.workbook import sheet_text
from market.platforms.voso.adapter import adapter as voso
from market.platforms.voso.layout import LAYOUT
from tests.market.platforms.samples import badge, document, jpeg, photo
from tests.market.platforms.sheet_tools import grid_of, rows_of, workbook_of

HERE = ConnectionSettings()
NASTY = (
    '=HYPERLINK("http://evil.example";"bấm")',
    "+84901234567",
    "-2+3",
    "@SUM(A1)",
    "<script>alert(1)</script>",
    "Mật ong 🍯 𠮷",
    'a, b; c\td "e"',
    "http://lensan.example/",
    "'=1",
)


def test_a_pack_holds_the_sheet_and_the_photos() -> None:
    artifact = voso().export(HERE, [document("NM-001"), document("MO-7", photos=(photo(30),))])
    assert (artifact.file_name, artifact.count) == ("voso-2-san-pham.zip", 2)
    assert (artifact.content_type, artifact.left_out) == ("application/zip", ())
    with zipfile.ZipFile(io.BytesIO(artifact.content)) as pack:
        assert pack.namelist() == [
            "anh/NM-001-1.jpg",
            "anh/NM-001-2.jpg",
            "anh/MO-7-1.jpg",
            "voso-san-pham.xlsx",
        ]
        assert pack.read("anh/NM-001-2.jpg") == jpeg(20)
    assert rows_of(artifact)[0] == {
        "Mã sản phẩm (SKU)": "NM-001",
        "Tên sản phẩm": "Nước mắm nhĩ Phan Thiết 40 độ đạm",
        "Ngành hàng": "nuoc-mam",
        "Giá bán (đồng)": 85_000.0,
        "Đơn vị tính": "chai",
        "Khối lượng (gam)": 500.0,
        "Số lượng": 24.0,
        "Mô tả": "Ủ chượp 12 tháng trong lu sành.\n\nChai thuỷ tinh 500 ml.",
        "Ảnh sản phẩm": "NM-001-1.jpg; NM-001-2.jpg",
        "Nhà sản xuất": "HTX Nước mắm An",
        "Nơi sản xuất": "Phường Phan Thiết, Tỉnh Lâm Đồng",
        "Chứng nhận OCOP": "OCOP 4 sao, quyết định 2503/QĐ-UBND, đến 01/03/2028",
        "Trang kiểm tra chứng nhận": "https://lensan.example/ocop/K7PQ2M",
        **{column.heading: "" for column in RESULT_COLUMNS},
    }


def test_the_same_listings_give_the_same_bytes() -> None:
    packs = {postmart().export(HERE, [document(), document("B")]).content for _ in range(2)}
    assert len(packs) == 1


def test_every_layout_column_is_known_and_headings_are_single() -> None:
    for adapter in (voso(), postmart()):
        artifact = adapter.export(HERE, [document(badges=(badge(), badge(stars=None)))])
        headings = [str(cell) for cell in grid_of(workbook_of(artifact))[0]]
        assert headings == [column.heading for column in (*adapter.layout.columns, *RESULT_COLUMNS)]
        assert len(set(headings)) == len(headings)
        assert adapter.layout.version == adapter.capabilities(HERE).rule_version


@pytest.mark.parametrize("text", NASTY)
def test_nasty_cells_stay_exactly_what_was_typed(text: str) -> None:
    artifact = voso().export(HERE, [document(title=text, unit=text[:40], producer_name=text)])
    row = rows_of(artifact)[0]
    assert (row["Tên sản phẩm"], row["Nhà sản xuất"]) == (text.replace("\t", ""), text.replace("\t", ""))
    with zipfile.ZipFile(io.BytesIO(workbook_of(artifact))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        styles = book.read("xl/styles.xml").decode()
    assert "<f>" not in sheet and "<hyperlink" not in sheet
    assert ('quotePrefix="1"' in styles) is text.startswith(("=", "+", "-", "@"))


def test_a_code_made_of_digits_stays_text_and_money_stays_a_number() -> None:
    row = rows_of(voso().export(HERE, [document("0089300000012", price=1, stock=0)]))[0]
    assert row["Mã sản phẩm (SKU)"] == "0089300000012"
    assert (row["Giá bán (đồng)"], row["Số lượng"]) == (1.0, 0.0)


def test_sheet_text_drops_what_a_cell_cannot_hold() -> None:
    assert sheet_text("a\x0b\x00b\ud800\r\nc") == "ab\nc"
    assert sheet_text(unicodedata.normalize("NFD", "nước")) == "nước"
    assert len(sheet_text("x" * 40_000)) == 32_000


def test_one_bad_listing_is_named_and_stops_no_other() -> None:
    broken = photo(40, sha256="0" * 64)

    def missing() -> bytes:
        raise FileNotFoundError

    artifact = voso().export(
        HERE,
        [
            document("A"),
            document("B", title=""),
            document("C", photos=(broken,)),
            document("D", photos=(photo(50, read=missing),)),
            document("A"),
            document("E", photos=()),
        ],
    )
    assert artifact.count == 2
    assert [row["Mã sản phẩm (SKU)"] for row in rows_of(artifact)] == ["A", "E"]
    assert [(item.sku, item.outcome.value, item.issues[0].code) for item in artifact.left_out] == [
        ("B", "failed", "title_missing"),
        ("C", "failed", "photo_changed"),
        ("D", "failed", "photo_unreadable"),
        ("A", "failed", "sku_repeated"),
    ]


def test_a_full_pack_leaves_the_rest_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("market.platforms.sheets.export.PACK_BYTES_MAXIMUM", len(jpeg(10)) + len(jpeg(20)))
    artifact = export_pack(LAYOUT, [document("A"), document("B"), document("C", photos=())])
    assert [row["Mã sản phẩm (SKU)"] for row in rows_of(artifact)] == ["A", "C"]
    assert [issue.code for item in artifact.left_out for issue in item.issues] == ["pack_full"]


def test_photo_names_never_leave_their_folder_and_never_collide() -> None:
    names = [photo_file_name(sku, 1, photo()) for sku in ("NM-001", "../../etc", "..\\x", "mã 1", "mã_1", "mã/1")]
    assert names[0] == "NM-001-1.jpg"
    assert len(set(names)) == len(names)
    assert all("/" not in name and "\\" not in name and not name.startswith(".") for name in names)
    assert photo_file_name("A", 2, replace(photo(), content_type="image/webp")) == "A-2.webp"


@pytest.mark.parametrize(
    ("url", "remote"),
    [
        (
            "https://voso.vn/nuoc-mam-nhi-p93412.html?o2o=abc#x",
            RemoteIds("93412", "https://voso.vn/nuoc-mam-nhi-p93412.html"),
        ),
        ("  http://WWW.VOSO.VN/a/b-p1.html ", RemoteIds("1", "https://www.voso.vn/a/b-p1.html")),
        ("voso.vn/x-p12.html", RemoteIds("12", "https://voso.vn/x-p12.html")),
    ],
)
def test_links_of_voso(url: str, remote: RemoteIds) -> None:
    assert voso().check_link(url) == remote


@pytest.mark.parametrize("host", ["postmart.vn", "www.postmart.vn", "buudien.vn", "nongsan.buudien.vn"])
def test_links_of_postmart(host: str) -> None:
    url = f"https://{host}/p/nuoc-mam-nhi-884.html"
    assert postmart().check_link(url) == RemoteIds("884", url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://voso.vn/",
        "https://voso.vn/gian-hang-s12.html",
        "https://voso.vn.evil.example/a-p1.html",
        "https://evil.example/voso.vn/a-p1.html",
        "https://voso.vn@evil.example/a-p1.html",
        "https://voso.vn:8443/a-p1.html",
        "javascript:alert(1)//voso.vn/a-p1.html",
        "ftp://voso.vn/a-p1.html",
        "https://voso.vn/a-p1.html/x",
        "https://voso.vn/a b-p1.html",
        "https://[voso.vn/a-p1.html",
        "https://voso.vn:abc/a-p1.html",
        "https://voso.vn/" + "a" * 500 + "-p1.html",
        "https://postmart.vn/p/a-1.html",
    ],
)
def test_links_that_are_no_product_page_of_voso(url: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        voso().check_link(url)
    (issue,) = caught.value.issues
    assert (issue.field, issue.code) == ("url", "link_refused")
    assert "Hãy mở trang sản phẩm rồi chép lại địa chỉ" in issue.message_vi
