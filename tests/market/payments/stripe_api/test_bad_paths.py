"""Money that comes late, twice, for another amount, after the end; refunds beside payouts; people who are forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests
import time_machine
from django.test import Client

from core.kit import clock
from core.people.queries import SYSTEM, Viewer
from market.ledger.accounts import HELD, UNCLEAR, owed_to
from market.ledger.queries import balances_of, book_sum
from market.payments.actions import begin_sending, end_old_trials, note_refund_answer, settle
from market.payments.contract import RefundResult, Result
from market.payments.jobs import live_attempts, see_to_trials
from market.payments.models import Charge, GatewayMessage, PaymentAttempt, Refund
from market.payments.stripe_api.actions.keys import close_application
from market.payments.stripe_api.models import ApiEvent, CheckoutSession
from market.payouts.actions import make_batch, withdraw_batch
from market.payouts.queries import propose
from market.shops.models import Shop
from tests.market.payments.stripe_api.program import Program, error
from tests.market.payments.till import pay_there
from tests.market.payments.vnpay.running import Double
from tests.market.payouts.conftest import with_account
from tests.people import People


def said(attempt: PaymentAttempt, code: str = "00", number: str = "14000001") -> None:
    """What VNPAY says of it, in its own message."""
    paid = code == "00"
    result = (
        Result("paid", attempt.amount, "00", "00", number, "NCB", "20261123120000")
        if paid
        else Result("failed", attempt.amount, code, "02", number)
    )
    settle(attempt=PaymentAttempt.objects.get(pk=attempt.pk), result=result)


def second_attempt(program: Program, intent: Any) -> PaymentAttempt:
    """The first has less than two minutes left."""
    first = PaymentAttempt.objects.get()
    PaymentAttempt.objects.filter(pk=first.pk).update(expires_at=clock.now())
    program.post(f"payment_intents/{intent['id']}/confirm", {"return_url": "https://htx.example/xong"})
    return PaymentAttempt.objects.exclude(pk=first.pk).get()


def test_money_for_an_amount_that_is_asked_no_more_goes_back(live: Program, people: People) -> None:
    intent = live.to_be_paid(100_000)
    first = PaymentAttempt.objects.get()
    said(first, "11")
    assert live.post(f"payment_intents/{intent['id']}", {"amount": 900_000})["amount"] == 900_000
    said(first)
    found = live.get(f"payment_intents/{intent['id']}")
    assert (found["status"], found["amount_received"]) == ("requires_payment_method", 0)
    (refund,) = live.get("refunds")["data"]
    assert (refund["amount"], refund["status"]) == (100_000, "pending")
    owed = owed_to(people.producer.pk)
    assert balances_of([HELD, owed]) == {HELD: 0, owed: 0} and book_sum() == 0


@pytest.mark.parametrize("settles_first", [True, False])
def test_the_latest_charge_is_the_one_that_paid(live: Program, settles_first: bool) -> None:
    intent = live.to_be_paid(100_000)
    first = PaymentAttempt.objects.get()
    second = second_attempt(live, intent)
    said(second, "00" if settles_first else "51", "14000002")
    said(first, "51" if settles_first else "00")
    found = live.get(f"payment_intents/{intent['id']}", **{"expand[]": "latest_charge"})
    assert (found["status"], found["latest_charge"]["status"]) == ("succeeded", "succeeded")
    assert live.post("refunds", {"payment_intent": intent["id"]})["amount"] == 100_000


def test_the_last_error_is_of_the_attempt_that_failed_last(trial: Program) -> None:
    intent = trial.to_be_paid(100_000)
    first = PaymentAttempt.objects.get()
    second = second_attempt(trial, intent)
    said(second, "51", "14000002")
    said(first, "12")
    assert trial.get(f"payment_intents/{intent['id']}")["last_payment_error"]["decline_code"] == "restricted_card"


def test_a_refund_of_extra_money_does_not_touch_what_the_producer_is_owed(live: Program, people: People) -> None:
    intent = live.to_be_paid(100_000)
    first = PaymentAttempt.objects.get()
    second = second_attempt(live, intent)
    said(first)
    said(second, number="14000002")
    refund = Refund.objects.get()
    begin_sending(refund)
    note_refund_answer(refund=refund, result=RefundResult("failed", None, response_code="91"))
    owed = owed_to(people.producer.pk)
    assert balances_of([owed, UNCLEAR]) == {owed: -100_000, UNCLEAR: -100_000}
    extra = Charge.objects.get(is_extra=True).attempt.api_charge.public_id
    assert live.post("refunds", {"charge": extra})["status"] == "pending"
    assert balances_of([owed, UNCLEAR]) == {owed: -100_000, UNCLEAR: 0}


def test_what_is_on_its_way_to_the_bank_cannot_be_refunded(live: Program, shop: Shop, ngan: Viewer) -> None:
    with_account(shop, "0011012345678")
    intent = live.to_be_paid(200_000)
    said(PaymentAttempt.objects.get())
    batch = make_batch(total_seen=propose().total, by=ngan)
    assert batch.total == 200_000
    assert error(live.post("refunds", {"payment_intent": intent["id"], "amount": 1}))[1] == "balance_insufficient"
    withdraw_batch(batch=batch, why="Lập nhầm.", by=ngan)
    assert live.post("refunds", {"payment_intent": intent["id"]})["amount"] == 200_000


def test_a_closed_application_takes_no_more(live: Program, client: Client) -> None:
    session = live.session()
    close_application(application=live.application, by=SYSTEM)
    answer = client.post("/thanh-toan/" + session["url"].partition("/thanh-toan/")[2], {"method": "vnpay"})
    assert answer.status_code == 302 and "vnp_" not in answer["Location"]
    assert not PaymentAttempt.objects.exists()


def test_vnpay_is_asked_once_however_often_somebody_cancels(trial: Program, gateway: Double) -> None:
    """Its answer is "not paid yet" each time, and the payment is being looked at, so that it cannot be canceled."""
    intent = trial.to_be_paid()
    assert requests.get(intent["next_action"]["redirect_to_url"]["url"], timeout=5).status_code == 200
    pay_there(gateway, PaymentAttempt.objects.get(), "07", "07")
    for _ in range(3):
        trial.post(f"payment_intents/{intent['id']}/cancel")
    assert GatewayMessage.objects.filter(kind="query", verdict="asking").count() == 1
    session = trial.session()
    for _ in range(2):
        trial.post(f"payment_intents/{session['payment_intent']}/cancel")
    assert GatewayMessage.objects.filter(kind="query", verdict="asking").count() == 1


def test_real_money_does_not_wait_for_trials(trial: Program, live: Program, gateway: Double) -> None:
    for program in (trial, live):
        program.to_be_paid()
    PaymentAttempt.objects.update(next_query_at=clock.now())
    assert live_attempts() == 1
    assert see_to_trials() == 1


def test_trials_end(trial: Program) -> None:
    open_one = trial.to_be_paid()
    paid = trial.to_be_paid()
    said(PaymentAttempt.objects.get(payment__reference=paid["id"]))
    refund = trial.post("refunds", {"payment_intent": paid["id"]})
    begin_sending(Refund.objects.get())
    assert end_old_trials() == 0
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert end_old_trials() == 2
        assert end_old_trials() == 0
    assert trial.get(f"refunds/{refund['id']}")["status"] == "failed"
    assert trial.get(f"payment_intents/{open_one['id']}")["status"] == "requires_payment_method"


def test_a_deleted_customer_is_forgotten(trial: Program) -> None:
    customer = trial.post("customers", {"email": "an@example.vn", "name": "Nguyễn Văn An"})
    trial.post(f"customers/{customer['id']}", {"name": "Văn An"})
    assert trial.get("events")["data"][0]["data"]["previous_attributes"] == {"name": "Nguyễn Văn An"}
    session = trial.session(customer=customer["id"])
    other = trial.session(customer_email="binh@example.vn")
    assert trial.get(f"checkout/sessions/{session['id']}")["customer_email"] == "an@example.vn"
    trial.delete(f"customers/{customer['id']}")
    told = ApiEvent.objects.filter(object_id=customer["id"])
    assert told.count() == 3 and not any("example.vn" in event.body or "An" in event.body for event in told)
    assert CheckoutSession.objects.get(public_id=session["id"]).customer_email == ""
    assert trial.get(f"payment_intents/{session['payment_intent']}")["receipt_email"] is None
    assert trial.get(f"checkout/sessions/{other['id']}")["customer_email"] == "binh@example.vn"


def test_the_sum_of_a_sessions_lines_is_what_is_paid(trial: Program) -> None:
    session = trial.session()
    assert error(trial.post(f"payment_intents/{session['payment_intent']}", {"amount": 900_000}))[2] == "amount"
    assert trial.post(f"payment_intents/{session['payment_intent']}", {"description": "x"})["description"] == "x"


def test_small_words(trial: Program) -> None:
    body = {"amount": 10_000, "currency": "vnd"}
    zone = {
        "confirm": "true",
        "return_url": "https://a.vn/x",
        "payment_method_options[vnpay][ip_address]": "fe80::1%eth0",
    }
    assert error(trial.post("payment_intents", body | zone))[2] == "payment_method_options[vnpay][ip_address]"
    assert error(trial.post("payment_intents", body | {"shipping[address][city]": "x"}))[2] == "shipping[name]"
    assert error(trial.post("customers", {"address[town]": "x"}))[2] == "address[town]"
    assert trial.session(**{"automatic_tax[enabled]": "false"})["status"] == "open"
    trial.post("customers", {"email": "a@example.vn"})
    assert trial.get("customers", email="")["data"] == []
    session = trial.session(**{"payment_intent_data[receipt_email]": "c@example.vn"})
    assert trial.get(f"payment_intents/{session['payment_intent']}")["receipt_email"] == "c@example.vn"
