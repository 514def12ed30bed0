"""Giving money back at the running double: one call each, and errors that say what is known afterwards."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests

from core.kit import outbound
from market.payments.vnpay import client, codes, wire
from tests.market.payments.vnpay.running import SECRET, TMN_CODE, Double
from tests.market.payments.vnpay.test_sandbox import GOOD_CARD, fields, give_back, pay_by_card, refund_request


@pytest.fixture
def paid(double: Double) -> wire.PayFields:
    """150,000 đồng, paid by card."""
    asked = fields()
    page = requests.get(wire.build_pay_url(f"{double.url}/paymentv2/vpcpay.html", asked, SECRET), timeout=5).url
    assert pay_by_card(page, GOOD_CARD).status_code == 302
    return asked


def request_for(asked: wire.PayFields, amount: int) -> wire.RefundRequest:
    return refund_request(asked, amount, is_full=amount == asked.amount)


def given(double: Double) -> list[tuple[int, str, str]]:
    """What the gateway has accepted: đồng, type, status."""
    [payment] = double.transactions()
    return [(refund["amount"] // 100, refund["transaction_type"], refund["status"]) for refund in payment["refunds"]]


@pytest.mark.parametrize(("amount", "kind"), [(150_000, "02"), (40_000, "03")])
def test_an_accepted_refund_comes_back_verified(double: Double, paid: wire.PayFields, amount: int, kind: str) -> None:
    request = request_for(paid, amount)
    exchange = give_back(double, request)
    answer = exchange.answer
    assert codes.outcome_of_refund(answer.response_code, answer.transaction_status) == codes.RefundOutcome.PENDING
    assert (answer.tmn_code, answer.txn_ref, answer.amount, answer.transaction_type) == (TMN_CODE, "PI1", amount, kind)
    assert answer.transaction_no not in {"", "0", "14000001"}, "a number of its own"
    assert abs(wire.moment_of(answer.pay_date) - datetime.now(UTC)) < timedelta(seconds=30)
    assert json.loads(exchange.sent) == wire.sign_refund(request, SECRET)
    assert wire.verify_refund_response(json.loads(exchange.received), SECRET) == answer
    assert given(double) == [(amount, kind, "05")]


def test_a_refund_of_what_was_never_paid_is_a_verified_no(double: Double) -> None:
    asked = fields()
    requests.get(wire.build_pay_url(f"{double.url}/paymentv2/vpcpay.html", asked, SECRET), timeout=5)
    answer = give_back(double, request_for(asked, 150_000)).answer
    assert (answer.response_code, answer.amount) == ("95", None)
    assert codes.outcome_of_refund(answer.response_code, answer.transaction_status) == codes.RefundOutcome.FAILED
    assert give_back(double, request_for(fields(txn_ref="PI9"), 5_000)).answer.response_code == "91"


@pytest.mark.parametrize(
    ("fault", "code", "outcome"),
    [("duplicate", "94", codes.RefundOutcome.PENDING), ("error", "99", codes.RefundOutcome.UNKNOWN)],
)
def test_answers_that_decide_nothing(
    double: Double, paid: wire.PayFields, fault: str, code: str, outcome: codes.RefundOutcome
) -> None:
    double.control("plan", api=fault)
    answer = give_back(double, request_for(paid, 150_000)).answer
    assert answer.response_code == code
    assert codes.outcome_of_refund(answer.response_code, answer.transaction_status) == outcome


def test_a_slow_answer_is_waited_for(double: Double, paid: wire.PayFields) -> None:
    double.control("plan", api="delay", delay_ms=700)
    assert give_back(double, request_for(paid, 150_000)).answer.response_code == "00"
    assert given(double) == [(150_000, "02", "05")]


def test_a_time_out_after_accepting_leaves_the_outcome_unknown(double: Double, paid: wire.PayFields) -> None:
    double.control("plan", api="delay", delay_ms=2_000)
    with pytest.raises(outbound.OutcomeUnknown):
        give_back(double, request_for(paid, 150_000), read_timeout=0.5)
    assert given(double) == [(150_000, "02", "05")], "accepted once, and never sent again"


def test_a_line_that_breaks_within_the_answer_leaves_the_outcome_unknown(double: Double, paid: wire.PayFields) -> None:
    double.control("plan", api="cut")
    with pytest.raises(outbound.OutcomeUnknown):
        give_back(double, request_for(paid, 150_000))
    assert given(double) == [(150_000, "02", "05")]


@pytest.mark.parametrize(
    ("fault", "why", "holds"),
    [
        ("bad_signature", "signature", b'"vnp_ResponseCode": "00"'),
        ("broken", "HTTP status 502", b"<h1>"),
        ("crash", "HTTP status 500", b"<h1>"),
        ("garbage", "Expecting value", b"<h1>"),
        ("other_payment", "another payment", b"KHACPI1"),
    ],
)
def test_an_answer_that_may_not_be_believed(
    double: Double, paid: wire.PayFields, fault: str, why: str, holds: bytes
) -> None:
    double.control("plan", api=fault)
    with pytest.raises(client.UnusableAnswer, match=why) as caught:
        give_back(double, request_for(paid, 150_000))
    assert holds in caught.value.received
    assert not isinstance(caught.value, outbound.NotSent | outbound.OutcomeUnknown | outbound.OutboundRefused)
    assert given(double) == [(150_000, "02", "05")], "believed or not, the gateway has done it, once"


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


def test_what_never_left_is_told_apart(double: Double, paid: wire.PayFields, deaf_port: int) -> None:
    request = request_for(paid, 150_000)
    with pytest.raises(outbound.NotSent):
        client.refund(f"http://127.0.0.1:{deaf_port}/api", request, SECRET, allow_private=True)
    with pytest.raises(outbound.OutboundRefused):
        client.refund(f"{double.url}/merchant_webapi/api/transaction", request, SECRET)
    assert given(double) == []
