"""Asking for money: payments, and the attempts to make them."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from core.events.registry import emit
from core.kit import clock
from core.people.queries import Viewer
from market.payments.events import PaymentChanged
from market.payments.models import Payment, PaymentAttempt
from market.payments.rules import may_handle_money

ATTEMPT_LIFE = timedelta(minutes=15)
ASK_AFTER = timedelta(minutes=1)  # after the attempt's end
ASK_AGAIN = timedelta(minutes=5)  # the gateway answers 94 to closer repeats
GRACE = timedelta(minutes=10)
REUSE_WITH_LEFT = timedelta(minutes=2)
TIME_FORMAT = "%Y%m%d%H%M%S"


class PaymentClosed(Exception):
    """The payment is settled, canceled, or being confirmed: no new attempt, or it could be paid twice."""


@transaction.atomic
def open_payment(
    *,
    reference: str,
    amount: int,
    return_path: str,
    channel: str = Payment.Channel.SHOP,
    is_live: bool = True,
) -> Payment:
    """Ask for money once; `reference` is unique, `amount` whole đồng from 5,000 to below one milliard, `return_path`
    the page of ours that shows the payer the result. `channel` says who asks; only the API's may be a trial (`is_live` False)."""
    return Payment.objects.create(
        reference=reference,
        amount=amount,
        return_path=return_path,
        channel=channel,
        is_live=is_live,
        made_at=clock.now(),
    )


@transaction.atomic
def change_amount(*, payment: Payment, amount: int) -> Payment:
    """Ask for another amount, as long as nobody is about to pay the old one. Raises PaymentClosed."""
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if payment.attempts.filter(state=PaymentAttempt.State.OPEN).exists():
        raise PaymentClosed
    # Guarded for SQLite, which ignores the lock.
    if not Payment.objects.filter(pk=payment.pk, state=Payment.State.WAITING).update(amount=amount):
        raise PaymentClosed
    payment.amount = amount
    return payment


@transaction.atomic
def begin_attempt(*, payment: Payment, customer_address: str, ends_at: datetime | None = None) -> PaymentAttempt:
    """The open attempt if it has more than two minutes left, else a new one under a new reference.

    The attempt is committed before its address is given out, since the gateway's answer may overtake us. It lives for a
    quarter of an hour, or until `ends_at` if that is sooner. Raises PaymentClosed.
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
    end = min(now + ATTEMPT_LIFE, ends_at or now + ATTEMPT_LIFE)
    attempt = PaymentAttempt.objects.create(
        payment=payment,
        txn_ref=f"LS{secrets.token_hex(10).upper()}",
        create_date=local.strftime(TIME_FORMAT),
        expire_date=end.astimezone(clock.VIETNAM).strftime(TIME_FORMAT),
        expires_at=end,
        amount=payment.amount,
        customer_address=customer_address,
        made_at=now,
        next_query_at=end + ASK_AFTER,
    )
    emit(PaymentChanged(payment.pk, payment.channel))
    return attempt


@transaction.atomic
def note_return(*, attempt: PaymentAttempt) -> None:
    """The buyer came back with a valid "paid" before the gateway's own message: being confirmed, ask at once.

    Also for an attempt that had failed: it is open again, since only open ones are asked about, and the payment waits for the
    answer. Coming back again and again asks no more often than the gateway takes.
    """
    payment = Payment.objects.select_for_update().get(pk=attempt.payment_id)
    now = clock.now()
    again = {"state": PaymentAttempt.State.OPEN, "finished_at": None, "response_code": "", "transaction_status": ""}
    failed = PaymentAttempt.objects.filter(pk=attempt.pk, state=PaymentAttempt.State.FAILED)
    is_reopened = bool(failed.update(**again, next_query_at=now))
    is_open = PaymentAttempt.objects.filter(pk=attempt.pk, state=PaymentAttempt.State.OPEN).exists()
    if not is_open:
        return
    # The state may stay as it is: an attempt that had failed is open again.
    moved = move_payment(payment, Payment.State.PROCESSING, {Payment.State.WAITING})
    if moved and not is_reopened:
        _ask_about(attempt)
    elif not is_reopened:
        # The payment knows already, or another attempt has paid it: this one's money is asked after all the same.
        _ask_about(attempt, only_if_later_than=now + ASK_AGAIN)
    emit(PaymentChanged(payment.pk, payment.channel))


def _ask_about(attempt: PaymentAttempt, only_if_later_than: datetime | None = None) -> bool:
    waiting = PaymentAttempt.objects.filter(pk=attempt.pk, state=PaymentAttempt.State.OPEN)
    if only_if_later_than is not None:
        waiting = waiting.filter(next_query_at__gt=only_if_later_than)
    return bool(waiting.update(next_query_at=clock.now()))


@transaction.atomic
def ask_soon(*, attempt: PaymentAttempt, by: Viewer) -> bool:
    """Let the next round ask the gateway about this attempt; False when it has a result. Raises PermissionError."""
    if not may_handle_money(by):
        raise PermissionError("only who handles money may ask")
    return _ask_about(attempt)


@transaction.atomic
def cancel_payment(*, payment: Payment, though_open: bool = False) -> bool:
    """Stop waiting for money. False when it has arrived, is being confirmed, or an attempt is still open: `though_open` cancels
    all the same, and money that comes by it is still taken in."""
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if not though_open and payment.attempts.filter(state=PaymentAttempt.State.OPEN).exists():
        return False
    moved = move_payment(payment, Payment.State.CANCELED, {Payment.State.WAITING})
    if moved:
        emit(PaymentChanged(payment.pk, payment.channel))
    return moved


def move_payment(payment: Payment, to: str, from_states: set[Payment.State]) -> bool:
    """A guarded transition: SQLite ignores the row lock, so the update itself checks the state."""
    moved = bool(Payment.objects.filter(pk=payment.pk, state__in=from_states).update(state=to))
    if moved:
        payment.state = Payment.State(to)
    return moved
