"""`manage.py reconcile payments` against the running double: it asks and sends what is due, and names what waits for a person."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import requests
from django.core.management import call_command

from core.kit import clock
from market.listings.models import Listing
from market.payments.jobs import send_refunds
from market.payments.models import Charge, PaymentAttempt, Refund
from market.payments.vnpay.provider import pay_page
from tests.market.buying import attempt_for, ordered
from tests.market.payments.till import (
    PAID,
    ask_back,
    ask_refunds_now,
    bank_says,
    opened,
    paid,
    pay_there,
    send_now,
    state,
)
from tests.market.payments.vnpay.running import Double


def reconcile(*options: str) -> dict[str, Any]:
    """{group: the rest of its line}, in the order of printing."""
    out = io.StringIO()
    call_command("reconcile", "payments", *options, stdout=out)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    return {line.pop("group"): line for line in lines}


def counts(report: dict[str, Any]) -> dict[str, int]:
    return {group: line["count"] for group, line in report.items() if line.get("count")}


def long_ago(attempt: PaymentAttempt, hours: float) -> None:
    """It ended so long ago, and is due."""
    PaymentAttempt.objects.filter(pk=attempt.pk).update(
        expires_at=clock.now() - timedelta(hours=hours), next_query_at=clock.now()
    )


def test_a_quiet_house_says_so(gateway: Double, db: None) -> None:
    report = reconcile()
    assert list(report) == [
        "attempts_asked", "refunds_sent", "refunds_asked", "attempts_pending", "refunds_unknown", "refunds_failed",
        "charges_without_purchase", "charges_for_nothing", "book",
    ]  # fmt: skip
    assert (counts(report), report["book"]) == ({}, {"sum": 0})


def test_what_is_due_is_done_and_what_is_not_known_is_named(gateway: Double, listing: Listing) -> None:
    ready, lost, refused = (ask_back(paid(gateway), amount) for amount in (PAID, 100_000, 50_000))
    bought = attempt_for(ordered((listing, 2)))
    assert requests.get(pay_page(bought), timeout=5).status_code == 200
    pay_there(gateway, bought)
    long_ago(bought, 0.1)
    reviewed = opened(gateway)
    pay_there(gateway, reviewed, "07", "07")
    long_ago(reviewed, 3)
    Refund.objects.exclude(pk=lost.pk).update(next_step_at=clock.now() + timedelta(hours=1))
    gateway.control("plan", api="broken")
    Refund.objects.filter(pk=lost.pk).update(next_step_at=clock.now())
    assert send_refunds() == 1
    Refund.objects.filter(pk=lost.pk).update(sent_at=clock.now() - timedelta(minutes=6))
    gateway.control("plan")
    Refund.objects.filter(pk=refused.pk).update(next_step_at=clock.now())
    assert send_refunds() == 1
    bank_says(gateway, refused, "09")
    Refund.objects.exclude(pk=lost.pk).update(next_step_at=clock.now())
    long_ago(reviewed, 3)
    PaymentAttempt.objects.filter(pk=bought.pk, state="open").update(next_query_at=clock.now())

    report = reconcile()
    assert counts(report) == {
        "attempts_asked": 2,
        "refunds_sent": 1,
        "refunds_asked": 1,
        "attempts_pending": 1,
        "refunds_unknown": 1,
        "refunds_failed": 1,
        "charges_without_purchase": 3,
    }
    [pending] = report["attempts_pending"]["rows"]
    assert (pending["txn_ref"], pending["order"], pending["amount"], pending["codes"]) == (
        reviewed.txn_ref, reviewed.payment.reference, PAID, "07/07",
    )  # fmt: skip
    [unknown] = report["refunds_unknown"]["rows"]
    assert (unknown["refund"], unknown["request_id"], unknown["state"]) == (lost.pk, lost.request_id, "sent")
    [failed] = report["refunds_failed"]["rows"]
    assert (failed["refund"], failed["codes"]) == (refused.pk, "00/09")
    assert (state(ready)[0], report["book"]) == ("accepted", {"sum": 0})
    assert Charge.objects.get(attempt=bought).payment.reference not in str(report["charges_without_purchase"])
    assert counts(reconcile("--older-than", "4")).get("attempts_pending") is None


def test_more_than_one_round_of_twenty_is_asked_about(gateway: Double, db: None) -> None:
    attempts = [opened(gateway) for _ in range(23)]
    for attempt in attempts:
        pay_there(gateway, attempt)
    PaymentAttempt.objects.update(next_query_at=clock.now())
    assert counts(reconcile())["attempts_asked"] == 23
    assert Charge.objects.count() == 23


def test_a_gateway_that_is_down_ends_it_all_the_same(gateway: Double, db: None, settings: Any) -> None:
    refund = ask_back(paid(gateway), PAID)
    attempt = opened(gateway)
    long_ago(attempt, 3)
    settings.VNPAY = settings.VNPAY | {"api_url": "http://127.0.0.1:9/"}
    report = reconcile()
    assert counts(report) == {"attempts_asked": 1, "attempts_pending": 1, "charges_without_purchase": 1}
    assert state(refund)[0] == "ready"


def test_money_for_nothing_is_named_until_it_is_asked_back(gateway: Double, db: None) -> None:
    first = opened(gateway)
    PaymentAttempt.objects.update(expires_at=clock.now() + timedelta(minutes=1))
    second = opened(gateway, payment=first.payment)
    for attempt in (first, second):
        pay_there(gateway, attempt)
    PaymentAttempt.objects.update(next_query_at=clock.now())
    report = reconcile()
    assert counts(report) == {"attempts_asked": 2, "refunds_sent": 1, "charges_without_purchase": 2}
    refund = Refund.objects.get()
    bank_says(gateway, refund, "09")
    ask_refunds_now()
    assert counts(reconcile())["charges_for_nothing"] == 1
    assert send_now() == 0
