"""Programs, VNPAY and payers at once on the same payment of the Stripe API."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from core.kit import clock
from market.ledger.accounts import owed_to
from market.ledger.queries import balances_of, book_sum
from market.payments.actions import refund_by_hand, settle
from market.payments.actions import refunds as by_people
from market.payments.contract import Result
from market.payments.models import Charge, Payment, PaymentAttempt, Refund
from market.payments.sources import sources_of
from market.payments.stripe_api.actions import refunds as by_programs
from market.payments.stripe_api.models import ApiCharge, ApiEvent, ApiRefund, PaymentIntent
from tests.market.payments.stripe_api.program import Program, connected
from tests.market.payments.till import accountant
from tests.people import make_people
from tests.races.conftest import Gate, at_once

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def live(committed_db: None) -> Program:
    return Program.of(connected(make_people().producer), is_live=True)


def other(program: Program) -> Program:
    """The same key from another process."""
    return Program(program.application, program.key)


def paid(attempt: PaymentAttempt) -> None:
    settle(attempt=attempt, result=Result("paid", attempt.amount, "00", "00", "14000001", "NCB", "20261123120000"))


def told(kind: str) -> int:
    return ApiEvent.objects.filter(type=kind).count()


def test_one_key_from_twenty_threads(live: Program) -> None:
    body = {"amount": 150_000, "currency": "vnd"}

    def ask() -> Any:
        program = other(live)
        answer = program.post("payment_intents", body, Idempotency_Key="don-7")
        return program.last.status_code, answer.get("id")

    answers = at_once(*[ask] * 20)
    assert {status for status, _ in answers} <= {200, 409}
    assert len({public_id for status, public_id in answers if status == 200}) == 1
    assert (PaymentIntent.objects.count(), Payment.objects.count(), told("payment_intent.created")) == (1, 1, 1)


def test_two_refunds_of_all_at_once(live: Program) -> None:
    intent = live.to_be_paid()
    paid(PaymentAttempt.objects.get())

    def ask() -> int:
        program = other(live)
        program.post("refunds", {"payment_intent": intent["id"]})
        return int(program.last.status_code)

    answers = at_once(*[ask] * 4)
    assert answers.count(200) == 1 and set(answers) <= {200, 400, 429}
    assert (Refund.objects.count(), ApiRefund.objects.count(), told("refund.created")) == (1, 1, 1)
    assert Charge.objects.get().left == 0
    owed = owed_to(live.application.producer_id)
    assert balances_of([owed]) == {owed: 0} and book_sum() == 0


@pytest.mark.parametrize("round_", range(5))
def test_paid_and_canceled_at_once(live: Program, round_: int, settings: Any) -> None:
    """Either the money came first and the cancellation is refused, or it came after and goes back."""
    settings.VNPAY = settings.VNPAY | {"api_url": "http://127.0.0.1:9/"}  # nobody to ask
    intent = live.to_be_paid()
    attempt = PaymentAttempt.objects.get(payment__reference=intent["id"])

    def cancel() -> str:
        return str(other(live).post(f"payment_intents/{intent['id']}/cancel").get("status"))

    at_once(cancel, lambda: paid(attempt))
    row = PaymentIntent.objects.get(public_id=intent["id"])
    charge = Charge.objects.get(attempt=attempt)
    if row.status == "succeeded":
        assert not charge.is_extra and charge.left == charge.amount
    else:
        assert row.status == "canceled" and charge.is_extra and charge.left == 0
        assert ApiRefund.objects.filter(intent=row).count() == 1
    assert ApiCharge.objects.filter(intent=row).count() == 1
    assert told("charge.succeeded") == Charge.objects.count()
    assert book_sum() == 0


def test_confirming_twice_at_once_is_one_attempt(live: Program) -> None:
    intent = live.intent()

    def ask() -> Any:
        found = other(live).post(f"payment_intents/{intent['id']}/confirm", {"return_url": "https://htx.example/xong"})
        return found["next_action"]["redirect_to_url"]["url"]

    addresses = at_once(*[ask] * 4)
    assert len({address.partition("vnp_TxnRef=")[2][:22] for address in addresses}) == 1
    assert (PaymentAttempt.objects.count(), told("payment_intent.requires_action")) == (1, 1)
    assert clock.now() < PaymentAttempt.objects.get().expires_at


def test_an_accountant_and_a_program_give_back_at_once(live: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one holds the charge, the other the payment: neither waits for ever, and no more goes back than came."""
    ngan, intent, gate = accountant("ngan"), live.to_be_paid(), Gate()
    paid(PaymentAttempt.objects.get())
    charge = Charge.objects.get()
    (source,) = sources_of(charge)
    needs_two, hold = by_people.takes_two, by_programs._hold

    def takes_two(amount: int) -> bool:
        gate()
        return needs_two(amount)

    def held(payment_id: int) -> None:
        hold(payment_id)
        gate()

    monkeypatch.setattr(by_people, "takes_two", takes_two)
    monkeypatch.setattr(by_programs, "_hold", held)

    def by_hand() -> Any:
        return refund_by_hand(
            charge=charge, source=source.key, amount=100_000, reason="Khách gọi.", request_id=uuid.uuid4().hex, by=ngan
        )

    def by_program() -> int:
        program = other(live)
        program.post("refunds", {"payment_intent": intent["id"], "amount": 100_000})
        return int(program.last.status_code)

    hand, program = at_once(by_hand, by_program)
    assert gate.met
    assert (isinstance(hand, Refund), program) == (True, 400), hand
    assert Charge.objects.get().left == 50_000 and Refund.objects.count() == 1
    assert book_sum() == 0
