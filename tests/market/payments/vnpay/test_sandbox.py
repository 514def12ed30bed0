"""The double as a real process, driven over HTTP. The product's wire signs and reads on our side."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from market.payments.vnpay import client, codes, wire
from market.payments.vnpay.wire import api_messages, signing
from tests.market.payments.vnpay.running import (
    ROOT,
    SECRET,
    TMN_CODE,
    Double,
    Merchant,
    until,
)

GOOD_CARD = "9704 1985 2619 1432 198"
RETURN_URL = "https://shop.example.vn/thanh-toan/vnpay/return?don=1"


def fields(**changes: Any) -> wire.PayFields:
    now = datetime.now(UTC)
    standard: dict[str, Any] = {
        "tmn_code": TMN_CODE,
        "txn_ref": "PI1",
        "amount": 150_000,
        "order_info": wire.order_info("Nước mắm Phan Thiết: 2 chai"),
        "return_url": RETURN_URL,
        "ip_addr": "203.0.113.7",
        "create_date": wire.gateway_time(now),
        "expire_date": wire.gateway_time(now + timedelta(minutes=15)),
    }
    return wire.PayFields(**(standard | changes))


def pay_url(double: Double, **changes: Any) -> str:
    return wire.build_pay_url(f"{double.url}/paymentv2/vpcpay.html", fields(**changes), SECRET)


def open_page(double: Double, **changes: Any) -> str:
    """The address of the payment's first page."""
    response = requests.get(pay_url(double, **changes), timeout=5)
    assert response.status_code == 200, response.text
    return response.url


def post(page: str, **form: str) -> requests.Response:
    return requests.post(page, data=form, allow_redirects=False, timeout=5)


def pay_by_card(page: str, number: str, otp: str = "123456", bank: str = "NCB") -> requests.Response:
    """From the payment's first page to the end: the card, then the bank's code."""
    chosen = post(f"{page}the/{bank}/", so_the=number)
    if not chosen.headers.get("Location", "").endswith("/otp/"):
        return chosen
    return post(f"{page}otp/", otp=otp)


def returned(response: requests.Response) -> wire.Notice:
    """What the browser carries back, verified by the product."""
    assert response.status_code == 302
    base, query = response.headers["Location"].split("&", 1)
    assert base == RETURN_URL
    return wire.parse_and_verify(query, SECRET)


def result(notice: wire.Notice) -> tuple[str, str, int | None, str]:
    return notice.response_code, notice.transaction_status, notice.amount, notice.txn_ref


def test_a_good_payment_reaches_browser_and_merchant(double: Double, merchant: Merchant) -> None:
    page = open_page(double)
    shown = requests.get(page, timeout=5).text
    assert "MÔ PHỎNG – không phải VNPAY thật" in shown and "150.000\u00a0đ" in shown
    notice = returned(pay_by_card(page, GOOD_CARD))
    assert result(notice) == ("00", "00", 150_000, "PI1")
    assert (notice.tmn_code, notice.bank_code, notice.card_type) == (TMN_CODE, "NCB", "ATM")
    assert notice.order_info == "Nuoc mam Phan Thiet: 2 chai"
    assert abs(wire.moment_of(notice.pay_date) - datetime.now(UTC)) < timedelta(seconds=30)
    [query] = until(lambda: merchant.queries)
    assert wire.parse_and_verify(query, SECRET) == notice
    [call] = until(lambda: double.transactions()[0]["ipn_calls"])
    assert (call["http_status"], call["rsp_code"]) == (200, "00")
    # One result for ever: another click leads back, and nobody is called again.
    assert returned(post(f"{page}huy/")) == notice
    assert returned(pay_by_card(page, "9704195798459170488")) == notice
    reopened = requests.get(page, timeout=5)
    assert reopened.status_code == 400 and "đã có kết quả" in reopened.text
    assert merchant.queries == [query]


@pytest.mark.parametrize(
    ("card", "code", "status"),
    [
        ("9704195798459170488", "51", "02"),
        ("9704193370791314", "12", "02"),
        ("9704194841945513", "99", "02"),
        ("9704000000000007", "07", "07"),
        ("9704000000000009", "09", "02"),
        ("9704000000000010", "10", "02"),
        ("9704000000000065", "65", "02"),
        ("9704000000000075", "75", "02"),
        ("9704000000000079", "79", "02"),
        ("9704000000000004", "99", "04"),
    ],
)
def test_cards_that_cannot_pay(double: Double, merchant: Merchant, card: str, code: str, status: str) -> None:
    notice = returned(pay_by_card(open_page(double), card))
    assert result(notice) == (code, status, 150_000, "PI1")
    [query] = until(lambda: merchant.queries)
    assert wire.parse_and_verify(query, SECRET) == notice


def test_every_code_of_the_table_can_be_had(double: Double) -> None:
    """11, 13 and 24 come from the clock, the OTP and the buyer; see their own tests."""
    listed = {"00", "07", "09", "10", "11", "12", "13", "24", "51", "65", "75", "79", "99"}
    ledger = requests.get(double.url, timeout=5).text
    assert {code for code in listed if f"({code})" in ledger} == listed - {"11", "13", "24"}


@pytest.mark.parametrize(
    ("bank_code", "shown", "hidden"),
    [
        ("", ["Mã VNPAY-QR", "Thẻ ngân hàng NCB", "Thẻ ngân hàng BIDV", "Thẻ quốc tế"], []),
        ("VNBANK", ["Thẻ ngân hàng NCB", "Thẻ ngân hàng BIDV"], ["Mã VNPAY-QR", "Thẻ quốc tế"]),
    ],
)
def test_the_buyer_chooses_a_bank(double: Double, bank_code: str, shown: list[str], hidden: list[str]) -> None:
    page = open_page(double, bank_code=bank_code)
    text = requests.get(page, timeout=5).text
    assert all(name in text for name in shown) and not any(name in text for name in hidden)
    assert returned(pay_by_card(page, GOOD_CARD, bank="BIDV")).bank_code == "BIDV"


@pytest.mark.parametrize("bank", ["NCB", "AGRIBANK", "INTCARD"])
def test_the_merchant_chooses_a_bank(double: Double, bank: str) -> None:
    page = open_page(double, bank_code=bank)
    assert page.endswith(f"/the/{bank}/")
    root = page.removesuffix(f"the/{bank}/")
    assert returned(pay_by_card(root, GOOD_CARD, bank=bank)).bank_code == bank
    assert requests.get(f"{root}the/NOBANK/", timeout=5).status_code == 404


def test_the_buyer_cancels(double: Double, merchant: Merchant) -> None:
    notice = returned(post(f"{open_page(double)}huy/"))
    assert result(notice) == ("24", "02", 150_000, "PI1")
    assert (notice.transaction_no, notice.bank_code) == ("0", "VNPAY")
    [query] = until(lambda: merchant.queries)
    assert wire.parse_and_verify(query, SECRET) == notice


def test_qr_pays(double: Double) -> None:
    page = open_page(double, bank_code="VNPAYQR")
    assert page.endswith("/qr/")
    notice = returned(post(page))
    assert (notice.response_code, notice.card_type) == ("00", "QRCODE")


def test_wrong_card_and_otp_may_be_corrected_but_not_for_ever(double: Double, merchant: Merchant) -> None:
    page = open_page(double)
    early = post(f"{page}otp/", otp="123456")
    assert early.status_code == 302 and page.endswith(early.headers["Location"]), "no code without a card"
    unknown = post(f"{page}the/NCB/", so_the="4111111111111111")
    assert unknown.status_code == 422 and 'aria-describedby="so_the_loi"' in unknown.text
    for _ in range(2):
        wrong = pay_by_card(page, GOOD_CARD, otp="000000")
        assert wrong.status_code == 422 and "Mã OTP chưa đúng" in wrong.text
        assert 'aria-describedby="otp_goi_y otp_loi"' in wrong.text
    assert double.transactions()[0]["response_code"] is None and merchant.queries == []
    assert returned(pay_by_card(page, GOOD_CARD, otp="000000")).response_code == "13"


def signed_page(double: Double, changes: dict[str, str], secret: str = SECRET) -> str:
    query = wire.signed_query(fields().parameters() | changes, secret)
    return f"{double.url}/paymentv2/vpcpay.html?{query}"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"vnp_TmnCode": "OTHER001"}, "72"),
        ({"vnp_Amount": "499900"}, "03"),
        ({"vnp_Amount": "100000000000"}, "03"),
        ({"vnp_Amount": "15000050"}, "03"),
        ({"vnp_CurrCode": "USD"}, "03"),
        ({"vnp_OrderInfo": "Nước mắm"}, "03"),
        ({"vnp_ExpireDate": ""}, "03"),
        ({"vnp_ExpireDate": "20260105094515"}, "15"),
        ({"vnp_CreateDate": "20990105094515"}, "03"),
        ({"vnp_ReturnUrl": "javascript:alert(1)"}, "03"),
    ],
)
def test_a_bad_address_shows_an_error_page(double: Double, changes: dict[str, str], code: str) -> None:
    assert_refused(double, signed_page(double, changes), code)


def test_a_tampered_address_shows_an_error_page(double: Double) -> None:
    assert_refused(double, pay_url(double).replace("vnp_Amount=15000000", "vnp_Amount=1500000"), "70")
    assert_refused(double, pay_url(double) + "&vnp_Amount=1500000", "03")
    assert_refused(double, signed_page(double, {}, secret="another"), "70")
    assert_refused(double, f"{double.url}/paymentv2/vpcpay.html", "72")


def assert_refused(double: Double, url: str, code: str) -> None:
    response = requests.get(url, allow_redirects=False, timeout=5)
    assert response.status_code == 400
    found = re.search(r'id="ma_loi">(\d+)<', response.text)
    assert found is not None and found[1] == code
    assert double.transactions() == []


def test_a_reference_belongs_to_one_payment(double: Double) -> None:
    same = fields()
    url = wire.build_pay_url(f"{double.url}/paymentv2/vpcpay.html", same, SECRET)
    assert requests.get(url, timeout=5).url == requests.get(url, timeout=5).url
    assert requests.get(pay_url(double, amount=160_000), timeout=5).status_code == 400
    assert [payment["amount"] for payment in double.transactions()] == [15_000_000]


def test_a_buyer_who_comes_too_late(double: Double) -> None:
    soon = wire.gateway_time(datetime.now(UTC) + timedelta(seconds=2))
    page = open_page(double, expire_date=soon)
    until(lambda: wire.gateway_time(datetime.now(UTC)) >= soon)
    assert returned(pay_by_card(page, GOOD_CARD)).response_code == "11"


def test_ipn_is_called_until_the_merchant_has_understood(double: Double, merchant: Merchant) -> None:
    merchant.answers = ["99", "01", "00"]
    post(f"{open_page(double)}huy/")
    calls = until(lambda: len(merchant.queries) == 3 and double.transactions()[0]["ipn_calls"])
    until(lambda: double.transactions()[0]["ipn_due"] is None)
    assert [call["rsp_code"] for call in calls][:2] == ["99", "01"]
    assert len(set(merchant.queries)) == 1


def test_ipn_gives_up_after_ten_calls(double: Double, merchant: Merchant) -> None:
    merchant.answers = ["99"]
    post(f"{open_page(double)}huy/")
    [payment] = until(lambda: [p for p in double.transactions() if p["ipn_due"] is None])
    assert len(payment["ipn_calls"]) == len(merchant.queries) == 10


def test_ipn_plans(double: Double, merchant: Merchant) -> None:
    double.control("plan", ipn="twice")
    post(f"{open_page(double)}huy/")
    until(lambda: len(merchant.queries) == 2)

    double.control("plan", ipn="bad_signature")
    merchant.answers, merchant.queries = ["97", "00"], []
    post(f"{open_page(double, txn_ref='PI2')}huy/")
    until(lambda: len(merchant.queries) == 2)
    with pytest.raises(wire.BadSignature):
        wire.parse_and_verify(merchant.queries[0], SECRET)

    double.control("plan", ipn="wrong_amount")
    merchant.answers, merchant.queries = ["00"], []
    post(f"{open_page(double, txn_ref='PI3')}huy/")
    [query] = until(lambda: merchant.queries)
    assert wire.parse_and_verify(query, SECRET).amount == 151_000

    double.control("plan", ipn="delay", delay_ms=300)
    merchant.queries = []
    start = time.monotonic()
    post(f"{open_page(double, txn_ref='PI4')}huy/")
    until(lambda: merchant.queries)
    assert time.monotonic() - start >= 0.3

    double.control("plan", ipn="never")
    post(f"{open_page(double, txn_ref='PI5')}huy/")
    last = double.transactions()[-1]
    assert (last["response_code"], last["ipn_due"], last["ipn_calls"]) == ("24", None, [])


def test_unknown_plans_are_refused(double: Double) -> None:
    unknown = ({"ipn": "maybe"}, {"api": "x"}, {"delay_ms": -1}, {"delay_ms": "1"}, {"more": 1}, {"api_command": "pay"})
    for body in unknown:
        assert double.control("plan", **body).status_code == 400
    assert requests.get(f"{double.url}/_control/plan", timeout=5).json() == {
        "ipn": "normal",
        "delay_ms": 0,
        "api": "normal",
        "api_command": "",
    }


def query(double: Double, asked: wire.PayFields, **changes: str) -> wire.ApiAnswer:
    values = {
        "request_id": uuid.uuid4().hex,
        "tmn_code": TMN_CODE,
        "txn_ref": asked.txn_ref,
        "transaction_date": asked.create_date,
        "create_date": wire.gateway_time(datetime.now(UTC)),
        "ip_addr": "198.51.100.10",
        "order_info": "Truy van",
    } | changes
    api_url = f"{double.url}/merchant_webapi/api/transaction"
    return client.query(api_url, wire.QueryRequest(**values), SECRET, allow_private=True).answer


def meaning(answer: wire.ApiAnswer) -> codes.Outcome:
    return codes.meaning_of_query(answer.response_code, answer.transaction_type, answer.transaction_status).outcome


def opened(double: Double, **changes: Any) -> tuple[wire.PayFields, str]:
    """A payment on its first page."""
    asked = fields(**changes)
    url = wire.build_pay_url(f"{double.url}/paymentv2/vpcpay.html", asked, SECRET)
    return asked, requests.get(url, timeout=5).url


def test_querydr_follows_the_payment(double: Double) -> None:
    unseen = query(double, fields())
    assert (unseen.response_code, unseen.amount, meaning(unseen)) == ("91", None, codes.Outcome.WAITING)
    asked, page = opened(double)
    assert meaning(query(double, asked)) == codes.Outcome.WAITING
    paid = returned(pay_by_card(page, GOOD_CARD))
    answer = query(double, asked)
    assert meaning(answer) == codes.Outcome.PAID
    assert (answer.amount, answer.transaction_no, answer.pay_date) == (
        150_000,
        paid.transaction_no,
        paid.pay_date,
    )
    assert query(double, asked, transaction_date="20200101000000").response_code == "91"
    failed, page = opened(double, txn_ref="PI2")
    post(f"{page}huy/")
    assert meaning(query(double, failed)) == codes.Outcome.FAILED


def test_querydr_faults(double: Double) -> None:
    asked, _ = opened(double)
    number = uuid.uuid4().hex
    assert query(double, asked, request_id=number).response_code == "00"
    assert query(double, asked, request_id=number).response_code == "94"
    for fault, code in (("duplicate", "94"), ("error", "99")):
        double.control("plan", api=fault)
        answer = query(double, asked)
        assert (answer.response_code, meaning(answer)) == (code, codes.Outcome.UNKNOWN)
    for fault in ("bad_signature", "broken"):
        double.control("plan", api=fault)
        with pytest.raises(client.UnusableAnswer):
            query(double, asked)


def test_the_api_refuses_a_wrong_signature(double: Double) -> None:
    asked, _ = opened(double)
    request = wire.QueryRequest(
        request_id="q1",
        tmn_code=TMN_CODE,
        txn_ref=asked.txn_ref,
        transaction_date=asked.create_date,
        create_date=asked.create_date,
        ip_addr="198.51.100.10",
        order_info="Truy van",
    )
    body = wire.sign_querydr(request, "another")
    answer = api(double, body)
    assert wire.verify_querydr_response(answer, SECRET).response_code == "97"
    assert api(double, ["x"])["vnp_ResponseCode"] == "03"
    assert api(double, {"vnp_Command": "steal"})["vnp_ResponseCode"] == "03"


def api(double: Double, body: object) -> dict[str, Any]:
    url = f"{double.url}/merchant_webapi/api/transaction"
    answer: dict[str, Any] = requests.post(url, json=body, timeout=5).json()
    return answer


def refund_request(asked: wire.PayFields, amount: int, *, is_full: bool = False, **changes: str) -> wire.RefundRequest:
    values: dict[str, Any] = {
        "request_id": uuid.uuid4().hex,
        "tmn_code": TMN_CODE,
        "txn_ref": asked.txn_ref,
        "amount": amount,
        "is_full": is_full,
        "transaction_no": "14000001",
        "transaction_date": asked.create_date,
        "create_by": "shop-admin",
        "create_date": wire.gateway_time(datetime.now(UTC)),
        "ip_addr": "198.51.100.10",
        "order_info": "Hoan tien PI1",
    }
    return wire.RefundRequest(**(values | changes))


def give_back(double: Double, request: wire.RefundRequest, read_timeout: float = 5.0) -> client.Exchange:
    url = f"{double.url}/merchant_webapi/api/transaction"
    return client.refund(url, request, SECRET, allow_private=True, read_timeout=read_timeout)


def refund(
    double: Double, asked: wire.PayFields, amount: int, *, is_full: bool = False, **changes: str
) -> wire.ApiAnswer:
    return give_back(double, refund_request(asked, amount, is_full=is_full, **changes)).answer


@pytest.fixture
def paid(double: Double) -> wire.PayFields:
    """150,000 đồng, paid by card."""
    asked, page = opened(double)
    pay_by_card(page, GOOD_CARD)
    return asked


def test_what_was_not_paid_is_not_given_back(double: Double) -> None:
    asked, _ = opened(double)
    assert refund(double, asked, 50_000).response_code == "95"


def test_refunds_are_accepted_settled_and_bounded(double: Double, paid: wire.PayFields) -> None:
    accepted = refund(double, paid, 100_000)
    assert (accepted.response_code, accepted.transaction_status, accepted.transaction_type, accepted.amount) == (
        "00",
        "05",
        "03",
        100_000,
    )
    assert refund(double, paid, 50_001).response_code == "93"
    assert refund(double, paid, 100_000, is_full=True).response_code == "04"
    assert double.control(f"refunds/{accepted.transaction_no}", status="00").status_code == 200
    settled = query(double, paid, transaction_no=accepted.transaction_no)
    assert (settled.transaction_type, settled.transaction_status, settled.amount) == ("03", "00", 100_000)
    assert meaning(query(double, paid)) == codes.Outcome.PAID
    assert refund(double, paid, 50_000).response_code == "00", "the rest, to the last đồng"
    assert refund(double, paid, 1).response_code == "93"


def test_a_full_refund_is_the_only_one(double: Double, paid: wire.PayFields) -> None:
    assert refund(double, paid, 40_000).response_code == "00"
    assert refund(double, paid, 150_000, is_full=True).response_code == "04", "none after a partial one"
    [partial] = double.transactions()[0]["refunds"]
    assert double.control(f"refunds/{partial['transaction_no']}", status="09").status_code == 200
    full = refund(double, paid, 150_000, is_full=True)
    assert (full.response_code, full.transaction_type) == ("00", "02"), "a rejected one gives its money free again"
    assert refund(double, paid, 150_000, is_full=True).response_code == "94", "already being processed"
    assert refund(double, paid, 5_000).response_code == "93"
    assert double.control(f"refunds/{full.transaction_no}", status="00").status_code == 200
    assert refund(double, paid, 150_000, is_full=True).response_code == "93"


@pytest.mark.parametrize(
    ("steps", "answers"),
    [(["06", "00", "09"], [200, 200, 409]), (["09", "00"], [200, 409]), (["06", "05"], [200, 400])],
)
def test_a_refund_moves_until_it_has_ended(
    double: Double, paid: wire.PayFields, steps: list[str], answers: list[int]
) -> None:
    number = refund(double, paid, 150_000, is_full=True).transaction_no
    assert query(double, paid, transaction_no=number).transaction_status == "05"
    for step, expected in zip(steps, answers, strict=True):
        assert double.control(f"refunds/{number}", status=step).status_code == expected
    accepted = [step for step, answer in zip(steps, answers, strict=True) if answer == 200]
    asked_about = query(double, paid, transaction_no=number)
    assert (asked_about.transaction_type, asked_about.transaction_status) == ("02", accepted[-1])
    assert double.control("refunds/1", status="00").status_code == 404


def test_a_refund_names_its_payment_and_its_forms(double: Double, paid: wire.PayFields) -> None:
    for changes, code in (
        ({"transaction_no": "14000009"}, "91"),
        ({"transaction_date": "20200101000000"}, "91"),
        ({"txn_ref": "PI9"}, "91"),
        ({"request_id": "again"}, "00"),
        ({"request_id": "again"}, "94"),
    ):
        assert refund(double, paid, 5_000, **changes).response_code == code, changes
    body = wire.sign_refund(refund_request(paid, 5_000), SECRET)
    for name, value in (("Amount", "1.5"), ("Amount", "0"), ("TransactionType", "01"), ("OrderInfo", "Hoàn tiền")):
        wrong = body | {"vnp_RequestId": uuid.uuid4().hex, f"vnp_{name}": value}
        wrong["vnp_SecureHash"] = signing.sign(signing.piped(wrong, api_messages.REFUND_HASHED), SECRET)
        assert api(double, wrong)["vnp_ResponseCode"] == "03", (name, value)
    assert len(double.transactions()[0]["refunds"]) == 1


def test_twenty_parts_at_once_never_give_back_more_than_was_paid(double: Double, paid: wire.PayFields) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: refund(double, paid, 40_000).response_code, range(20)))
    assert sorted(answers) == ["00"] * 3 + ["93"] * 17


def test_a_fault_may_be_for_one_command_only(double: Double, paid: wire.PayFields) -> None:
    double.control("plan", api="error", api_command="refund")
    assert refund(double, paid, 5_000).response_code == "99"
    assert query(double, paid).response_code == "00"
    double.control("plan", api="duplicate", api_command="querydr")
    assert refund(double, paid, 5_000).response_code == "00"
    assert query(double, paid).response_code == "94"


def test_a_result_may_come_and_change_without_a_browser(double: Double, merchant: Merchant) -> None:
    asked, _ = opened(double)
    assert double.control("payments/PI1", response_code="07", transaction_status="07").status_code == 200
    until(lambda: len(merchant.queries) == 1)
    assert meaning(query(double, asked)) == codes.Outcome.UNDER_REVIEW
    assert double.control("payments/PI1", response_code="00", transaction_status="00").status_code == 200
    until(lambda: len(merchant.queries) == 2)
    told = [wire.parse_and_verify(query, SECRET) for query in merchant.queries]
    assert [result(notice) for notice in told] == [("07", "07", 150_000, "PI1"), ("00", "00", 150_000, "PI1")]
    assert told[0].transaction_no == told[1].transaction_no == "14000001"
    assert meaning(query(double, asked)) == codes.Outcome.PAID
    assert double.control("payments/PI9", response_code="00", transaction_status="00").status_code == 404
    assert double.control("payments/PI1", response_code="0", transaction_status="00").status_code == 400


def test_the_ledger_plays_the_bank(double: Double, paid: wire.PayFields) -> None:
    first, second = refund(double, paid, 40_000).transaction_no, refund(double, paid, 50_000).transaction_no
    assert f"Ngân hàng hoàn xong {first}" in requests.get(double.url, timeout=5).text
    assert post(f"{double.url}/hoan-tien/{first}/", status="00").status_code == 302
    assert post(f"{double.url}/hoan-tien/{second}/", status="09").status_code == 302
    text = requests.get(double.url, timeout=5).text
    assert "40.000\u00a0đ: đã hoàn" in text and "50.000\u00a0đ: bị từ chối" in text and "<button" not in text
    assert post(f"{double.url}/hoan-tien/{first}/", status="05").status_code == 404


def test_refunds_end_by_themselves_where_nobody_plays_the_bank(merchant: Merchant, tmp_path: Path) -> None:
    double = Double(tmp_path / "state.sqlite3", merchant.ipn_url, "--settle-refunds-after", "1")
    try:
        asked, page = opened(double)
        pay_by_card(page, GOOD_CARD)
        number = refund(double, asked, 40_000).transaction_no
        assert query(double, asked, transaction_no=number).transaction_status == "05"
        until(lambda: query(double, asked, transaction_no=number).transaction_status == "00")
    finally:
        assert double.stop() == 0


def test_what_was_due_is_done_after_a_restart(double: Double, merchant: Merchant) -> None:
    double.control("plan", ipn="delay", delay_ms=600)
    notice = returned(post(f"{open_page(double)}huy/"))
    assert double.stop() == 0 and merchant.queries == []
    double.start()
    [query] = until(lambda: merchant.queries)
    assert wire.parse_and_verify(query, SECRET) == notice


def test_it_does_not_start_without_terminal_and_secret(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "market.payments.vnpay.sandbox", "--ipn-url", "http://127.0.0.1:1/"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("VNPAY_")}
    state = tmp_path / "state.sqlite3"
    ended = subprocess.run(
        [*command, "--state", str(state)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=15,
    )
    assert ended.returncode == 2
    assert ended.stderr.strip().splitlines() == [
        "Chưa chạy được: hãy đặt biến môi trường VNPAY_TMN_CODE và VNPAY_HASH_SECRET."
    ]
    assert not state.exists()


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_double_and_product_share_no_code() -> None:
    inside = "market.payments.vnpay.sandbox"
    folder = ROOT / "market/payments/vnpay/sandbox"
    for path in folder.glob("*.py"):
        product = ("market", "core", "onboarding", "ocop", "search", "config")
        own = {name for name in imports_of(path) if name.split(".")[0] in product}
        assert all(name.startswith(f"{inside}.") for name in own), path.name
    for path in (ROOT / "market").rglob("*.py"):
        if folder not in path.parents:
            assert not any(name.startswith(inside) for name in imports_of(path)), path
