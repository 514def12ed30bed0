"""Payouts at the accountant's place: the whole way by buttons, the bank's file, who sees what, what it costs."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.queries import SYSTEM, Viewer
from market.ledger.accounts import BANK, owed_to
from market.ledger.queries import balances_of
from market.payouts.actions import approve_batch, make_batch
from market.payouts.models import GatewaySettlement, PayoutBatch
from market.payouts.queries import propose
from market.shops.models import Shop
from tests.market.conftest import Signed
from tests.market.payouts.conftest import earn
from tests.market.proof import everything
from tests.people import People, make_producer, shop_for

PAYOUTS, NEW, SETTLED = "/ke-toan/chi/", "/ke-toan/chi/moi/", "/ke-toan/chi/vnpay-chuyen/"
ACCOUNT = "0011012345678"


def made(by: Viewer) -> PayoutBatch:
    return make_batch(total_seen=propose().total, by=by)


def test_the_whole_way_by_buttons(
    ngan: Viewer, tam: Viewer, an_shop: Shop, dung_shop: Shop, signed: Signed, settings: Any
) -> None:
    settings.PAYOUT_ALONE_UP_TO = 100_000
    earn(an_shop.producer, 120_000)
    earn(dung_shop.producer, 60_000)
    hers, his = signed(ngan), signed(tam)
    page = hers.get(NEW).content.decode()
    assert "Lập bảng chi 180.000\u00a0đ" in page and "cần người thứ hai duyệt" in page
    assert "theo sổ trong ngân hàng chỉ có 0\u00a0đ" in page and ACCOUNT not in page
    assert "nay là 180.000" in hers.post(NEW, {"total_seen": "1"}, follow=True).content.decode()
    address = hers.post(NEW, {"total_seen": "180000"})["location"]
    batch = PayoutBatch.objects.get()
    assert address == f"{PAYOUTS}{batch.code}/" and batch.code in hers.get(PAYOUTS).content.decode()
    page = hers.get(address).content.decode()
    assert "Duyệt chi" not in page and "Chờ người thứ hai duyệt." in page and "Lấy tệp" not in page
    assert "cần người thứ hai duyệt" in hers.post(f"{address}duyet/", follow=True).content.decode()
    assert hers.post(f"{address}tep.xlsx")["location"] == address, "no file before it is approved"
    assert "Duyệt chi 180.000" in his.get(address).content.decode()
    his.post(f"{address}duyet/")
    assert hers.post(f"{address}tep.xlsx").status_code == 200
    page = hers.get(address).content.decode()
    assert "Đã lấy tệp." in page and "Ghi các dòng đã chọn" in page and ACCOUNT not in page
    mine, theirs = batch.rows.order_by("number")
    hers.post(f"{address}da-chuyen/", {"row": [mine.pk]})
    hers.post(f"{address}tra-lai/", {"row": theirs.pk, "why": "Sai tên."})
    page = hers.get(address).content.decode()
    assert "Xong: mọi dòng đã có kết quả." in page and "Sai tên." in page
    owed = balances_of([owed_to(mine.producer_id), owed_to(theirs.producer_id), BANK])
    assert list(owed.values()) == [0, -theirs.amount, -mine.amount]


def test_the_file_is_for_the_bank_and_every_fetch_is_noted(ngan: Viewer, an_shop: Shop, signed: Signed) -> None:
    earn(an_shop.producer, 120_000)
    batch = approve_batch(batch=made(ngan), by=ngan)
    browser, address = signed(ngan), f"{PAYOUTS}{batch.code}/"
    answer = browser.post(f"{address}tep.csv")
    assert answer["Content-Disposition"] == f'attachment; filename="chi-{batch.code}.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [
        ["STT", "Mã ngân hàng (BIN)", "Ngân hàng", "Số tài khoản", "Chủ tài khoản", "Số tiền (VND)", "Nội dung"],
        ["1", "970403", "Sacombank", ACCOUNT, "NGUYEN VAN AN", "120000", f"LEN SAN CHI {batch.code} 001"],
    ]
    book = CalamineWorkbook.from_filelike(io.BytesIO(browser.post(f"{address}tep.xlsx").content))
    assert book.get_sheet_by_index(0).to_python()[1][3:6] == [ACCOUNT, "NGUYEN VAN AN", 120_000], "zeros in front stay"
    entries = AuditEntry.objects.filter(action="payout.exported", object_label=f"payout:{batch.pk}")
    assert [entry.actor_id for entry in entries] == [ngan.user_id] * 2
    assert [browser.get(f"{address}tep.csv").status_code, browser.post(f"{address}tep.exe").status_code] == [405, 404]


def test_a_whole_account_is_an_audited_look(ngan: Viewer, kiem: Viewer, an_shop: Shop, signed: Signed) -> None:
    earn(an_shop.producer, 120_000)
    batch = made(ngan)
    row = batch.rows.get()
    for viewer in (ngan, kiem):
        page = signed(viewer).get(f"{PAYOUTS}{batch.code}/").content.decode()
        assert "… …678" in page and ACCOUNT not in page
    look = f"/hien-so/payout-account/{row.pk}/"
    assert f'action="{look}"' in signed(ngan).get(f"{PAYOUTS}{batch.code}/").content.decode()
    assert ACCOUNT in signed(ngan).post(look).content.decode()
    assert AuditEntry.objects.filter(actor_id=ngan.user_id, object_label=f"shop:{an_shop.pk}").exists()
    assert signed(kiem).post(look).status_code == 404


def test_an_auditor_reads_and_does_nothing(ngan: Viewer, kiem: Viewer, an_shop: Shop, signed: Signed) -> None:
    earn(an_shop.producer, 120_000)
    batch = made(ngan)
    browser, address = signed(kiem), f"{PAYOUTS}{batch.code}/"
    before = everything()
    for path in (PAYOUTS, address, SETTLED):
        page = browser.get(path)
        assert page.status_code == 200 and 'method="post"' not in page.content.decode().split("<main")[1]
    assert browser.get(NEW).status_code == 404
    steps = ("duyet/", "rut/", "da-chuyen/", "tra-lai/", "tep.csv")
    posts = [NEW, SETTLED, f"{SETTLED}1/bo/", *(f"{address}{step}" for step in steps)]
    assert [browser.post(path).status_code for path in posts] == [404] * len(posts)
    assert everything() == before


def test_nobody_else_gets_in(people: People, ngan: Viewer, an_shop: Shop, signed: Signed, client: Client) -> None:
    earn(an_shop.producer, 120_000)
    address = f"{PAYOUTS}{made(ngan).code}/"
    before = everything()
    for name in ("an", "binh", "chi", "dung", "hanh", "phuong", "buu"):
        browser = signed(people.viewer(name))
        for path in (PAYOUTS, NEW, address, SETTLED):
            assert browser.get(path).status_code == 404, (name, path)
            assert browser.post(path).status_code in {404, 405}, (name, path)
        assert browser.post(f"{address}duyet/").status_code == browser.post(f"{address}tep.csv").status_code == 404
    assert client.get(PAYOUTS)["location"] == f"/dang-nhap/?next={PAYOUTS}"
    assert everything() == before


def test_rows_that_went_wrong_are_shown(ngan: Viewer, an_shop: Shop, signed: Signed) -> None:
    earn(an_shop.producer, 120_000)
    batch = made(ngan)
    an_shop.bank_account = "0011000000000"
    an_shop.save()
    page = signed(ngan).get(f"{PAYOUTS}{batch.code}/").content.decode()
    assert "đã đổi tài khoản nhận tiền sau khi lập bảng" in page and "Duyệt chi" not in page
    signed(ngan).post(f"{PAYOUTS}{batch.code}/rut/", {"why": "Đổi tài khoản."})
    assert "Đã rút, không chi theo bảng này." in signed(ngan).get(f"{PAYOUTS}{batch.code}/").content.decode()


def test_what_vnpay_sent(ngan: Viewer, an_shop: Shop, signed: Signed) -> None:
    earn(an_shop.producer, 120_000)
    browser = signed(ngan)
    posted = {"amount": "100.000", "on": f"{clock.today():%Y-%m-%d}", "report_number": "TT-2611"}
    for wrong in ({"amount": "-5"}, {"amount": "abc"}, {"amount": "١٢"}, {"on": "2999-01-01"}, {"report_number": ""}):
        answer = browser.post(SETTLED, posted | wrong)
        assert answer.status_code == 200 and "Hãy xem lại các chỗ sau" in answer.content.decode(), wrong
    assert "chỉ đang giữ 120.000" in browser.post(SETTLED, posted | {"amount": "120001"}).content.decode()
    assert not GatewaySettlement.objects.exists()
    assert browser.post(SETTLED, posted)["location"] == SETTLED
    page = browser.get(SETTLED).content.decode()
    assert "TT-2611" in page and "100.000\u00a0đ" in page and "20.000\u00a0đ" in page
    assert "đã được ghi" in browser.post(SETTLED, posted).content.decode()
    made = GatewaySettlement.objects.get()
    browser.post(f"{SETTLED}{made.pk}/bo/", {"why": "Gõ nhầm."})
    assert "Đã bỏ: Gõ nhầm." in browser.get(SETTLED).content.decode()
    assert browser.post(f"{SETTLED}{made.pk + 1}/bo/", {"why": "x"}).status_code == 404


def test_who_cannot_be_paid_yet_stands_on_the_first_page(ngan: Viewer, shop: Shop, signed: Signed) -> None:
    earn(shop.producer, 90_000)
    page = signed(ngan).get(PAYOUTS).content.decode()
    assert "Chưa chi được" in page and shop.producer.name in page and "Lập bảng chi" not in page


def test_odd_requests_change_nothing(ngan: Viewer, an_shop: Shop, signed: Signed) -> None:
    earn(an_shop.producer, 120_000)
    browser, address = signed(ngan), f"{PAYOUTS}{made(ngan).code}/"
    before = everything()
    assert browser.post(f"{address}khong-co/").status_code == 404
    assert browser.get(f"{address}duyet/").status_code == 405
    assert browser.post(f"{address}tra-lai/", {"row": "9" * 30}).status_code == 404
    for posted in ({"row": ["x", "-1", "9" * 30]}, {}):
        assert browser.post(f"{address}da-chuyen/", posted).status_code == 302
    assert browser.post(NEW, {"total_seen": "٣"})["location"] == NEW
    assert browser.get(f"{PAYOUTS}BC0/").status_code == 404
    assert everything() == before


@pytest.mark.parametrize("number", [1, 25])
def test_what_the_pages_cost(
    people: People, ngan: Viewer, an_shop: Shop, signed: Signed, django_assert_num_queries: Any, number: int
) -> None:
    earn(an_shop.producer, 120_000)
    for each in range(1, number):
        shop = shop_for(make_producer(f"Hộ số {each}", people.hamlet), f"Nhà số {each}", SYSTEM)
        Shop.objects.filter(pk=shop.pk).update(bank_bin="970403", bank_account=ACCOUNT, bank_holder="A")
        earn(shop.producer, 100_000)
    browser = signed(ngan)
    for address, most in ((NEW, 10), (PAYOUTS, 11)):
        browser.get(address)
        with django_assert_num_queries(most):
            assert browser.get(address).status_code == 200
    address = f"{PAYOUTS}{made(ngan).code}/"
    browser.get(address)
    with django_assert_num_queries(11):
        assert len(browser.get(address).context["rows"]) == number
