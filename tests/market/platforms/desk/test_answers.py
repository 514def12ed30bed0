"""Whole result files: twice, untouched, of another platform, somebody's own."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from market.listings.models import Listing
from market.platforms.contract import Artifact, ResultFileRefused
from market.platforms.desk.actions import ImportReport, export_sheet, import_result, save_columns
from market.platforms.engine.push import push_due
from market.platforms.models import Connection, SheetAnswer
from market.platforms.sheets.columns import column_of
from market.shops.models import Shop
from tests.market.conftest import Browser
from tests.market.platforms.desk_tools import LIVE, SKU, Desk
from tests.market.platforms.sheet_tools import workbook_from, workbook_of
from tests.market.proof import everything
from tests.people import People, make_listing


def test_an_untouched_file_is_no_news(desk: Desk, listing: Listing, browser: Browser) -> None:
    raw = workbook_of(desk.export())
    before = everything()
    assert desk.take(raw) == ImportReport(waiting=1)
    assert everything() == before
    file = {"file": SimpleUploadedFile("lo-1.xlsx", raw)}
    answer = browser("buu").post(reverse("platform_result", args=["voso"]), file, follow=True)
    assert "Tệp này chưa có kết quả nào. Không có gì thay đổi." in answer.content.decode()


def test_the_same_file_twice_leads_to_the_same_report(desk: Desk, listing: Listing, browser: Browser) -> None:
    raw = desk.answer(desk.export(), {listing.sku: LIVE})
    buu = browser("buu")

    def send() -> str:
        file = {"file": SimpleUploadedFile("lo-1.xlsx", raw)}
        answer = buu.post(reverse("platform_result", args=["voso"]), file, follow=True)
        kept = SheetAnswer.objects.get()
        assert answer.redirect_chain == [(reverse("platform_answer", args=["voso", kept.pk]), 302)]
        return answer.content.decode()

    assert "Đã đọc tệp kết quả." in send()
    before = everything()
    assert "Tệp này đã nhận trước đây." in send()
    assert everything() == before
    kept = SheetAnswer.objects.get()
    assert (kept.file_name, kept.counts["claimed"], kept.taken_by_id) == ("lo-1.xlsx", 1, desk.people.users["buu"].pk)


def test_every_line_that_could_not_be_used_is_on_the_report(desk: Desk, listing: Listing, browser: Browser) -> None:
    desk.export()
    rows = [[f"LS-{number}", "Đã lên sàn", f"https://voso.vn/a-p{number}.html"] for number in range(130)]
    report = desk.take(workbook_from([[SKU, "Kết quả", "Liên kết", "Ghi chú"], *rows]))
    assert len(report.problems) == 130
    address = reverse("platform_answer", args=["voso", report.answer_id])
    buu = browser("buu")
    first, second = (buu.get(f"{address}?page={page}").content.decode() for page in (1, 2))
    assert "Dòng 2: không có tin nào mang mã LS-0 chờ sàn này." in first and "mã LS-129 " in second
    assert "Ghi chú" in first
    assert buu.get(reverse("platform_answer", args=["postmart", report.answer_id])).status_code == 404


def postmarts_file(people: People, listing: Listing) -> bytes:
    Connection.objects.filter(platform__code="postmart").update(is_enabled=True)
    make_listing(listing.shop, name="Điều sống")
    push_due()
    batch = export_sheet(connection=Connection.objects.get(platform__code="postmart"), by=people.viewer("buu"))
    with batch.file.open("rb") as file:
        return workbook_of(Artifact("", file.read(), "", 1))


def test_another_platforms_file_is_refused_by_its_columns(desk: Desk, listing: Listing, people: People) -> None:
    raw = postmarts_file(people, listing)
    before = everything()
    with pytest.raises(ResultFileRefused) as refused:
        desk.take(raw)
    assert refused.value.message_vi == "Tệp này là bảng của Postmart. Hãy gửi nó ở phần của Postmart."
    assert everything() == before


def test_another_platforms_file_is_refused_by_its_batch(desk: Desk, listing: Listing, people: People) -> None:
    """Also when both sheets call their columns alike."""
    Connection.objects.filter(platform__code="postmart").update(is_enabled=True)
    postmart = Connection.objects.get(platform__code="postmart")
    columns = [column_of("sku", SKU), column_of("title", "Tên")]
    save_columns(connection=postmart, columns=columns, note="", by=people.viewer("buu"))
    raw = postmarts_file(people, listing)
    with pytest.raises(ResultFileRefused) as refused:
        desk.take(raw)
    assert refused.value.message_vi == "Tệp này là bảng của Postmart. Hãy gửi nó ở phần của Postmart."
    assert import_result(connection=postmart, raw=raw, by=people.viewer("buu")).problems == []


def test_somebodys_own_sheet_is_refused(desk: Desk, listing: Listing) -> None:
    desk.export()
    own = workbook_from([["STT", "Tên hàng", "Ghi chú"], [1, "Hạt điều", "đã bán"]])
    with pytest.raises(ResultFileRefused) as refused:
        desk.take(own)
    assert "Hãy dùng tệp đã xuất từ Lên Sàn" in refused.value.message_vi
    assert not SheetAnswer.objects.exists()


def test_a_batch_that_does_not_know_the_listing_is_named(desk: Desk, shop: Shop, listing: Listing) -> None:
    desk.export()
    second = make_listing(shop, name="Điều sống")
    push_due()
    text = (
        f"{SKU};Lô gửi;Kết quả;Liên kết\n"
        f"{second.sku};VoSo 1;Đã lên sàn;https://voso.vn/a-p1.html\n"
        f"{listing.sku};lô nào đó;Đã lên sàn;https://voso.vn/a-p2.html\n"
        f"{second.sku};;Đã lên sàn;https://voso.vn/a-p3.html\n"
    )
    report = desk.take(io.BytesIO(text.encode()).read())
    assert report == ImportReport(
        problems=[
            f"Dòng 2: lô «VoSo 1» không có mã {second.sku}. Hãy chép lại từ tệp đã lấy.",
            f"Dòng 3: lô «lô nào đó» không có mã {listing.sku}. Hãy chép lại từ tệp đã lấy.",
            f"Dòng 4: mã {second.sku} chưa nằm trong tệp nào gửi cho sàn này.",
        ]
    )
