"""The pages: a code from photo to verdict, a month for a whole market, what each person finds there."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.kit.numbers import masked_end
from onboarding.markets.models import CodeCheck, Market, MonthUse, PaymentCode, Stall
from onboarding.markets.views import checking
from tests.onboarding.markets.bazaar import Bazaar, broken, code_text, picture
from tests.people import jpeg


@pytest.fixture
def browser(bazaar: Bazaar) -> Any:
    def of(name: str) -> Client:
        client = Client()
        client.force_login(bazaar.people.users[name])
        return client

    return of


def photo(*texts: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("sap.jpg", picture(*texts) if texts else jpeg(), "image/jpeg")


def token_of(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_from_a_photo_to_a_verdict(bazaar: Bazaar, browser: Any) -> None:
    stall, hanh = bazaar.stall("A1"), browser("hanh")
    page = hanh.post(f"/xa/cho/sap/{stall.pk}/ma/", {"photo": photo(code_text())}).content.decode()
    assert f"tài khoản {masked_end('0123456789')}" in page
    assert "0123456789" not in page and "trong mã không ghi tên" in page and not CodeCheck.objects.exists()
    said = {"token": token_of(page), "choice": "0", "name_in_app": "NGUYEN THI HOA"}
    answer = hanh.post(f"/xa/cho/sap/{stall.pk}/ma/ghi/", said, follow=True).content.decode()
    assert "Mã đúng, đúng tên chủ sạp." in answer and "0123456789" not in answer
    check = CodeCheck.objects.get()
    assert (check.how, check.finding, check.name_from, check.name_match) == ("photo", "read", "app", "same")


def test_with_two_codes_in_the_photo_one_is_chosen(bazaar: Bazaar, browser: Any) -> None:
    mine, other = bazaar.stall("A1"), bazaar.stall("A2", "Trần Văn Bảy")
    bazaar.check(other, code_text("5566778899", name="TRAN VAN BAY"))
    hanh = browser("hanh")
    texts = (code_text("5566778899", name="TRAN VAN BAY"), code_text(name="NGUYEN THI HOA"))
    page = hanh.post(f"/xa/cho/sap/{mine.pk}/ma/", {"photo": photo(*texts)}).content.decode()
    assert "Trong ảnh có 2 mã." in page and "Mã này đã ghi ở sạp A2, Chợ Sớm." in page
    token = token_of(page)
    assert hanh.post(f"/xa/cho/sap/{mine.pk}/ma/ghi/", {"token": token}).status_code == 422
    assert hanh.post(f"/xa/cho/sap/{mine.pk}/ma/ghi/", {"token": token, "choice": "7"}).status_code == 422
    hoa = page[: page.index("NGUYEN THI HOA")].rindex('value="') + len('value="')
    hanh.post(f"/xa/cho/sap/{mine.pk}/ma/ghi/", {"token": token, "choice": page[hoa]})
    assert CodeCheck.objects.get(stall=mine).name_match == "same"


def test_what_a_machine_read_cannot_be_made_up(bazaar: Bazaar, browser: Any) -> None:
    one, two = bazaar.stall("A1"), bazaar.stall("A2")
    page = browser("hanh").post(f"/xa/cho/sap/{one.pk}/ma/", {"photo": photo(code_text())}).content.decode()
    token = token_of(page)
    for name, stall, sent in (
        ("hanh", one, token[:-2] + "xx"),
        ("hanh", two, token),
        ("chi", one, token),
        ("hanh", one, ""),
    ):
        answer = browser(name).post(f"/xa/cho/sap/{stall.pk}/ma/ghi/", {"token": sent, "choice": "0"})
        assert answer.status_code == 302 and answer["Location"].endswith("/ma/")
    assert not CodeCheck.objects.exists() and not PaymentCode.objects.exists()


def test_a_token_gets_old(bazaar: Bazaar, browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stall, hanh = bazaar.stall("A1"), browser("hanh")
    page = hanh.post(f"/xa/cho/sap/{stall.pk}/ma/", {"photo": photo(code_text())}).content.decode()
    monkeypatch.setattr(checking, "MAX_AGE", -1)
    hanh.post(f"/xa/cho/sap/{stall.pk}/ma/ghi/", {"token": token_of(page), "choice": "0"})
    assert not CodeCheck.objects.exists()


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "Hãy chụp ảnh mã, dán chữ trong mã"),
        ({"photo": "plain"}, "Không thấy mã QR nào trong ảnh."),
        ({"photo": "pdf"}, "Tệp này không phải ảnh chụp."),
        ({"text": "0002", "finding": "none"}, "Hãy chỉ dùng một cách"),
    ],
)
def test_what_is_wrong_is_said(bazaar: Bazaar, browser: Any, sent: dict[str, Any], sentence: str) -> None:
    stall = bazaar.stall("A1")
    files = {"plain": photo(), "pdf": SimpleUploadedFile("ma.jpg", b"%PDF-1.4 x", "image/jpeg")}
    posted = sent | ({"photo": files[sent["photo"]]} if "photo" in sent else {})
    answer = browser("hanh").post(f"/xa/cho/sap/{stall.pk}/ma/", posted)
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert not CodeCheck.objects.exists()


def test_by_hand_when_no_photo_helps(bazaar: Bazaar, browser: Any) -> None:
    stall, chi = bazaar.stall("A1"), browser("chi")
    page = chi.post(f"/xa/cho/sap/{stall.pk}/ma/", {"text": broken(code_text()), "how": "camera"}).content.decode()
    assert "số kiểm tra sai" in page
    answer = chi.post(f"/xa/cho/sap/{stall.pk}/ma/ghi/", {"token": token_of(page), "choice": "0"}, follow=True)
    assert "Mã sai số kiểm tra" in answer.content.decode() and CodeCheck.objects.get().how == "camera"
    answer = chi.post(f"/xa/cho/sap/{stall.pk}/ma/", {"finding": "none"}, follow=True)
    assert "Sạp không có mã." in answer.content.decode() and CodeCheck.objects.count() == 2


def test_a_month_of_a_whole_market_on_one_page(bazaar: Bazaar, browser: Any) -> None:
    one, two, three = (bazaar.stall(number) for number in ("A1", "A2", "A10"))
    hanh, address = browser("hanh"), f"/xa/cho/{bazaar.market.pk}/thang/"
    page = hanh.get(address).content.decode()
    assert page.index("Sạp A2") < page.index("Sạp A10") and "Đã ghi 0 trong 3 sạp." in page
    said = {
        "ai-khai": "market",
        f"dung-{one.pk}": "co",
        f"lan-{one.pk}": "1.200",
        f"dung-{two.pk}": "khong",
        f"dung-{three.pk}": "",
    }
    answer = hanh.post(address, said, follow=True).content.decode()
    assert "Đã ghi 2 sạp." in answer and "Đã ghi 2 trong 3 sạp." in answer
    rows = set(MonthUse.objects.values_list("stall", "did_use", "payments", "told_by"))
    assert rows == {(one.pk, True, 1200, "market"), (two.pk, False, None, "market")}
    shown = hanh.get(f"/xa/cho/{bazaar.market.pk}/").content.decode()
    assert "1/3" in shown and shown.count("(tự khai)") >= 2 and "chưa khai" in shown
    for wrong in (
        {f"lan-{one.pk}": "nhiều"},
        {f"dung-{one.pk}": "x"},
        {f"dung-{one.pk}": "khong"},
        {"ai-khai": "ai đó"},
    ):
        assert hanh.post(address, said | wrong).status_code == 422
    assert MonthUse.objects.count() == 2
    hanh.post(address, said | {f"dung-{one.pk}": "", f"lan-{one.pk}": ""})
    assert "Đã ghi 1 trong 3 sạp." in hanh.get(address).content.decode()


def test_a_market_from_nothing(bazaar: Bazaar, browser: Any) -> None:
    chi, day = browser("chi"), f"{bazaar.today - timedelta(days=1):%Y-%m-%d}"
    answer = chi.post("/xa/cho/moi/", {"name": "Chợ Chiều", "address": "", "valid_from": day}, follow=True)
    market = Market.objects.get(name="Chợ Chiều")
    assert "Chợ chưa có sạp nào." in answer.content.decode()
    lines = "A1; Nguyễn Thị Hoa\n\n A2 ;  Trần Văn Bảy \nA3"
    page = chi.post(f"/xa/cho/{market.pk}/them-sap/", {"lines": lines, "valid_from": day}, follow=True).content.decode()
    assert "Đã thêm 3 sạp." in page and "Chưa kiểm tra mã." in page
    assert [each.number for each in market.stalls.order_by("number")] == ["A1", "A2", "A3"]
    again = chi.post(f"/xa/cho/{market.pk}/them-sap/", {"lines": "a1", "valid_from": day})
    assert "Chợ đã có sạp số a1." in again.content.decode() and market.stalls.count() == 3
    empty = Stall.objects.get(market=market, number="A3")
    said = {"full_name": "Lê Văn Tám", "agreed_how": "spoken", "phone": "0912345678", "household": ""}
    page = chi.post(f"/xa/cho/sap/{empty.pk}/chu/", said, follow=True).content.decode()
    assert "Lê Văn Tám" in page and "0912345678" not in page.replace(" ", "") and "Hiện số" in page
    paper = chi.get(f"/xa/cho/{market.pk}/in/").content.decode()
    assert "Lê Văn Tám" in paper and "☐" in paper


def test_a_lead_sees_no_phone_and_the_province_writes_nothing(bazaar: Bazaar, browser: Any) -> None:
    stall = bazaar.stall("A1", phone="0912345678", agreed_how="spoken")
    holder = stall.holders.get()
    assert "Hiện số" not in browser("hanh").get(f"/xa/cho/sap/{stall.pk}/").content.decode()
    assert browser("hanh").post(reverse("reveal", args=["stallholder-phone", holder.pk])).status_code == 404
    page = browser("phuong").get(f"/xa/cho/{bazaar.market.pk}/").content.decode()
    assert "Thêm sạp" not in page and "Ghi sạp khai" not in page and "Sửa tên" not in page


def test_near_names_are_asked_about(bazaar: Bazaar, browser: Any) -> None:
    stall = bazaar.stall("A1")
    check = bazaar.check(stall, code_text(name="NGUYEN HOA"))
    chi = browser("chi")
    assert "gần giống tên chủ sạp" in chi.get("/xa/").content.decode()
    assert "Đúng một người" in chi.get(f"/xa/cho/sap/{stall.pk}/").content.decode()
    assert "Đúng một người" not in browser("hanh").get(f"/xa/cho/sap/{stall.pk}/").content.decode()
    answer = chi.post(f"/xa/cho/lan-xem/{check.pk}/ten/", {"mot-nguoi": "1"}, follow=True).content.decode()
    assert "Mã đúng, đúng tên chủ sạp." in answer
    assert "gần giống tên chủ sạp" not in chi.get("/xa/").content.decode()


@pytest.mark.parametrize("stalls", [1, 25])
def test_a_market_costs_the_same_at_any_size(
    bazaar: Bazaar, browser: Any, stalls: int, django_assert_num_queries: Any
) -> None:
    for number in range(stalls):
        bazaar.check(bazaar.stall(f"{number}"), code_text(f"{number:010d}", name="NGUYEN THI HOA"))
    chi = browser("chi")
    chi.get(f"/xa/cho/{bazaar.market.pk}/")
    with django_assert_num_queries(13):
        assert chi.get(f"/xa/cho/{bazaar.market.pk}/").status_code == 200
