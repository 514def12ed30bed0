"""The client over a faked HTTP door: what it sends, and what it refuses to believe."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.kit import outbound
from market.payments.vnpay import client, wire
from market.payments.vnpay.wire import api_messages, signing

SECRET = "ABCDEFGHIJ0123456789"
REQUEST = wire.QueryRequest(
    request_id="q1",
    tmn_code="DEMO0001",
    txn_ref="PI1",
    transaction_date="20260105093015",
    create_date="20260105094015",
    ip_addr="198.51.100.10",
    order_info="Truy van PI1",
)


def answer_body(**changes: str) -> dict[str, str]:
    body = {f"vnp_{name}": "" for name in api_messages.QUERY_ANSWER_HASHED}
    body |= {
        "vnp_Command": "querydr",
        "vnp_ResponseCode": "00",
        "vnp_TmnCode": "DEMO0001",
        "vnp_TxnRef": "PI1",
        "vnp_Amount": "15000000",
        "vnp_TransactionType": "01",
        "vnp_TransactionStatus": "00",
    } | {f"vnp_{name}": value for name, value in changes.items()}
    data = signing.piped(body, api_messages.QUERY_ANSWER_HASHED)
    return body | {"vnp_SecureHash": signing.sign(data, SECRET)}


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The outbound door: `answer` is what VNPAY says (or an exception), `calls` what was sent."""

    class Door:
        answer: Any = None
        calls: list[dict[str, Any]]

        def send(self, method: str, url: str, **options: Any) -> outbound.Answer:
            self.calls.append({"method": method, "url": url} | options)
            if isinstance(self.answer, Exception):
                raise self.answer
            return outbound.Answer(*self.answer)

    fake = Door()
    fake.calls = []
    monkeypatch.setattr(outbound, "send", fake.send)
    return fake


def ask() -> client.Exchange:
    return client.query("https://gateway.example/api", REQUEST, SECRET)


def test_a_verified_answer_comes_back_with_both_raw_bodies(door: Any) -> None:
    received = json.dumps(answer_body()).encode()
    door.answer = (200, {}, received)
    exchange = ask()
    assert exchange == client.Exchange(
        answer=wire.verify_querydr_response(answer_body(), SECRET),
        sent=json.dumps(wire.sign_querydr(REQUEST, SECRET)).encode(),
        received=received,
    )
    assert exchange.answer.amount == 150_000
    [call] = door.calls
    assert (call["method"], call["url"]) == ("POST", "https://gateway.example/api")
    assert call["headers"]["Content-Type"] == "application/json"
    assert call["data"] == exchange.sent
    assert call["allow_private"] is False


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (502, b"<h1>Bad Gateway</h1>", "HTTP status 502"),
        (200, b"<h1>maintenance</h1>", "Expecting value"),
        (200, b"\xff", "utf-8"),
        (200, b"[" * 90_000, "recursion"),
        (200, b"[]", "not a JSON object"),
        (200, b'{"vnp_ResponseCode": "03"}', "signature"),
        (200, json.dumps(answer_body() | {"vnp_TransactionStatus": "02"}).encode(), "signature"),
        (200, json.dumps(answer_body(TxnRef="PI2")).encode(), "another payment"),
        (200, json.dumps(answer_body(TmnCode="DEMO0002")).encode(), "another payment"),
    ],
)
def test_an_answer_that_proves_nothing_is_unusable(door: Any, status: int, body: bytes, why: str) -> None:
    door.answer = (status, {}, body)
    with pytest.raises(client.UnusableAnswer, match=why) as caught:
        ask()
    assert caught.value.received == body
    assert caught.value.permanent is False
    assert len(door.calls) == 1


@pytest.mark.parametrize("kind", [outbound.OutboundRefused, outbound.NotSent, outbound.OutcomeUnknown])
def test_failures_of_the_network_pass_through_without_a_retry(door: Any, kind: type[Exception]) -> None:
    door.answer = kind("no")
    with pytest.raises(kind):
        ask()
    assert len(door.calls) == 1


REFUND = wire.RefundRequest(
    request_id="r1",
    tmn_code="DEMO0001",
    txn_ref="PI1",
    amount=150_000,
    is_full=True,
    transaction_no="14226112",
    transaction_date="20260105093015",
    create_by="shop-admin",
    create_date="20260105094015",
    ip_addr="198.51.100.10",
    order_info="Hoan tien PI1",
)


def test_a_redirect_is_no_proof_that_nothing_was_given_back(door: Any) -> None:
    door.answer = outbound.Redirected("redirect refused", "https://elsewhere.example/")
    with pytest.raises(client.UnusableAnswer, match="redirect"):
        client.refund("https://gateway.example/api", REFUND, SECRET)
    assert len(door.calls) == 1


def test_an_answer_to_a_question_is_no_answer_to_a_refund(door: Any) -> None:
    door.answer = (200, {}, json.dumps(answer_body()).encode())
    with pytest.raises(client.UnusableAnswer):
        client.refund("https://gateway.example/api", REFUND, SECRET)
