"""An operator arranges the columns: another version, the older ones still read."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from market.listings.models import Listing
from market.platforms.desk.actions import ColumnsRefused, ImportReport, NotAllowed, choose_columns, save_columns
from market.platforms.desk.queries import sheet_settings
from market.platforms.engine.push import push_due
from market.platforms.models import SheetColumns
from market.platforms.sheets.columns import FIELDS, column_of
from market.platforms.sheets.layout import Column
from market.platforms.voso.layout import LAYOUT
from tests.market.conftest import Browser
from tests.market.platforms.desk_tools import LIVE, SKU, Desk
from tests.market.platforms.sheet_tools import filled, rows_of
from tests.market.proof import everything, trail
from tests.people import People

OTHER = [("title", "Tên hàng"), ("sku", "Mã nội bộ"), ("papers", "Giấy tờ"), ("category_path", "Nhóm")]
COLUMNS = [column_of(field, heading) for field, heading in OTHER]


def save(desk: Desk, columns: list[Column] = COLUMNS, note: str = "Mẫu mới của sàn") -> SheetColumns | None:
    return save_columns(connection=desk.connection, columns=columns, note=note, by=desk.people.viewer("buu"))


def test_a_new_version_is_in_force_and_the_older_files_are_still_read(desk: Desk, listing: Listing) -> None:
    old = desk.export()
    since = len(trail())
    version = save(desk)
    assert version is not None and (version.number, version.is_current, version.note) == (2, True, "Mẫu mới của sàn")
    assert [word for word, _, _ in trail(since)] == ["sheet_columns.saved"]
    assert desk.take(desk.answer(old, {listing.sku: {"Kết quả": "Từ chối", "Lý do": "Ảnh mờ"}})) == ImportReport(
        rejected=1
    )
    row = desk.row(listing)
    type(row).objects.filter(pk=row.pk).update(work="awaiting_operator", sent_revision=0)
    new = desk.export()
    assert (desk.batch.layout_version, [list(line)[3:7] for line in rows_of(new)]) == (
        "voso-2",
        [["Tên hàng", "Mã nội bộ", "Giấy tờ", "Nhóm"]],
    )
    assert rows_of(new)[0]["Nhóm"] != ""
    assert desk.take(filled(new, "Mã nội bộ", {listing.sku: LIVE}).getvalue()) == ImportReport(claimed=1)


def test_unknown_columns_are_named_and_not_used(desk: Desk, listing: Listing) -> None:
    desk.export()
    save(desk)
    text = f"{SKU};Kết quả;Lý do;Giấy tờ;Ghi chú riêng\n{listing.sku};Từ chối;Ảnh mờ;x;y\n"
    report = desk.take(text.encode())
    assert (report.rejected, report.unknown_headings) == (1, ("Ghi chú riêng",))


def test_versions_are_chosen_and_never_changed(desk: Desk, people: People) -> None:
    buu = people.viewer("buu")
    save(desk)
    assert save(desk) is None, "nothing new"
    save(desk, [*COLUMNS, column_of("price", "Giá")])
    before = list(SheetColumns.objects.values_list("number", "columns"))
    for number, version in ((2, "voso-2"), (1, "voso-1"), (3, "voso-3")):
        choose_columns(connection=desk.connection, number=number, by=buu)
        settings = sheet_settings(desk.connection)
        adapter_version = settings.options.get("version", 1)
        assert f"voso-{adapter_version}" == version
        assert len(settings.options["earlier"]) == (2 if number == 1 else 1)
    since = len(trail())
    choose_columns(connection=desk.connection, number=3, by=buu)
    with pytest.raises(SheetColumns.DoesNotExist):
        choose_columns(connection=desk.connection, number=9, by=buu)
    assert trail(since) == []
    assert list(SheetColumns.objects.values_list("number", "columns")) == before


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ([("title", "Tên")], "Phải có đúng một cột mã hàng"),
        ([("sku", "Mã 1"), ("sku", "Mã 2")], "Phải có đúng một cột mã hàng"),
        ([("sku", "Mã"), ("title", "mã")], "Tên cột «Mã» có hai lần"),
        ([("sku", "Mã"), ("title", "ket qua")], "Tên «ket qua» dành cho cột của Lên Sàn"),
        ([("sku", "Mã"), ("title", "Lô gửi")], "Tên «Lô gửi» dành cho cột của Lên Sàn"),
        ([("sku", "Mã"), ("title", "=1+1")], "bắt đầu như công thức"),
        ([("sku", "Mô tả")], "đã dùng cho cột khác ở một mẫu cũ"),
        ([("sku", "Mã"), ("title", SKU)], f"«{SKU}» là cột mã hàng của một mẫu cũ"),
    ],
)
def test_columns_that_could_not_be_read_back_are_refused(
    desk: Desk, people: People, columns: list[tuple[str, str]], said: str
) -> None:
    before = everything()
    with pytest.raises(ColumnsRefused) as refused:
        save(desk, [column_of(field, heading) for field, heading in columns])
    assert any(said in problem for problem in refused.value.problems)
    assert everything() == before


def posted(columns: list[tuple[int | str, str, str]], **more: str) -> dict[str, Any]:
    data: dict[str, Any] = {"c-TOTAL_FORMS": len(columns), "c-INITIAL_FORMS": 0, "note": "", **more}
    for place, (order, field, heading) in enumerate(columns):
        data |= {f"c-{place}-order": order, f"c-{place}-field": field, f"c-{place}-heading": heading}
    return data


def test_the_screen(desk: Desk, listing: Listing, browser: Browser) -> None:
    push_due()
    buu, address = browser("buu"), reverse("platform_columns", args=["voso"])
    page = buu.get(address).content.decode()
    assert all(column.heading in page for column in LAYOUT.columns)
    assert all(words[0] in page for words in FIELDS.values()), "every field can be chosen"
    assert listing.sku in page, "the first lines are those of a real listing"
    columns: list[tuple[int | str, str, str]] = [(2, "sku", "Mã nội bộ"), (1, "title", " Tên  hàng "), ("", "", "Bỏ")]
    before = everything()
    tried = buu.post(address, posted(columns, **{"try": "1"}))
    assert (tried.status_code, everything()) == (200, before)
    words = tried.content.decode()
    assert "Đang xem thử, chưa lưu." in words and words.index("Tên hàng</th>") < words.index("Mã nội bộ</th>")
    saved = buu.post(address, posted(columns, save="1"), follow=True).content.decode()
    assert "Đã lưu mẫu mới." in saved and "Mẫu 2, đang dùng" in saved
    assert [each["heading"] for each in SheetColumns.objects.get().columns] == ["Tên hàng", "Mã nội bộ"]
    back = buu.post(reverse("platform_columns_choose", args=["voso"]), {"number": "1"}, follow=True).content.decode()
    assert "Mẫu 1, đang dùng" in back


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ([(1, "title", "Tên")], "Phải có đúng một cột mã hàng"),
        ([(1, "sku", "Mã"), (2, "title", "")], "Hãy ghi tên cột"),
        ([(1, "sku", "Mã"), (2, "password", "x")], "Có cột chưa điền đủ."),
        ([(1, "sku", "x" * 61)], "Có cột chưa điền đủ."),
    ],
)
def test_what_is_typed_wrong_is_kept_and_said(
    desk: Desk, browser: Browser, columns: list[tuple[int | str, str, str]], said: str
) -> None:
    before = everything()
    answer = browser("buu").post(reverse("platform_columns", args=["voso"]), posted(columns, save="1"))
    page = answer.content.decode()
    assert (answer.status_code, said in page) == (422, True)
    assert f'value="{columns[0][2]}"' in page
    assert everything() == before


def test_only_operators_arrange_columns(desk: Desk, people: People) -> None:
    before = everything()
    for name in ("an", "binh", "chi", "dung", "hanh", "phuong"):
        with pytest.raises(NotAllowed):
            save_columns(connection=desk.connection, columns=COLUMNS, note="", by=people.viewer(name))
        with pytest.raises(NotAllowed):
            choose_columns(connection=desk.connection, number=1, by=people.viewer(name))
    assert everything() == before
