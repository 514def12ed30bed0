"""Stripe's objects follow our payments: after every change their status is worked out anew, and what is different is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from core.events.registry import gathered
from core.kit import clock
from market.ledger.accounts import HELD, owed_to
from market.payments.actions.booking import book
from market.payments.events import PaymentChanged, RefundChanged
from market.payments.models import Payment, PaymentAttempt, Refund
from market.payments.sources import label_of_payment
from market.payments.stripe_api.actions.news import News, tell
from market.payments.stripe_api.declines import decline_of
from market.payments.stripe_api.ids import new_id
from market.payments.stripe_api.models import ApiCharge, ApiRefund, CheckoutSession, ConnectedApplication, PaymentIntent
from market.payments.stripe_api.shapes.intent import charge_shape, intent_shape, refund_shape, refund_status
from market.payments.stripe_api.shapes.session import session_shape

Status = PaymentIntent.Status
_in_hand: ContextVar[PaymentIntent | None] = ContextVar("in_hand", default=None)
_OF_PAYMENT = {
    Payment.State.SUCCEEDED: Status.SUCCEEDED,
    Payment.State.CANCELED: Status.CANCELED,
    Payment.State.PROCESSING: Status.PROCESSING,
}
_NEWS = {
    Status.REQUIRES_ACTION: "payment_intent.requires_action",
    Status.PROCESSING: "payment_intent.processing",
    Status.SUCCEEDED: "payment_intent.succeeded",
    Status.CANCELED: "payment_intent.canceled",
    Status.REQUIRES_PAYMENT_METHOD: "payment_intent.payment_failed",
}


def on_payment_changed(event: PaymentChanged) -> None:
    """The payment of an intent has moved."""
    if event.channel == Payment.Channel.API:
        follow(event.payment_id)


def _brought_money(attempt: PaymentAttempt) -> bool:
    """The one that settled the payment comes last: it is the latest charge, whatever was declined before or after."""
    money = getattr(attempt, "charge", None)
    return money is not None and not money.is_extra


def _last_error(attempts: list[PaymentAttempt]) -> dict[str, object] | None:
    failed = [each for each in attempts if each.state == PaymentAttempt.State.FAILED and each.finished_at]
    return decline_of(max(failed, key=_finished).response_code).error() if failed else None


def _finished(attempt: PaymentAttempt) -> datetime:
    assert attempt.finished_at is not None
    return attempt.finished_at


@contextmanager
def in_hand(intent: PaymentIntent) -> Iterator[None]:
    """Within this block the intent of this payment, which the caller has locked and whose payment's state is as it was, is not read again:
    this object follows, and is as it should be told when the block has ended."""
    token = _in_hand.set(intent)
    try:
        with gathered():
            yield
    finally:
        _in_hand.reset(token)


def follow(payment_id: int) -> None:
    """The payment's intent as the payment is now, with the events of what is new. In the caller's transaction, which holds the
    payment."""
    held = _in_hand.get()
    intent = held if held is not None and held.payment_id == payment_id else locked(payment_id)
    attempts = list(intent.payment.attempts.select_related("charge").order_by("pk"))
    before = Status(intent.status)
    status = _status_of(intent, attempts)
    news: list[News] = []
    if status != before:
        intent.status = status
        if status != Status.REQUIRES_ACTION:
            intent.pay_url = ""
        if status == Status.REQUIRES_PAYMENT_METHOD:
            intent.last_error = _last_error(attempts)
            intent.method = ""
        elif status == Status.SUCCEEDED:
            intent.last_error = None
            _earn(intent)
    for attempt in sorted(attempts, key=_brought_money):
        news += _charge_news(intent, attempt)
    intent.save(update_fields=["status", "pay_url", "last_error", "method", "latest_charge_id"])
    if status != before and status in _NEWS:
        news.append(News(_NEWS[status], intent_shape(intent)))
        news += _session_news(intent)
    tell(intent, news)


def locked(payment_id: int) -> PaymentIntent:
    """The payment's intent with payment and customer, until the end of the transaction. The payment is locked first, as everywhere."""
    rows = PaymentIntent.objects.select_for_update(of=("payment", "self"))
    return rows.select_related("payment", "customer").get(payment_id=payment_id)


def _status_of(intent: PaymentIntent, attempts: list[PaymentAttempt]) -> Status:
    state = Payment.State(intent.payment.state)
    if state in _OF_PAYMENT:
        return _OF_PAYMENT[state]
    if any(attempt.state == PaymentAttempt.State.OPEN for attempt in attempts):
        return Status.REQUIRES_ACTION
    if attempts or not intent.method:
        return Status.REQUIRES_PAYMENT_METHOD
    return Status.REQUIRES_CONFIRMATION


def _earn(intent: PaymentIntent) -> None:
    """A program sells outside: what it is paid is its producer's at once."""
    payment = intent.payment
    producer = ConnectedApplication.objects.values_list("producer_id", flat=True).get(pk=intent.application_id)
    book(
        payment, "earned", debit=HELD, credit=owed_to(producer), amount=payment.amount,
        subject=label_of_payment(payment.pk), key=f"earned:payment:{payment.pk}",
    )  # fmt: skip


def _charge_news(intent: PaymentIntent, attempt: PaymentAttempt) -> list[News]:
    """The charge of an attempt that brought money or was declined, if something about it is new."""
    money = getattr(attempt, "charge", None)
    is_declined = attempt.state == PaymentAttempt.State.FAILED and decline_of(attempt.response_code).is_charge
    if money is None and not is_declined:
        return []
    row = ApiCharge.objects.filter(attempt=attempt).first() or ApiCharge(
        public_id=new_id("ch"),
        application_id=intent.application_id,
        is_live=intent.is_live,
        made_at=clock.now(),
        attempt=attempt,
        metadata=intent.metadata,
    )
    status = "succeeded" if money else "failed"
    if money is None or not money.is_extra:
        intent.latest_charge_id = row.public_id
    if row.told == status:
        return []
    row.told, row.intent, row.attempt = status, intent, attempt
    _keep(row)
    return [News(f"charge.{status}", charge_shape(row))]


def _session_news(intent: PaymentIntent) -> list[News]:
    """A page of ours ends with its payment."""
    ends = {Status.SUCCEEDED: ("complete", "completed"), Status.CANCELED: ("expired", "expired")}
    if intent.status not in ends:
        return []
    session = CheckoutSession.objects.filter(intent=intent, status=CheckoutSession.Status.OPEN).first()
    if session is None:
        return []
    status, what = ends[Status(intent.status)]
    session.status = status
    session.completed_at = clock.now() if status == "complete" else None
    session.save(update_fields=["status", "completed_at"])
    session.intent = intent
    return [News(f"checkout.session.{what}", session_shape(session))]


def _keep(row: ApiCharge | ApiRefund) -> None:
    """A new row, or no more than what was told: a program may be noting its metadata."""
    if row.pk is None:
        row.save(force_insert=True)
    else:
        row.save(update_fields=["told"])


def on_refund_changed(event: RefundChanged) -> None:
    """A refund was asked for or has another state: of an API's payment its object follows."""
    rows = Refund.objects.select_related("charge__payment", "charge__attempt")
    refund = rows.get(pk=event.refund_id)
    if refund.charge.payment.channel != Payment.Channel.API:
        return
    # Whoever asks for a refund holds its charge by now: payment, charge, intent is the order, so the payment is only read here.
    intents = PaymentIntent.objects.select_for_update(of=("self",)).select_related("payment", "customer")
    intent = intents.get(payment_id=refund.charge.payment_id)
    # Money that came for nothing goes back at once: its charge may not have been told of yet.
    told = _charge_news(intent, refund.charge.attempt)
    tell(intent, told + _refund_news(intent, refund))


def _refund_news(intent: PaymentIntent, refund: Refund) -> list[News]:
    row = ApiRefund.objects.select_related("api_charge").filter(refund=refund).first() or ApiRefund(
        public_id=new_id("re"),
        application_id=intent.application_id,
        is_live=intent.is_live,
        made_at=clock.now(),
        api_charge=ApiCharge.objects.get(attempt=refund.charge.attempt_id),
    )
    row.refund, row.intent = refund, intent
    status, before = refund_status(refund), row.told
    if status == before:
        return []
    row.told = status
    _keep(row)
    shape = refund_shape(row)
    if not before:
        return [News("refund.created", shape), News("charge.refunded", _charge_of(row))]
    previous = {"status": before}
    news = [News("refund.updated", shape, previous), News("charge.refund.updated", shape, previous)]
    return news + ([News("refund.failed", shape)] if status == "failed" else [])


def _charge_of(row: ApiRefund) -> dict[str, object]:
    rows = ApiCharge.objects.select_related("attempt__charge", "intent__customer")
    return charge_shape(rows.get(pk=row.api_charge_id))
