"""Money that came in, looked for and given back on the page."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core.kit import clock
from core.people.queries import Viewer
from market.ledger.accounts import GATEWAY, HELD, REFUNDS
from market.payments.actions import log_message, open_payment
from market.payments.models import Charge, GatewayMessage, Payment, PaymentAttempt, Refund
from tests.market.conftest import Signed
from tests.market.payments.till import PAID, ask_back, ask_now, book, opened, paid, pay_there, send_now
from tests.market.payments.vnpay.running import Double
from tests.market.proof import everything
from tests.people import People

LIST = "/ke-toan/tien-vao/"


def page_of(charge: Charge) -> str:
    return f"{LIST}{charge.payment_id}/"


def form_of(charge: Charge, amount: str, **changes: str) -> dict[str, str]:
    posted = {
        "charge": str(charge.pk), "request_id": "a" * 32, "source": f"payment:{charge.payment_id}|held", "amount": amount,
        "reason": "Khách trả hàng.",
    }  # fmt: skip
    return posted | changes


def listed(client: Client, **query: str) -> list[str]:
    answer = client.get(LIST, query)
    assert answer.status_code == 200
    return [row.payment.reference for row in answer.context["rows"]]


class TestLooking:
    def test_by_any_number_that_people_have(
        self, charge: Charge, gateway: Double, ngan: Viewer, signed: Signed
    ) -> None:
        other = paid(gateway)
        unpaid = open_payment(reference="DH-CHUA-TRA", amount=9_000, return_path="/x")
        browser, attempt = signed(ngan), charge.attempt
        mine = charge.payment.reference
        assert listed(browser) == [other.payment.reference, mine], "the newest first; what never came is not money"
        for words in (mine, mine.lower(), attempt.txn_ref, attempt.txn_ref.lower(), attempt.transaction_no):
            assert listed(browser, q=f" {words} ") == [mine], words
        assert listed(browser, q="DH-CHUA-TRA") == ["DH-CHUA-TRA"], "somebody says that they have paid"
        assert listed(browser, q="%") == listed(browser, q="LS") == []
        assert "Không có khoản nào như vậy" in browser.get(LIST, {"q": "x"}).content.decode()
        assert "chờ 9.000" in browser.get(LIST, {"q": unpaid.reference}).content.decode()

    def test_by_days_of_vietnam(self, charge: Charge, ngan: Viewer, signed: Signed) -> None:
        browser, mine = signed(ngan), charge.payment.reference
        late = clock.start_of(clock.today()) - timedelta(seconds=1)
        Payment.objects.filter(pk=charge.payment_id).update(settled_at=late)
        today, yesterday = str(clock.today()), str(clock.today() - timedelta(days=1))
        assert (listed(browser, since=today), listed(browser, until=yesterday)) == ([], [mine])
        wrong = browser.get(LIST, {"since": today, "until": yesterday}).content.decode()
        assert "đứng trước ngày bắt đầu" in wrong

    def test_money_for_nothing(self, charge: Charge, ngan: Viewer, signed: Signed) -> None:
        browser = signed(ngan)
        assert listed(browser, for_nothing="on") == []
        Charge.objects.filter(pk=charge.pk).update(is_extra=True)
        assert listed(browser, for_nothing="on") == [charge.payment.reference]
        assert "Tiền đến hai lần." in browser.get(LIST).content.decode()

    def test_nothing_yet(self, ngan: Viewer, signed: Signed) -> None:
        assert "Chưa có tiền nào vào qua VNPAY" in signed(ngan).get(LIST).content.decode()

    def test_everything_about_one_stands_on_its_page(
        self, charge: Charge, gateway: Double, ngan: Viewer, kiem: Viewer, signed: Signed
    ) -> None:
        failed = opened(gateway)
        PaymentAttempt.objects.filter(pk=failed.pk).update(payment=charge.payment)
        pay_there(gateway, failed, "51", "02")
        ask_now()
        ask_back(charge, 100_000)
        log_message(kind=GatewayMessage.Kind.IPN, raw="vnp_X=<script>", verdict="97 Invalid signature", attempt=failed)
        html = signed(ngan).get(page_of(charge)).content.decode()
        for said in (
            charge.attempt.txn_ref, failed.txn_ref, "02: giao dịch lỗi", charge.attempt.transaction_no, "vnp_X=&lt;script&gt;",
            "97 Invalid signature", "Giữ cho đơn chưa giao xong", "200.000\u00a0đ", "Ghi để hoàn tiền", "Chờ gửi VNPAY.",
            "2.000.000\u00a0đ", "Lập khoản hoàn này",
        ):  # fmt: skip
            assert said in html, said
        read_only = signed(kiem).get(page_of(charge)).content.decode()
        assert "Lập khoản hoàn này" not in read_only and charge.attempt.txn_ref in read_only


class TestGivingBack:
    def test_small_sums_go_at_once(self, charge: Charge, ngan: Viewer, signed: Signed) -> None:
        browser = signed(ngan)
        found = re.search(r'name="request_id" value="([0-9a-f]{32})"', browser.get(page_of(charge)).content.decode())
        assert found is not None
        answer = browser.post(page_of(charge) + "hoan", form_of(charge, "100.000", request_id=found[1]))
        refund = Refund.objects.get()
        assert answer["location"] == f"/ke-toan/hoan-tien/{refund.pk}/"
        assert (refund.amount, refund.reason, refund.state, refund.asked_by_id, refund.request_id) == (
            100_000, "Khách trả hàng.", "ready", ngan.user_id, found[1],
        )  # fmt: skip
        assert book() == {GATEWAY: PAID, HELD: -200_000, REFUNDS: -100_000}
        assert "Đã lập, sắp gửi VNPAY." in browser.get(answer["location"]).content.decode()

    def test_large_ones_wait_for_another(self, charge: Charge, ngan: Viewer, signed: Signed, settings: Any) -> None:
        settings.REFUND_ALONE_UP_TO = 99_999
        answer = signed(ngan).post(page_of(charge) + "hoan", form_of(charge, "100.000"), follow=True)
        html = answer.content.decode()
        assert "Đã lập, chờ người thứ hai duyệt." in html and "người khác phải duyệt" in html
        assert (Refund.objects.get().state, send_now()) == ("asked", 0)

    def test_sent_twice_is_once(self, charge: Charge, ngan: Viewer, signed: Signed) -> None:
        browser = signed(ngan)
        answers = [browser.post(page_of(charge) + "hoan", form_of(charge, "300.000")) for _ in range(2)]
        assert answers[0]["location"] == answers[1]["location"] and Refund.objects.count() == 1

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"amount": "300.001"}, "Ở đó chỉ còn 300.000"),
            ({"amount": "0"}, "lớn hơn 0"),
            ({"amount": "-5"}, "bằng số"),
            ({"amount": "mười"}, "bằng số"),
            ({"amount": ""}, "Hãy ghi số đồng"),
            ({"reason": " "}, "Hãy ghi lý do"),
            ({"source": "payment:1|bank"}, "vừa chuyển chỗ"),
            ({"source": ""}, "Lấy từ đâu"),
            ({"request_id": "x"}, "Trang này đã cũ"),
        ],
    )
    def test_what_is_not_right_changes_nothing(
        self, charge: Charge, ngan: Viewer, signed: Signed, changes: dict[str, str], said: str
    ) -> None:
        before = everything()
        answer = signed(ngan).post(page_of(charge) + "hoan", form_of(charge, "1.000") | changes)
        assert answer.status_code == 422 and said in answer.content.decode()
        assert everything() == before

    def test_a_charge_of_another_payment_is_not_there(
        self, charge: Charge, gateway: Double, ngan: Viewer, signed: Signed
    ) -> None:
        other = paid(gateway)
        before = everything()
        browser = signed(ngan)
        for address, posted in (
            (page_of(charge), form_of(other, "1.000")), (page_of(charge), {}), (f"{LIST}999999/", form_of(charge, "1.000")),
        ):  # fmt: skip
            assert browser.post(address + "hoan", posted).status_code == 404
        assert everything() == before

    def test_nobody_else(self, charge: Charge, kiem: Viewer, people: People, signed: Signed, client: Client) -> None:
        others = [kiem, *(people.viewer(name) for name in ("an", "binh", "chi", "dung", "hanh", "phuong", "buu"))]
        before = everything()
        for viewer in others:
            assert signed(viewer).post(page_of(charge) + "hoan", form_of(charge, "1.000")).status_code == 404
        assert client.post(page_of(charge) + "hoan", form_of(charge, "1.000"))["location"].startswith("/dang-nhap/")
        for viewer in others[1:]:
            assert {signed(viewer).get(each).status_code for each in (LIST, page_of(charge))} == {404}
        assert everything() == before


@pytest.mark.parametrize("rows", [1, 25])
def test_query_budgets(charge: Charge, ngan: Viewer, signed: Signed, django_assert_num_queries: Any, rows: int) -> None:
    ask_back(charge, 1_000)
    now = clock.now()
    for number in range(rows - 1):
        attempt = PaymentAttempt.objects.create(
            payment=charge.payment, txn_ref=f"LS{number}", create_date="", expire_date="", expires_at=now, amount=PAID,
            customer_address="203.0.113.7", made_at=now, state="failed",
        )  # fmt: skip
        log_message(kind=GatewayMessage.Kind.IPN, raw="x", verdict="00", attempt=attempt)
        other = Payment.objects.create(
            reference=f"X{number}", amount=9_000, return_path="/x", made_at=now, settled_at=now, state="succeeded"
        )
        paid_by = PaymentAttempt.objects.create(
            payment=other, txn_ref=f"LX{number}", create_date="", expire_date="", expires_at=now, amount=9_000,
            customer_address="203.0.113.7", made_at=now, state="succeeded",
        )  # fmt: skip
        Charge.objects.create(payment=other, attempt=paid_by, amount=9_000, made_at=now)
        ask_back(charge, 1_000)
    browser = signed(ngan)
    browser.get(LIST)
    with django_assert_num_queries(LIST_COST):
        browser.get(LIST)
    with django_assert_num_queries(PAGE_COST):
        browser.get(page_of(charge))


LIST_COST, PAGE_COST = 7, 16
