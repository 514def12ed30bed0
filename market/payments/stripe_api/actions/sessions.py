"""Checkout sessions: a page of ours with lines to pay for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from core.kit import clock
from market.payments.models import PaymentAttempt
from market.payments.stripe_api.actions.following import locked
from market.payments.stripe_api.actions.intents import cancel_intent, make_intent
from market.payments.stripe_api.ids import new_id
from market.payments.stripe_api.models import CheckoutSession, Customer, PaymentIntent
from market.payments.stripe_api.transport.caller import Caller
from market.payments.stripe_api.transport.params import merged
from market.payments.stripe_api.transport.problems import Problem

LONGEST, SHORTEST = timedelta(hours=24), timedelta(minutes=30)


@transaction.atomic(savepoint=False)
def make_session(
    caller: Caller,
    *,
    lines: Sequence[dict[str, Any]],
    success_url: str,
    cancel_url: str,
    method_types: Sequence[str],
    customer: Customer | None,
    customer_email: str,
    client_reference_id: str,
    metadata: dict[str, str],
    intent_metadata: dict[str, str],
    receipt_email: str,
    description: str,
    locale: str,
    expires_at: datetime | None,
) -> CheckoutSession:
    """A page for these lines ({"name", "description", "quantity", "unit_amount"}), open for a day unless `expires_at` says less.
    Raises Problem."""
    now = clock.now()
    # A client whose clock is a little off may ask for exactly thirty minutes.
    if expires_at is not None and not now + SHORTEST - timedelta(seconds=30) <= expires_at <= now + LONGEST + timedelta(
        seconds=30
    ):
        raise Problem(
            "expires_at must be between 30 minutes and 24 hours from now.",
            param="expires_at",
            code="parameter_invalid_value",
        )
    public_id = new_id("cs_live" if caller.is_live else "cs_test", 58)
    page = f"{success_url}".replace("{CHECKOUT_SESSION_ID}", public_id)
    intent = make_intent(
        caller,
        amount=sum(line["quantity"] * line["unit_amount"] for line in lines),
        method_types=method_types,
        customer=customer,
        description=description,
        return_url=page,
        private={"receipt_email": receipt_email or customer_email},
        metadata=intent_metadata,
    )
    return CheckoutSession.objects.create(
        public_id=public_id,
        application=caller.application,
        is_live=caller.is_live,
        made_at=intent.made_at,
        intent=intent,
        lines=[line | {"id": new_id("li")} for line in lines],
        success_url=success_url,
        cancel_url=cancel_url,
        client_reference_id=client_reference_id,
        customer_email=customer_email,
        locale=locale,
        metadata=merged({}, metadata),
        expires_at=expires_at or now + LONGEST,
    )


@transaction.atomic
def expire_session(session: CheckoutSession) -> None:
    """Close the page; its payment is canceled with it. Raises Problem where it is not open, or is being paid."""
    locked(session.intent.payment_id)  # first, as everywhere: whoever takes the money in comes to the session last
    session = CheckoutSession.objects.select_for_update(of=("self",)).select_related("intent").get(pk=session.pk)
    if session.status != CheckoutSession.Status.OPEN:
        raise Problem(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of {session.status}.',
            param="session",
        )
    cancel_intent(session.intent, reason="")


def expire_old_sessions() -> int:
    """The periodic job: close pages whose time is over; one on which somebody is at VNPAY's page waits for the end of that."""
    late = CheckoutSession.objects.filter(
        status=CheckoutSession.Status.OPEN, expires_at__lte=clock.now(), intent__payment__state="waiting"
    ).exclude(intent__payment__attempts__state=PaymentAttempt.State.OPEN)
    done = 0
    for session in late.select_related("intent").order_by("expires_at")[:100]:
        try:
            expire_session(session)
        except Problem:  # paid in this instant
            continue
        done += 1
    return done


def is_payable(session: CheckoutSession) -> bool:
    """Whether its page can still be used."""
    waiting = {
        PaymentIntent.Status.REQUIRES_PAYMENT_METHOD,
        PaymentIntent.Status.REQUIRES_CONFIRMATION,
        PaymentIntent.Status.REQUIRES_ACTION,
    }
    is_open = session.status == CheckoutSession.Status.OPEN and clock.now() < session.expires_at
    return is_open and session.application.closed_at is None and session.intent.status in waiting
