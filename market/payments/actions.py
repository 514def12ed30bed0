"""Every change of a payment. Money is believed only from an authenticated message, and beats every other state."""

from __future__ import annotations

import secrets
from datetime import timedelta
from enum import StrEnum

from django.db import transaction

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from market.payments.contract import Result
from market.payments.events import PaymentSettled
from market.payments.models import GatewayMessage, Payment, PaymentAttempt

ATTEMPT_LIFE = timedelta(minutes=15)
ASK_AFTER = timedelta(minutes=1)  # after the attempt's end
ASK_AGAIN = timedelta(minutes=5)  # the gateway answers 94 to closer repeats
GRACE = timedelta(minutes=10)
REUSE_WITH_LEFT = timedelta(minutes=2)
TIME_FORMAT = "%Y%m%d%H%M%S"


class PaymentClosed(Exception):
    """The payment is settled, canceled, or being confirmed: no new attempt, or it could be paid twice."""


class Verdict(StrEnum):
    """What became of a result."""

    RECORDED = "recorded"
    ALREADY_FINAL = "already_final"
    WRONG_AMOUNT = "wrong_amount"


@transaction.atomic
def open_payment(*, reference: str, amount: int, return_path: str) -> Payment:
    """Ask for money once; `reference` is unique, `amount` whole đồng from 5,000 to below one milliard, `return_path`
    the page of ours that shows the payer the result."""
    return Payment.objects.create(reference=reference, amount=amount, return_path=return_path, made_at=clock.now())


@transaction.atomic
def begin_attempt(*, payment: Payment, customer_address: str) -> PaymentAttempt:
    """The open attempt if it has more than two minutes left, else a new one under a new reference.

    The attempt is committed before its address is given out, since the gateway's answer may overtake us.
    Raises PaymentClosed.
    """
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if payment.state != Payment.State.WAITING:
        raise PaymentClosed
    now = clock.now()
    current = payment.attempts.filter(
        state=PaymentAttempt.State.OPEN, expires_at__gt=now + REUSE_WITH_LEFT, response_code=""
    ).first()
    if current is not None:
        return current
    local = now.astimezone(clock.VIETNAM)
    return PaymentAttempt.objects.create(
        payment=payment,
        txn_ref=f"LS{secrets.token_hex(10).upper()}",
        create_date=local.strftime(TIME_FORMAT),
        expire_date=(local + ATTEMPT_LIFE).strftime(TIME_FORMAT),
        expires_at=now + ATTEMPT_LIFE,
        amount=payment.amount,
        customer_address=customer_address,
        made_at=now,
        next_query_at=now + ATTEMPT_LIFE + ASK_AFTER,
    )


@transaction.atomic
def record_result(*, attempt: PaymentAttempt, result: Result) -> Verdict:
    """Take in an authenticated result.

    Success wins over an earlier failure, a failure never undoes a success, and money that arrives for a canceled
    payment is still recorded. A wrong amount changes nothing.
    """
    payment = Payment.objects.select_for_update().get(pk=attempt.payment_id)
    attempt = PaymentAttempt.objects.select_for_update().get(pk=attempt.pk)
    if result.amount != attempt.amount:
        return Verdict.WRONG_AMOUNT
    if attempt.state == PaymentAttempt.State.SUCCEEDED:
        return Verdict.ALREADY_FINAL
    if result.outcome == "waiting":
        return Verdict.RECORDED  # nothing is decided yet
    paid = result.outcome == "paid"
    same = (result.response_code, result.transaction_status) == (attempt.response_code, attempt.transaction_status)
    if not paid and (same or attempt.state == PaymentAttempt.State.FAILED):
        return Verdict.ALREADY_FINAL
    now = clock.now()
    for name in ("response_code", "transaction_status", "transaction_no", "bank_code", "pay_date"):
        setattr(attempt, name, getattr(result, name))
    if paid:
        _finish(attempt, PaymentAttempt.State.SUCCEEDED)
        if payment.state != Payment.State.SUCCEEDED:
            payment.state, payment.settled_at = Payment.State.SUCCEEDED, now
            payment.save(update_fields=["state", "settled_at"])
            record("payment.settled", actor_id=None, object_label=f"payment:{payment.pk}", via="gateway")
            emit(PaymentSettled(payment.pk))
        else:
            # Two attempts of one payment were paid: kept on the attempt, for a refund by a person.
            record("payment.paid_twice", actor_id=None, object_label=f"payment:{payment.pk}", via="gateway")
    elif result.outcome == "under_review":
        attempt.next_query_at = now + ASK_AGAIN
        attempt.save()
        _move(payment, Payment.State.PROCESSING, {Payment.State.WAITING})
    else:
        _finish(attempt, PaymentAttempt.State.FAILED)
        _move(payment, Payment.State.WAITING, {Payment.State.PROCESSING})
    return Verdict.RECORDED


@transaction.atomic
def note_return(*, attempt: PaymentAttempt) -> None:
    """The buyer came back with a valid "paid" before the gateway's own message: being confirmed, ask at once."""
    payment = Payment.objects.select_for_update().get(pk=attempt.payment_id)
    if _move(payment, Payment.State.PROCESSING, {Payment.State.WAITING}):
        PaymentAttempt.objects.filter(pk=attempt.pk, state=PaymentAttempt.State.OPEN).update(next_query_at=clock.now())


@transaction.atomic
def note_question(*, attempt: PaymentAttempt, result: Result | None) -> None:
    """Take in the answer to a question (None: there was none), and decide when to ask again.

    Still unknown ten minutes after the attempt's end, the attempt has failed; a late success would win all the same.
    """
    now = clock.now()
    if result is not None and result.outcome in {"paid", "under_review", "failed"}:
        record_result(attempt=attempt, result=result)
    elif result is not None and now > attempt.expires_at + GRACE:
        expired = Result("failed", attempt.amount, response_code="11", transaction_status="02")
        record_result(attempt=attempt, result=expired)
    # Whatever was said: an attempt that is still open is asked about again, and not at once.
    PaymentAttempt.objects.filter(pk=attempt.pk, state=PaymentAttempt.State.OPEN).update(next_query_at=now + ASK_AGAIN)


@transaction.atomic
def cancel_payment(*, payment: Payment) -> bool:
    """Stop waiting for money. False when it has arrived, is being confirmed, or an attempt is still open."""
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if payment.attempts.filter(state=PaymentAttempt.State.OPEN).exists():
        return False
    return _move(payment, Payment.State.CANCELED, {Payment.State.WAITING})


def log_message(
    *, kind: str, raw: str, verdict: str, attempt: PaymentAttempt | None = None, caller_address: str = ""
) -> None:
    """Keep a message exchanged with the gateway (at least two months, VNPAY's acceptance minutes)."""
    GatewayMessage.objects.create(
        at=clock.now(), kind=kind, raw=raw[:4000], verdict=verdict, attempt=attempt, caller_address=caller_address
    )


def _finish(attempt: PaymentAttempt, state: str) -> None:
    attempt.state, attempt.finished_at, attempt.next_query_at = PaymentAttempt.State(state), clock.now(), None
    attempt.save()


def _move(payment: Payment, to: str, from_states: set[Payment.State]) -> bool:
    """A guarded transition: SQLite ignores the row lock, so the update itself checks the state."""
    moved = bool(Payment.objects.filter(pk=payment.pk, state__in=from_states).update(state=to))
    if moved:
        payment.state = Payment.State(to)
    return moved
