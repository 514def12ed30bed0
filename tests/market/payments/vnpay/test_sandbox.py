"""The double as a real process, driven over HTTP. The product's wire signs and reads on our side."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from market.payments.vnpay import client, codes, wire
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
    notice = returned(post(f"{page}the/", so_the=GOOD_CARD, otp="123456"))
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
    assert returned(post(f"{page}the/", so_the="9704195798459170488", otp="123456")) == notice
    reopened = requests.get(page, timeout=5)
    assert reopened.status_code == 400 and "đã có kết quả" in reopened.text
    assert merchant.queries == [query]


@pytest.mark.parametrize(
    ("card", "code"),
    [("9704195798459170488", "51"), ("9704193370791314", "12"), ("9704194841945513", "99")],
)
def test_cards_that_cannot_pay(double: Double, merchant: Merchant, card: str, code: str) -> None:
    notice = returned(post(f"{open_page(double)}the/", so_the=card, otp="123456"))
    assert result(notice) == (code, "02", 150_000, "PI1")
    [query] = until(lambda: merchant.queries)
    assert wire.parse_and_verify(query, SECRET) == notice


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
    page = open_page(double, bank_code="NCB")
    assert page.endswith("/the/")
    unknown = post(page, so_the="4111111111111111", otp="123456")
    assert unknown.status_code == 422 and 'aria-describedby="so_the_loi"' in unknown.text
    for _ in range(2):
        wrong = post(page, so_the=GOOD_CARD, otp="000000")
        assert wrong.status_code == 422 and "Mã OTP chưa đúng" in wrong.text
    assert double.transactions()[0]["response_code"] is None and merchant.queries == []
    assert returned(post(page, so_the=GOOD_CARD, otp="000000")).response_code == "13"


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
    assert returned(post(f"{page}the/", so_the=GOOD_CARD, otp="123456")).response_code == "11"


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
    for body in ({"ipn": "maybe"}, {"api": "x"}, {"delay_ms": -1}, {"delay_ms": "1"}, {"more": 1}):
        assert double.control("plan", **body).status_code == 400
    assert requests.get(f"{double.url}/_control/plan", timeout=5).json() == {
        "ipn": "normal",
        "delay_ms": 0,
        "api": "normal",
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
    paid = returned(post(f"{page}the/", so_the=GOOD_CARD, otp="123456"))
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


def refund(double: Double, asked: wire.PayFields, amount: int, *, is_full: bool = False) -> wire.ApiAnswer:
    request = wire.RefundRequest(
        request_id=uuid.uuid4().hex,
        tmn_code=TMN_CODE,
        txn_ref=asked.txn_ref,
        amount=amount,
        is_full=is_full,
        transaction_no="14000001",
        transaction_date=asked.create_date,
        create_by="shop-admin",
        create_date=asked.create_date,
        ip_addr="198.51.100.10",
        order_info="Hoan tien PI1",
    )
    return wire.verify_refund_response(api(double, wire.sign_refund(request, SECRET)), SECRET)


def test_refunds_are_accepted_settled_and_bounded(double: Double) -> None:
    asked, page = opened(double)
    assert refund(double, asked, 50_000).response_code == "95"
    post(f"{page}the/", so_the=GOOD_CARD, otp="123456")
    accepted = refund(double, asked, 100_000)
    assert (accepted.response_code, accepted.transaction_status, accepted.transaction_type) == (
        "00",
        "05",
        "03",
    )
    assert accepted.amount == 100_000
    assert refund(double, asked, 50_001).response_code == "93"
    assert refund(double, asked, 100_000, is_full=True).response_code == "04"
    assert double.control(f"refunds/{accepted.transaction_no}", status="00").status_code == 200
    settled = query(double, asked, transaction_no=accepted.transaction_no)
    assert (settled.transaction_type, settled.transaction_status, settled.amount) == ("03", "00", 100_000)
    assert meaning(query(double, asked)) == codes.Outcome.PAID


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
