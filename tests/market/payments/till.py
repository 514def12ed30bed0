"""Money that comes and goes at the running double: payments made there, what stands in the book, and what the gateway has done."""

from __future__ import annotations

from typing import Any

import requests
from django.conf import settings

from core.kit import clock
from core.people.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM, Viewer, viewer_for
from market.ledger.accounts import HELD, SHARED
from market.ledger.queries import balances_of
from market.payments.actions import begin_attempt, open_payment, request_refund
from market.payments.jobs import ask_about_open_attempts, ask_about_refunds, send_refunds
from market.payments.models import Charge, Payment, PaymentAttempt, Refund
from market.payments.vnpay.provider import pay_page
from tests.market.payments.vnpay.running import SECRET, TMN_CODE, Double

PAID = 300_000


def point_at(double: Double, project: Any) -> None:
    """Let the product (`project`: the settings fixture) speak with this double."""
    project.VNPAY = settings.VNPAY | {
        "tmn_code": TMN_CODE,
        "hash_secret": SECRET,
        "pay_url": f"{double.url}/paymentv2/vpcpay.html",
        "api_url": f"{double.url}/merchant_webapi/api/transaction",
        "allow_private": True,
    }


def accountant(name: str) -> Viewer:
    """Somebody who handles money."""
    user = User.objects.create_user(username=name, full_name=name.capitalize())
    give_grant(user=user, role=Role.ACCOUNTANT, unit=None, given_by=SYSTEM)
    return viewer_for(user)


def opened(double: Double, *, amount: int = PAID, payment: Payment | None = None) -> PaymentAttempt:
    """The buyer is at the gateway's page and has not paid."""
    payment = payment or open_payment(
        reference=f"DH-{Payment.objects.count() + 1}", amount=amount, return_path="/don-hang/x/"
    )
    attempt = begin_attempt(payment=payment, customer_address="203.0.113.7")
    assert requests.get(pay_page(attempt), timeout=5).status_code == 200
    return attempt


def pay_there(double: Double, attempt: PaymentAttempt, response_code: str = "00", status: str = "00") -> None:
    """The gateway knows the result; we have not heard of it."""
    body = {"response_code": response_code, "transaction_status": status}
    assert double.control(f"payments/{attempt.txn_ref}", **body).status_code == 200


def ask_now() -> int:
    """The round that asks about attempts, without waiting for its time."""
    PaymentAttempt.objects.filter(state="open").update(next_query_at=clock.now())
    return ask_about_open_attempts()


def paid(double: Double, *, amount: int = PAID) -> Charge:
    """A charge of money that has really been paid at the double."""
    attempt = opened(double, amount=amount)
    pay_there(double, attempt)
    assert ask_now() == 1
    return Charge.objects.get(attempt=attempt)


def ask_back(charge: Charge, amount: int, *, by: Viewer = SYSTEM, **more: str) -> Refund:
    """A refund out of what is held."""
    return request_refund(
        charge=charge,
        amount=amount,
        account=HELD,
        subject=f"payment:{charge.payment_id}",
        reason="Trả hàng.",
        by=by,
        **more,
    )


def bank_says(double: Double, refund: Refund, status: str) -> None:
    """Where the bank is with a refund."""
    refund.refresh_from_db()
    assert double.control(f"refunds/{refund.transaction_no}", status=status).status_code == 200


def ask_refunds_now() -> int:
    """The round that asks about refunds, without waiting for its time."""
    Refund.objects.filter(next_step_at__isnull=False).update(next_step_at=clock.now())
    return ask_about_refunds()


def send_now() -> int:
    """The round that sends refunds, those too that wait after a failed call."""
    Refund.objects.filter(state="ready").update(next_step_at=clock.now())
    return send_refunds()


def state(refund: Refund) -> tuple[str, str, str]:
    """State, response code, transaction status."""
    refund.refresh_from_db()
    return refund.state, refund.response_code, refund.transaction_status


def book() -> dict[str, int]:
    """{account: đồng} of the shared accounts that do not stand at 0; their sum must be 0."""
    found = {code: amount for code, amount in balances_of(list(SHARED)).items() if amount}
    assert sum(found.values()) == 0
    return found


def given(double: Double) -> list[tuple[int, str, str]]:
    """What the gateway has accepted to give back, in order: đồng, type, status."""
    return [
        (refund["amount"] // 100, refund["transaction_type"], refund["status"])
        for payment in double.transactions()
        for refund in payment["refunds"]
    ]


def unfinished_and_succeeded(charge: Charge) -> int:
    """What the charge's refunds say is asked or given back."""
    return sum(charge.refunds.exclude(state__in=["failed", "withdrawn"]).values_list("amount", flat=True))
