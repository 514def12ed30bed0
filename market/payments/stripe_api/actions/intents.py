"""Payment intents: made, changed, confirmed, canceled. Money is believed in `market/payments`; these only ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from core.events.registry import gathered
from core.kit import clock
from core.kit.outbound import OutboundError
from market.payments.actions import (
    PaymentClosed,
    begin_attempt,
    cancel_payment,
    change_amount,
    note_question,
    open_payment,
)
from market.payments.actions.attempts import ASK_AGAIN
from market.payments.models import GatewayMessage, Payment, PaymentAttempt
from market.payments.stripe_api.actions.following import in_hand, locked
from market.payments.stripe_api.actions.news import News, tell
from market.payments.stripe_api.ids import new_id
from market.payments.stripe_api.models import Customer, PaymentIntent
from market.payments.stripe_api.shapes.basics import private_of, private_text
from market.payments.stripe_api.shapes.intent import intent_shape
from market.payments.stripe_api.transport.caller import Caller
from market.payments.stripe_api.transport.params import merged
from market.payments.stripe_api.transport.problems import Problem, unexpected_state
from market.payments.vnpay import provider
from market.payments.vnpay.terminals import NoTerminal

Status = PaymentIntent.Status
_BEFORE_PAYING = {Status.REQUIRES_PAYMENT_METHOD, Status.REQUIRES_CONFIRMATION}
# VNPAY's own name for "an international card".
_CARDS = "INTCARD"
MOST_ASKED = 3


@dataclass(frozen=True)
class Method:
    """How a payer is to pay: "vnpay" (with the bank or "" for the payer's choice) or "card"."""

    name: str
    bank_code: str = ""


@transaction.atomic(savepoint=False)
def make_intent(
    caller: Caller,
    *,
    amount: int,
    method_types: Sequence[str],
    method: Method | None = None,
    customer: Customer | None = None,
    description: str = "",
    statement_descriptor: str = "",
    return_url: str = "",
    private: dict[str, Any] | None = None,
    metadata: dict[str, str] | None = None,
) -> PaymentIntent:
    """Ask for `amount` đồng."""
    public_id = new_id("pi")
    secret = f"{public_id}_{new_id('secret', 25)}"
    payment = open_payment(
        reference=public_id,
        amount=amount,
        return_path=f"/thanh-toan/ve/{secret}",
        channel=Payment.Channel.API,
        is_live=caller.is_live,
    )
    intent = PaymentIntent.objects.create(
        public_id=public_id,
        application=caller.application,
        is_live=caller.is_live,
        made_at=payment.made_at,
        payment=payment,
        status=Status.REQUIRES_CONFIRMATION if method else Status.REQUIRES_PAYMENT_METHOD,
        client_secret=secret,
        customer=customer,
        method=method.name if method else "",
        bank_code=method.bank_code if method else "",
        method_types=list(method_types),
        return_url=return_url,
        description=description,
        statement_descriptor=statement_descriptor,
        private=private_text(private or {}),
        metadata=merged({}, metadata or {}),
    )
    tell(intent, [News("payment_intent.created", intent_shape(intent))])
    return intent


@transaction.atomic(savepoint=False)
def change_intent(
    intent: PaymentIntent,
    *,
    amount: int | None,
    metadata: dict[str, str] | None,
    private: dict[str, Any],
    **changes: Any,
) -> PaymentIntent:
    """Change what is named. Another amount only as long as nobody is about to pay it. Raises Problem."""
    intent = locked(intent.payment_id)
    if amount is not None and amount != intent.payment.amount:
        if intent.status not in _BEFORE_PAYING:
            raise unexpected_state(
                f"This PaymentIntent's amount could not be updated because it has a status of {intent.status}.",
                intent_shape(intent),
            )
        try:
            intent.payment = change_amount(payment=intent.payment, amount=amount)
        except PaymentClosed:
            raise unexpected_state("The payer is about to pay this PaymentIntent.", intent_shape(intent)) from None
    method = changes.pop("method", None)
    if method is not None:
        if intent.status not in _BEFORE_PAYING:
            raise unexpected_state("The payment method can no longer be changed.", intent_shape(intent))
        intent.method, intent.bank_code, intent.status = method.name, method.bank_code, Status.REQUIRES_CONFIRMATION
    for name, value in changes.items():
        setattr(intent, name, value)
    intent.private = private_text(private_of(intent.private) | private)
    if metadata is not None:
        intent.metadata = merged(intent.metadata, metadata)
    intent.save()
    return intent


@transaction.atomic(savepoint=False)
def confirm_intent(
    intent: PaymentIntent,
    *,
    method: Method | None,
    return_url: str,
    address: str,
    ends_at: datetime | None = None,
) -> PaymentIntent:
    """The payer is to be sent to VNPAY: a committed attempt and its signed address. Again while one is open gives the same one, as
    long as it has two minutes left. Raises Problem."""
    intent = locked(intent.payment_id)
    if intent.status not in _BEFORE_PAYING | {Status.REQUIRES_ACTION}:
        raise unexpected_state(
            f"This PaymentIntent could not be confirmed because it has a status of {intent.status}.",
            intent_shape(intent),
        )
    return_url = return_url or intent.return_url
    if not return_url:
        raise Problem(
            "A return_url is required: the payer is sent to VNPAY's page and has to come back.",
            code="parameter_missing",
            param="return_url",
        )
    method = method or Method(intent.method or intent.method_types[0], intent.bank_code)
    if method.name not in intent.method_types:
        raise Problem(
            f"The payment method type {method.name} is not among this PaymentIntent's payment_method_types.",
            code="payment_intent_incompatible_payment_method",
            param="payment_method",
        )
    with in_hand(intent):
        try:
            attempt = begin_attempt(payment=intent.payment, customer_address=address or "127.0.0.1", ends_at=ends_at)
            is_same = attempt.txn_ref in intent.pay_url and (method.name, method.bank_code) == (
                intent.method,
                intent.bank_code,
            )
            if not is_same:
                attempt.payment = intent.payment
                bank = _CARDS if method.name == "card" else method.bank_code
                intent.pay_url = provider.pay_page(attempt, bank)
        except PaymentClosed:
            raise unexpected_state("This PaymentIntent is being paid.", intent_shape(intent)) from None
        except NoTerminal:
            raise no_terminal() from None
        intent.method, intent.bank_code, intent.return_url = method.name, method.bank_code, return_url
        intent.last_error = None
        intent.save(update_fields=["pay_url", "method", "bank_code", "return_url", "last_error"])
    return intent


def no_terminal() -> Problem:
    """Payments of this mode cannot be made on this server."""
    return Problem("Payments in this mode are not set up on this server.", code="testmode_unavailable")


def ask_before_closing(intent: PaymentIntent) -> None:
    """Ask VNPAY about attempts that are open, outside of any transaction: whoever paid a moment ago has paid. VNPAY is not asked about
    the same one again so soon. Without an answer it goes on: money that comes all the same is given back."""
    if intent.status not in _BEFORE_PAYING | {Status.REQUIRES_ACTION}:
        return
    asked = GatewayMessage.objects.filter(
        attempt=OuterRef("pk"), kind=GatewayMessage.Kind.QUERY, at__gt=clock.now() - ASK_AGAIN
    )
    rows = intent.payment.attempts.filter(~Exists(asked), state=PaymentAttempt.State.OPEN)
    for attempt in rows.select_related("payment").order_by("-pk")[:MOST_ASKED]:
        try:
            note_question(attempt=attempt, result=provider.ask(attempt))
        except (OutboundError, NoTerminal):
            continue


@transaction.atomic
def cancel_intent(intent: PaymentIntent, *, reason: str) -> PaymentIntent:
    """No longer ask for money. Raises Problem where it has come, or is being confirmed."""
    intent = locked(intent.payment_id)
    with gathered():
        if not cancel_payment(payment=intent.payment, though_open=True):
            raise unexpected_state(
                f"You cannot cancel this PaymentIntent because it has a status of {intent.status}.",
                intent_shape(intent),
            )
        intent.cancellation_reason, intent.canceled_at = reason, clock.now()
        intent.save(update_fields=["cancellation_reason", "canceled_at"])
    return locked(intent.payment_id)
