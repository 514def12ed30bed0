"""Asking VNPAY (querydr) about attempts whose end we did not hear of."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings

from core.events.registry import Event
from core.kit import clock, outbound
from market.listings.models import Listing
from market.orders.models import Purchase
from market.payments.events import PaymentSettled
from market.payments.jobs import ask_about_open_attempts
from market.payments.models import GatewayMessage, Payment, PaymentAttempt
from market.payments.vnpay.wire import api_messages, signing
from tests.market.buying import attempt_for, notice, ordered, send_ipn
from tests.market.proof import everything

START = datetime.fromisoformat("2026-03-01T02:00:00+00:00")
DUE = START + timedelta(minutes=16)  # a minute after the attempt's end
PAST_GRACE = START + timedelta(minutes=25, seconds=1)


class Gateway:
    """Stands where `outbound.send` leaves the machine: answers each question as told, signed."""

    def __init__(self) -> None:
        self.says: Any = None
        self.asked: list[dict[str, Any]] = []

    def send(self, method: str, url: str, **options: Any) -> outbound.Answer:
        self.asked.append(json.loads(options["data"]))
        if isinstance(self.says, Exception):
            raise self.says
        if isinstance(self.says, bytes):
            return outbound.Answer(200, {}, self.says)
        body = {f"vnp_{name}": "" for name in api_messages.QUERY_ANSWER_HASHED}
        body |= {
            "vnp_Command": "querydr",
            "vnp_TmnCode": django_settings.VNPAY["tmn_code"],
            "vnp_TxnRef": self.asked[-1]["vnp_TxnRef"],
        }
        body |= {f"vnp_{name}": value for name, value in self.says.items()}
        data = signing.piped(body, api_messages.QUERY_ANSWER_HASHED)
        signed = body | {"vnp_SecureHash": signing.sign(data, django_settings.VNPAY["hash_secret"])}
        return outbound.Answer(200, {}, json.dumps(signed).encode())


def about_money(status: str, amount: int = 100_000) -> dict[str, str]:
    return {
        "ResponseCode": "00",
        "TransactionType": "01",
        "TransactionStatus": status,
        "Amount": str(amount * 100),
        "TransactionNo": "14226112",
    }


NOT_FOUND = {"ResponseCode": "91"}
TOO_OFTEN = {"ResponseCode": "94"}


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Gateway:
    gateway = Gateway()
    monkeypatch.setattr(outbound, "send", gateway.send)
    return gateway


@pytest.fixture
def attempt(listing: Listing, heard: list[Event], time_machine: Any) -> PaymentAttempt:
    """An attempt over 100,000 đ from 02:00, about which nothing more was heard."""
    time_machine.move_to(START, tick=False)
    attempt = attempt_for(ordered((listing, 2)))
    heard.clear()
    return attempt


def ask_at(moment: datetime, time_machine: Any) -> int:
    time_machine.move_to(moment, tick=False)
    return ask_about_open_attempts()


def state() -> tuple[str, str, str]:
    """Order, payment, attempt."""
    attempt = PaymentAttempt.objects.select_related("payment__purchase").get()
    return attempt.payment.purchase.state, attempt.payment.state, attempt.state


def asked_again_at() -> datetime | None:
    return PaymentAttempt.objects.values_list("next_query_at", flat=True).get()


def test_not_before_its_time(attempt: PaymentAttempt, gateway: Gateway, time_machine: Any) -> None:
    assert ask_at(DUE - timedelta(seconds=1), time_machine) == 0
    assert gateway.asked == []


@pytest.mark.parametrize("signed", [True, False])
def test_the_buyers_card_in_an_answer_is_not_kept(
    attempt: PaymentAttempt, gateway: Gateway, time_machine: Any, signed: bool
) -> None:
    card = {"CardNumber": "970419xxxxxx2198", "CardHolder": "NGUYEN VAN A"}
    unsigned = {f"vnp_{name}": value for name, value in (about_money("00") | card).items()}
    gateway.says = about_money("00") | card if signed else json.dumps(unsigned).encode()
    ask_at(DUE, time_machine)
    assert state()[2] == ("succeeded" if signed else "open")
    question, answer = GatewayMessage.objects.order_by("pk")
    assert (question.verdict, json.loads(question.raw)["txn_ref"]) == ("asking", attempt.txn_ref)
    raw = answer.raw
    assert json.loads(raw)["removed"] == ["vnp_CardHolder", "vnp_CardNumber"]
    assert "970419" not in raw and "NGUYEN" not in raw


def test_paid_after_all(attempt: PaymentAttempt, gateway: Gateway, heard: list[Event], time_machine: Any) -> None:
    gateway.says = about_money("00")
    assert ask_at(DUE, time_machine) == 1
    question = gateway.asked[0]
    assert (question["vnp_TxnRef"], question["vnp_TransactionDate"]) == (attempt.txn_ref, attempt.create_date)
    assert state() == ("paid", "succeeded", "succeeded")
    assert heard == [PaymentSettled(attempt.payment_id)]
    kept = GatewayMessage.objects.order_by("pk").values_list("kind", "verdict")
    assert list(kept) == [("query", "asking"), ("query", "paid")]
    assert ask_at(PAST_GRACE, time_machine) == 0, "what is known is not asked again"
    assert send_ipn(notice(attempt)) == "02"
    assert heard == [PaymentSettled(attempt.payment_id)]


def test_failed(attempt: PaymentAttempt, gateway: Gateway, heard: list[Event], time_machine: Any) -> None:
    gateway.says = about_money("02")
    ask_at(DUE, time_machine)
    assert (state(), heard, asked_again_at()) == (("placed", "waiting", "failed"), [], None)


def test_under_review_is_asked_about_every_five_minutes_and_no_oftener(
    attempt: PaymentAttempt, gateway: Gateway, time_machine: Any
) -> None:
    gateway.says = about_money("07")
    for round_number in range(3):
        moment = DUE + round_number * timedelta(minutes=5)
        assert ask_at(moment, time_machine) == 1
        assert (state(), asked_again_at()) == (("placed", "processing", "open"), moment + timedelta(minutes=5))
        assert ask_at(moment + timedelta(seconds=10), time_machine) == 0
    gateway.says = about_money("00")
    ask_at(DUE + timedelta(minutes=15), time_machine)
    assert state() == ("paid", "succeeded", "succeeded")


def test_a_wrong_amount_is_not_taken_and_not_asked_about_at_once(
    attempt: PaymentAttempt, gateway: Gateway, heard: list[Event], time_machine: Any
) -> None:
    gateway.says = about_money("00", amount=99_999)
    ask_at(DUE, time_machine)
    assert (state(), heard) == (("placed", "waiting", "open"), [])
    assert asked_again_at() == DUE + timedelta(minutes=5)


def test_unknown_to_vnpay_is_waited_for_and_then_expired(
    attempt: PaymentAttempt, gateway: Gateway, heard: list[Event], time_machine: Any
) -> None:
    gateway.says = NOT_FOUND
    ask_at(DUE, time_machine)
    assert (state(), asked_again_at()) == (("placed", "waiting", "open"), DUE + timedelta(minutes=5))
    ask_at(PAST_GRACE, time_machine)
    assert (state(), asked_again_at(), heard) == (("placed", "waiting", "failed"), None, [])
    codes = PaymentAttempt.objects.values_list("response_code", "transaction_status").get()
    assert codes == ("11", "02")
    assert send_ipn(notice(attempt)) == "00", "money that comes all the same still wins"
    assert state() == ("paid", "succeeded", "succeeded")


@pytest.mark.parametrize(
    ("trouble", "logged"),
    [
        (outbound.NotSent("refused"), ["no answer"]),
        (outbound.OutcomeUnknown("timed out"), ["no answer"]),
        (b"<html>Bao tri</html>", ["unusable"]),
        (TOO_OFTEN, ["no_answer"]),
        ({"ResponseCode": "97"}, ["no_answer"]),
        (about_money("00") | {"TransactionType": "02"}, ["no_answer"]),
    ],
)
def test_no_answer_never_becomes_a_failure(
    attempt: PaymentAttempt,
    gateway: Gateway,
    heard: list[Event],
    time_machine: Any,
    trouble: Any,
    logged: list[str],
) -> None:
    gateway.says = trouble
    before = everything()
    for moment in (DUE, PAST_GRACE):
        assert ask_at(moment, time_machine) == 1
        assert (state(), asked_again_at()) == (("placed", "waiting", "open"), moment + timedelta(minutes=5))
    assert heard == []
    verdicts = GatewayMessage.objects.order_by("pk").values_list("verdict", flat=True)
    assert [word.split(":")[0] for word in verdicts] == ["asking", *logged] * 2
    changed = {name for name, rows in everything().items() if rows != before[name]}
    assert changed <= {"PaymentAttempt", "GatewayMessage"}


def test_one_silent_question_does_not_stop_the_others(
    listing: Listing, attempt: PaymentAttempt, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, time_machine: Any
) -> None:
    second = attempt_for(ordered((listing, 2)))
    gateway.says = about_money("00")
    answering = gateway.send

    def send(method: str, url: str, **options: Any) -> outbound.Answer:
        if attempt.txn_ref in options["data"].decode():
            raise outbound.NotSent("refused")
        return answering(method, url, **options)

    monkeypatch.setattr(outbound, "send", send)
    assert ask_at(DUE, time_machine) == 2
    states = dict(PaymentAttempt.objects.values_list("pk", "state"))
    assert states == {attempt.pk: "open", second.pk: "succeeded"}
    assert Payment.objects.filter(state="succeeded").count() == Purchase.objects.filter(state="paid").count() == 1
    assert clock.now() == DUE
