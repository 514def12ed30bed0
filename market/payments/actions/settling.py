"""Taking in what a gateway says. Money is believed only from an authenticated message, and beats every other state."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.people.queries import Viewer
from market.ledger.accounts import GATEWAY, HELD, UNCLEAR
from market.payments.actions.attempts import ASK_AGAIN, GRACE, move_payment
from market.payments.actions.booking import book
from market.payments.actions.refunds import request_refund
from market.payments.contract import Result
from market.payments.events import PaymentChanged, PaymentSettled
from market.payments.models import Charge, Payment, PaymentAttempt
from market.payments.rules import may_handle_money

LONG_PENDING = timedelta(hours=2)
_TOLD = ("response_code", "transaction_status", "transaction_no", "bank_code", "pay_date")  # by the gateway


class AttemptKept(Exception):
    """The sentence says why in Vietnamese."""


class Verdict(StrEnum):
    """What became of a result."""

    RECORDED = "recorded"
    ALREADY_FINAL = "already_final"
    WRONG_AMOUNT = "wrong_amount"


@transaction.atomic(savepoint=False)
def settle(*, attempt: PaymentAttempt, result: Result) -> Verdict:
    """Take in an authenticated result; the same one again changes nothing.

    Success wins over an earlier failure, a failure never undoes a success, and money that arrives for a canceled
    payment is still recorded. A wrong amount changes nothing. A payment that was made twice gives the second one back.
    What breaks in here breaks the caller's transaction as well: half of a settlement is never kept.
    """
    return _settle(_locked().get(pk=attempt.pk), result)


@transaction.atomic(savepoint=False)
def settle_by_reference(
    *, txn_ref: str, result: Result, modes: Collection[bool] = (True, False)
) -> tuple[Verdict, PaymentAttempt] | None:
    """`settle` for the attempt of this number at the gateway, with the attempt; None where it is none of ours. One look at the
    database finds and locks it: the gateway waits. `modes` are what the gateway's terminal may speak of: live payments (True),
    trials (False)."""
    attempt = _locked().filter(txn_ref=txn_ref, payment__is_live__in=modes).order_by().first()
    return None if attempt is None else (_settle(attempt, result), attempt)


def _locked() -> QuerySet[PaymentAttempt]:
    # The payment is locked first, as everywhere.
    return PaymentAttempt.objects.select_for_update(of=("payment", "self")).select_related("payment")


def _settle(attempt: PaymentAttempt, result: Result) -> Verdict:
    payment = attempt.payment
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
    for name in _TOLD:
        setattr(attempt, name, getattr(result, name))
    if paid:
        _finish(attempt, PaymentAttempt.State.SUCCEEDED)
        _take_money(payment, attempt)
    elif result.outcome == "under_review":
        attempt.next_query_at = clock.now() + ASK_AGAIN
        attempt.save()
        move_payment(payment, Payment.State.PROCESSING, {Payment.State.WAITING})
    else:
        _finish(attempt, PaymentAttempt.State.FAILED)
        if not payment.attempts.filter(state=PaymentAttempt.State.OPEN).exclude(response_code="").exists():
            # Unless the bank is still looking at another attempt, or it could be paid twice.
            move_payment(payment, Payment.State.WAITING, {Payment.State.PROCESSING})
    emit(PaymentChanged(payment.pk, payment.channel))
    return Verdict.RECORDED


@transaction.atomic
def note_question(*, attempt: PaymentAttempt, result: Result | None) -> None:
    """Take in the answer to a question (None: there was none), and decide when to ask again.

    Still unknown ten minutes after the attempt's end, the attempt has failed; a late success would win all the same.
    """
    now = clock.now()
    if result is not None and result.outcome in {"paid", "under_review", "failed"}:
        settle(attempt=attempt, result=result)
    elif result is not None and now > attempt.expires_at + GRACE:
        expired = Result("failed", attempt.amount, response_code="11", transaction_status="02")
        settle(attempt=attempt, result=expired)
    # Whatever was said: an attempt that is still open is asked about again, and not at once.
    PaymentAttempt.objects.filter(pk=attempt.pk, state=PaymentAttempt.State.OPEN).update(next_query_at=now + ASK_AGAIN)


@transaction.atomic
def close_attempt(*, attempt: PaymentAttempt, note: str, by: Viewer) -> None:
    """The gateway's report does not know a payment that its answers leave open: a person ends the attempt. Money that comes all
    the same still wins. `note` says where it stands. Raises PermissionError, AttemptKept."""
    if not may_handle_money(by) or by.user_id is None:
        raise PermissionError("only who handles money may close an attempt")
    if not note.strip():
        raise AttemptKept("Hãy ghi đã đối chiếu theo chứng từ nào.")
    if clock.now() < attempt.expires_at + LONG_PENDING:
        raise AttemptKept("Lần trả này chưa quá hai giờ, VNPAY còn có thể trả lời. Hãy chờ thêm rồi thử lại.")
    closed = Result("failed", attempt.amount, response_code="99", transaction_status="02")
    payment = Payment.objects.select_for_update().get(pk=attempt.payment_id)
    if not payment.attempts.filter(pk=attempt.pk, state=PaymentAttempt.State.OPEN).exists():
        raise AttemptKept("Lần trả này đã có kết quả. Hãy mở lại trang.")
    settle(attempt=attempt, result=closed)
    record(
        "payment.closed_by_report",
        actor_id=by.user_id,
        object_label=f"payment:{attempt.payment_id}",
        changes={"Đối chiếu": ("", note.strip())},
    )


def _take_money(payment: Payment, attempt: PaymentAttempt) -> None:
    # A program that has called its payment off hears nothing more of it; a shop decides what late money is for.
    called_off = payment.state == Payment.State.CANCELED and payment.channel == Payment.Channel.API
    # An attempt that was made before the payment asked for another amount pays something that nobody asks for any more.
    is_other = attempt.amount != payment.amount
    is_extra = called_off or is_other or payment.state == Payment.State.SUCCEEDED
    charge = Charge.objects.create(
        payment=payment, attempt=attempt, amount=attempt.amount, is_extra=is_extra, made_at=clock.now()
    )
    label = f"payment:{payment.pk}"
    account = UNCLEAR if is_extra else HELD
    book(
        payment,
        "received",
        debit=GATEWAY,
        credit=account,
        amount=charge.amount,
        subject=label,
        key=f"charge:{charge.pk}",
    )
    if is_extra:
        word, reason = (
            ("payment.paid_late", "Tiền đến sau khi đã hủy.")
            if called_off
            else ("payment.paid_other", "Số tiền không còn được đòi.")
            if is_other
            else ("payment.paid_twice", "Trả tiền hai lần.")
        )
        record(word, actor_id=None, object_label=label, via="gateway")
        request_refund(charge=charge, amount=charge.amount, account=account, subject=label, reason=reason)
        return
    payment.state, payment.settled_at = Payment.State.SUCCEEDED, clock.now()
    payment.save(update_fields=["state", "settled_at"])
    record("payment.settled", actor_id=None, object_label=label, via="gateway")
    emit(PaymentSettled(payment.pk))


def _finish(attempt: PaymentAttempt, state: str) -> None:
    attempt.state, attempt.finished_at, attempt.next_query_at = PaymentAttempt.State(state), clock.now(), None
    attempt.save(update_fields=["state", "finished_at", "next_query_at", *_TOLD])
