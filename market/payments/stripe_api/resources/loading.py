"""Objects of a caller by their ids, each kind with one query."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from market.payments.stripe_api.models import ApiCharge, ApiRefund, CheckoutSession, Customer, PaymentIntent
from market.payments.stripe_api.shapes.basics import method_shape
from market.payments.stripe_api.shapes.customer import customer_shape
from market.payments.stripe_api.shapes.intent import charge_shape, intent_shape
from market.payments.stripe_api.shapes.session import line_shape, lines_url
from market.payments.stripe_api.transport.caller import Caller
from market.payments.stripe_api.transport.lists import own

Shapes = dict[str, dict[str, Any]]


def intents(caller: Caller) -> QuerySet[PaymentIntent]:
    """The caller's, with what an answer tells of them."""
    return own(caller, PaymentIntent).select_related("payment", "customer")


def charges(caller: Caller) -> QuerySet[ApiCharge]:
    """The caller's, with what an answer tells of them."""
    return own(caller, ApiCharge).select_related("attempt__charge", "intent__customer")


def refunds(caller: Caller) -> QuerySet[ApiRefund]:
    """The caller's, with what an answer tells of them."""
    return own(caller, ApiRefund).select_related("refund", "api_charge", "intent")


def sessions(caller: Caller) -> QuerySet[CheckoutSession]:
    """The caller's, with what an answer tells of them."""
    return own(caller, CheckoutSession).select_related("intent__payment", "intent__customer")


def intents_by_id(caller: Caller, ids: Collection[str]) -> Shapes:
    """payment_intent objects."""
    return {row.public_id: intent_shape(row) for row in intents(caller).filter(public_id__in=ids)}


def charges_by_id(caller: Caller, ids: Collection[str]) -> Shapes:
    """charge objects."""
    return {row.public_id: charge_shape(row) for row in charges(caller).filter(public_id__in=ids)}


def customers_by_id(caller: Caller, ids: Collection[str]) -> Shapes:
    """customer objects; deleted ones say that they are."""
    return {row.public_id: customer_shape(row) for row in own(caller, Customer).filter(public_id__in=ids)}


def methods_by_id(caller: Caller, ids: Collection[str]) -> Shapes:
    """The ways to pay: there is nothing to look up."""
    return {each: shape for each in ids if (shape := method_shape(each)) is not None}


def lines_by_session(caller: Caller, ids: Collection[str]) -> Shapes:
    """The lines of sessions, as lists."""
    return {row.public_id: lines_shape(row) for row in own(caller, CheckoutSession).filter(public_id__in=ids)}


def lines_shape(session: CheckoutSession) -> dict[str, Any]:
    """The first lines of a session, as Stripe includes them."""
    shown = session.lines[:10]
    return {
        "object": "list",
        "data": [line_shape(line, session) for line in shown],
        "has_more": len(session.lines) > len(shown),
        "url": lines_url(session.public_id),
    }
