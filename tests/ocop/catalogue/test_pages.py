"""The catalogue as people see it."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from core.people.models import Role, User
from core.places.models import Level, Unit
from ocop.catalogue.actions import Found, add_indicator, enter_figure, write_terms
from ocop.catalogue.models import HandFigure, HandIndicator, HandTarget
from tests.ocop.conftest import Land, person, viewer

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def noon() -> object:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False):
        yield


@pytest.fixture
def share(land: Land) -> HandIndicator:
    return HandIndicator.objects.get(code="kinh-te-so-grdp")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(client: Client, address: str) -> str:
    """The page with every run of spaces (the ones that never break too) as one."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(answer.content.decode().split())


def test_phuong_enters_corrects_and_takes_back(land: Land, phuong: User, chi: User, share: HandIndicator) -> None:
    client, page = signed_in(phuong), f"/bang/danh-muc/{share.pk}/"
    assert "Chưa có số liệu. Chưa có không phải là 0." in text(client, page)
    form = {"as_of": "2026-06-30", "value": "12.5", "source": "120/BC-UBND ngày 15/06/2026"}
    refused = client.post(f"{page}so-lieu/", form).content.decode()
    assert "dấu phẩy trước phần lẻ, nhiều nhất" in refused and 'value="12.5"' in refused
    assert "từ 0 đến 100" in client.post(f"{page}so-lieu/", form | {"value": "112,5"}).content.decode()
    assert "chưa đến" in client.post(f"{page}so-lieu/", form | {"as_of": "2026-11-23"}).content.decode()
    bad_link = form | {"value": "12,5", "link": "javascript:alert(1)"}
    assert "Địa chỉ này không đúng" in client.post(f"{page}so-lieu/", bad_link).content.decode()
    assert not HandFigure.objects.exists()
    moved = client.post(f"{page}so-lieu/", form | {"value": "12,5", "link": "https://example.vn/bc"})
    assert (moved.status_code, moved["Location"]) == (302, f"{page}?noi={land.lam_dong.pk}")
    shown = text(client, page)
    assert "Nhập tay: 12,5 %, tính đến 30/06/2026. Nguồn: 120/BC-UBND ngày 15/06/2026" in shown
    assert "Phương, 22/11/2026 12:00" in shown and 'href="https://example.vn/bc"' in shown
    figure = HandFigure.objects.get()
    fix = f"/bang/danh-muc/so-lieu/{figure.pk}/sua/"
    assert 'value="12,5"' in text(client, fix)
    sent = {"value": "13,1", "source": "125/BC-UBND", "reason": ""}
    assert "Hãy ghi lý do." in client.post(fix, sent).content.decode() and HandFigure.objects.count() == 1
    assert client.post(fix, sent | {"reason": "Báo cáo đính chính"}).status_code == 302
    shown = text(client, page)
    assert "<del>12,5 %</del> (đã thay)" in shown and "Sửa vì: Báo cáo đính chính" in shown
    assert shown.count("Sửa số này") == 1
    last = HandFigure.objects.get(replaces=figure)
    gone = {"value": "13,1", "source": "125/BC-UBND", "is_withdrawn": "on", "reason": "Thu hồi"}
    assert client.post(f"/bang/danh-muc/so-lieu/{last.pk}/sua/", gone).status_code == 302
    assert "đã rút" in text(client, page) and "Chưa có số liệu." in text(client, page)
    assert "Sửa số này" not in text(signed_in(chi), page)  # an officer of a commune reads


def test_terms_targets_and_a_line_of_its_own(land: Land, phuong: User, share: HandIndicator) -> None:
    client, page = signed_in(phuong), f"/bang/danh-muc/{share.pk}/"
    assert client.post(f"{page}cach-tinh/", {"owner": "Sở Tài chính", "formula": "A chia B"}).status_code == 302
    assert client.post(f"{page}cach-tinh/", {"owner": "Sở Tài chính", "formula": "A chia C"}).status_code == 302
    shown = text(client, page)
    assert "A chia C" in shown and "Phiên bản 1, ghi ngày 22/11/2026: Sở Tài chính; A chia B" in shown
    aim = {"place": str(land.lam_dong.pk), "year": "2026", "value": "15,5", "is_above": "on", "document": "15/KH-UBND"}
    assert client.post(f"{page}muc-tieu/", aim | {"place": "VN"}).status_code == 200  # not a choice for one province
    assert not HandTarget.objects.filter(year=2026).exists()
    assert client.post(f"{page}muc-tieu/", aim).status_code == 302
    listed = text(client, "/bang/danh-muc/")
    assert "trên 15,5 %, năm 2026" in listed and "15/KH-UBND" in listed and "Sở Tài chính" in listed
    own = {
        "group": "security",
        "name": "Hệ thống có phương án bảo vệ",
        "measure": "number",
        "measure_words": "hệ thống",
    }
    assert client.post("/bang/danh-muc/moi/", own).status_code == 302
    assert "Hệ thống có phương án bảo vệ" in text(client, "/bang/danh-muc/")


def test_the_list_says_what_is_entered_by_hand_and_what_is_not_there(
    land: Land, phuong: User, chi: User, share: HandIndicator
) -> None:
    enter_figure(
        indicator=share,
        unit=land.lam_dong,
        as_of=date(2026, 6, 30),
        found=Found(Decimal("12.5"), "120/BC-UBND"),
        by=viewer(phuong),
    )
    for who in (phuong, chi):
        shown = text(signed_in(who), "/bang/danh-muc/")
        assert "Danh mục chỉ số nhập tay: Tỉnh Lâm Đồng" in shown
        assert "<strong>12,5 %</strong>" in shown and "Nhập tay, tính đến 30/06/2026. Nguồn: 120/BC-UBND" in shown
        assert "sàn không tính các số này" in shown
        for counted in (17, 8, 14, 7):
            assert f"năm 2023 dùng làm khung đếm {counted} chỉ tiêu trong nhóm này." in shown
        assert shown.count("chưa có số liệu") == HandIndicator.objects.count() - 1
        assert "1568/QĐ-BCT" in shown
        assert ("Thêm chỉ số của tỉnh" in shown) is (who is phuong)
    printed = text(signed_in(chi), "/bang/danh-muc/in/")
    assert "không phải do phần mềm tính" in printed and "12,5 %" in printed and "in ngày 22/11/2026" in printed


def test_each_province_has_its_own_and_the_former_ones_beside(land: Land, phuong: User, share: HandIndicator) -> None:
    hoa = person("Hoa", Role.PROVINCE, land.ho_chi_minh)
    former = Unit.objects.get(level=Level.PROVINCE, code="77", valid_to__isnull=False)
    shown = text(signed_in(hoa), f"/bang/danh-muc/?noi={former.pk}")
    assert "(cũ)" in shown and "trên 20 %, năm 2025" in shown and "số văn bản chưa có" in shown
    client = signed_in(phuong)
    for address in (
        f"/bang/danh-muc/?noi={former.pk}",
        f"/bang/danh-muc/?noi={land.phu_thuy.pk}",
        "/bang/danh-muc/?noi=x",
        f"/bang/danh-muc/in/?noi={former.pk}",
        f"/bang/danh-muc/danh-muc.xlsx?noi={former.pk}",
        f"/bang/danh-muc/{share.pk}/?noi={former.pk}",
        f"/bang/danh-muc/{share.pk}/so-lieu/?noi={former.pk}",
    ):
        assert client.get(address).status_code == 404, address
    form = {"as_of": "2026-06-30", "value": "1", "source": "1/BC"}
    assert client.post(f"/bang/danh-muc/{share.pk}/so-lieu/?noi={former.pk}", form).status_code == 404
    theirs = add_indicator(unit=land.ho_chi_minh, group="economy", name="Riêng", measure="percent", by=viewer(hoa))
    assert client.get(f"/bang/danh-muc/{theirs.pk}/").status_code == 404
    assert client.post(f"/bang/danh-muc/{theirs.pk}/so-lieu/", form).status_code == 404
    assert not HandFigure.objects.exists()


def test_officers_of_communes_and_auditors_read_only(
    land: Land, phuong: User, chi: User, an: User, share: HandIndicator
) -> None:
    figure = enter_figure(
        indicator=share,
        unit=land.lam_dong,
        as_of=date(2026, 6, 30),
        found=Found(Decimal(1), "1/BC"),
        by=viewer(phuong),
    )
    auditor = person("Kiểm", Role.AUDITOR, land.lam_dong)
    writes = [f"/bang/danh-muc/{share.pk}/{page}/" for page in ("so-lieu", "cach-tinh", "muc-tieu")]
    writes += ["/bang/danh-muc/moi/", f"/bang/danh-muc/so-lieu/{figure.pk}/sua/"]
    for who in (chi, auditor):
        client = signed_in(who)
        assert client.get(f"/bang/danh-muc/{share.pk}/").status_code == 200
        assert {client.get(address).status_code for address in writes} == {404}
        assert {client.post(address, {"value": "2"}).status_code for address in writes} == {404}
    seller = signed_in(an)
    assert {seller.get(address).status_code for address in [*writes, "/bang/danh-muc/"]} == {404}
    assert HandFigure.objects.get() == figure


def test_the_workbook_has_what_stands_and_the_history(land: Land, phuong: User, share: HandIndicator) -> None:
    write_terms(indicator=share, unit=land.lam_dong, owner="=cmd()", formula="A chia B", by=viewer(phuong))
    enter_figure(
        indicator=share,
        unit=land.lam_dong,
        as_of=date(2026, 6, 30),
        found=Found(None, "120/BC-UBND", numerator=76, denominator=95),
        by=viewer(phuong),
    )
    answer = signed_in(phuong).get("/bang/danh-muc/danh-muc.xlsx")
    assert 'filename="danh-muc-68-2026-11-22.xlsx"' in answer["Content-Disposition"]
    book = load_workbook(io.BytesIO(answer.getvalue()))
    rows = {row[2]: row for row in book["Danh mục"].iter_rows(min_row=2, values_only=True)}
    assert len(rows) == HandIndicator.objects.count()
    line = rows[share.code]
    assert line[4:8] == ("nhập tay", "80\u00a0% (76/95)", "30/06/2026", "120/BC-UBND")
    assert line[13:] == ("'=cmd()", "A chia B", 1)
    assert rows["hoa-don-dien-tu"][5:8] == ("chưa có", "chưa có", "chưa có")
    [kept] = book["Lịch sử số liệu"].iter_rows(min_row=2, values_only=True)
    assert kept[3:8] == ("30/06/2026", "80\u00a0% (76/95)", 76, 95, "120/BC-UBND")


@pytest.mark.parametrize("size", [1, 25])
def test_query_budget(land: Land, phuong: User, share: HandIndicator, size: int) -> None:
    for number in range(size):
        made = add_indicator(
            unit=land.lam_dong, group="economy", name=f"Chỉ số {number}", measure="percent", by=viewer(phuong)
        )
        for month in (1, 2):
            enter_figure(
                indicator=made,
                unit=land.lam_dong,
                as_of=date(2026, month, 1),
                found=Found(Decimal(1), "1/BC"),
                by=viewer(phuong),
            )
    client = signed_in(phuong)
    client.get("/bang/danh-muc/")
    with CaptureQueriesContext(connection) as captured:
        client.get("/bang/danh-muc/")
    assert len(captured) == 10, [query["sql"][:90] for query in captured]
