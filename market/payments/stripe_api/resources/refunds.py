"""/v1/refunds and /v1/charges"""

from __future__ import annotations

from typing import Literal

from market.payments.stripe_api.actions.refunds import make_refund, note_metadata
from market.payments.stripe_api.models import ApiCharge, ApiRefund, Customer, PaymentIntent
from market.payments.stripe_api.resources.loading import charges, intents, refunds
from market.payments.stripe_api.shapes.intent import charge_shape, intent_shape, refund_shape
from market.payments.stripe_api.transport.caller import Caller
from market.payments.stripe_api.transport.lists import found, page_of
from market.payments.stripe_api.transport.params import Metadata, Name, Nothing, Page, Params, Whole
from market.payments.stripe_api.transport.problems import Problem, missing, unexpected_state
from market.payments.stripe_api.transport.routes import Route, Shape

URL, CHARGES_URL = "/v1/refunds", "/v1/charges"


class Create(Params):
    """POST /v1/refunds"""

    payment_intent: Name | None = None
    charge: Name | None = None
    amount: Whole | None = None
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] | None = None
    metadata: Metadata | None = None


class Change(Params):
    """POST /v1/refunds/{id}"""

    metadata: Metadata | None = None


class ListOf(Page):
    """GET /v1/refunds"""

    payment_intent: Name | None = None
    charge: Name | None = None


class ListOfCharges(Page):
    """GET /v1/charges"""

    payment_intent: Name | None = None
    customer: Name | None = None


def create(caller: Caller, given: Create) -> Shape:
    """Give money back, all of it or a part."""
    charge = _charge(caller, given)
    row = make_refund(
        caller, charge=charge, amount=given.amount, reason=given.reason or "", metadata=given.metadata or {}
    )
    return refund_shape(row)


def _charge(caller: Caller, given: Create) -> ApiCharge:
    if not given.payment_intent and not given.charge:
        raise Problem(
            "One of the following params should be provided for this request: payment_intent or charge.",
            code="parameter_missing",
            param="payment_intent",
        )
    if given.charge:
        charge = charges(caller).filter(public_id=given.charge).first()
        if charge is None:
            raise missing("charge", "charge", given.charge)
        if given.payment_intent and charge.intent.public_id != given.payment_intent:
            raise Problem("The charge does not belong to this PaymentIntent.", param="charge")
        return charge
    wanted = given.payment_intent or ""
    intent = intents(caller).filter(public_id=wanted).first()
    if intent is None:
        raise missing("payment_intent", "payment_intent", wanted)
    if intent.status != PaymentIntent.Status.SUCCEEDED:
        raise unexpected_state(
            f"This PaymentIntent ({intent.public_id}) does not have a successful charge to refund.",
            intent_shape(intent),
        )
    return charges(caller).get(public_id=intent.latest_charge_id)


def retrieve(caller: Caller, given: Nothing, public_id: str) -> Shape:
    """One refund."""
    return refund_shape(_found(caller, public_id))


def change(caller: Caller, given: Change, public_id: str) -> Shape:
    """Its metadata."""
    row = _found(caller, public_id)
    return refund_shape(row if given.metadata is None else note_metadata(row, given.metadata))


def cancel(caller: Caller, given: Nothing, public_id: str) -> Shape:
    """Stripe cancels only those that wait for the payer, which VNPAY has none of."""
    row = _found(caller, public_id)
    raise Problem(f"This refund ({row.public_id}) cannot be canceled.", param="refund", code="refund_not_cancelable")


def list_of(caller: Caller, given: ListOf) -> Shape:
    """The newest first."""
    rows = refunds(caller)
    if given.payment_intent:
        intent = found(caller, PaymentIntent, given.payment_intent, name="payment_intent", param="payment_intent")
        rows = rows.filter(intent=intent)
    if given.charge:
        rows = rows.filter(api_charge=found(caller, ApiCharge, given.charge, name="charge", param="charge"))
    return page_of(caller, rows, given, url=URL, name="refund", shaped=lambda page: [refund_shape(row) for row in page])


def _found(caller: Caller, public_id: str) -> ApiRefund:
    row = refunds(caller).filter(public_id=public_id).first()
    if row is None:
        raise missing("refund", "refund", public_id)
    return row


def retrieve_charge(caller: Caller, given: Nothing, public_id: str) -> Shape:
    """One charge."""
    row = charges(caller).filter(public_id=public_id).first()
    if row is None:
        raise missing("charge", "id", public_id)
    return charge_shape(row)


def list_of_charges(caller: Caller, given: ListOfCharges) -> Shape:
    """The newest first."""
    rows = charges(caller)
    if given.payment_intent:
        intent = found(caller, PaymentIntent, given.payment_intent, name="payment_intent", param="payment_intent")
        rows = rows.filter(intent=intent)
    if given.customer:
        rows = rows.filter(intent__customer=found(caller, Customer, given.customer, name="customer", param="customer"))
    return page_of(
        caller, rows, given, url=CHARGES_URL, name="charge", shaped=lambda page: [charge_shape(row) for row in page]
    )


ROUTES = [
    Route("POST", "refunds", Create, create),
    Route("GET", "refunds", ListOf, list_of),
    Route("GET", "refunds/{id}", Nothing, retrieve),
    Route("POST", "refunds/{id}", Change, change),
    Route("POST", "refunds/{id}/cancel", Nothing, cancel),
    Route("GET", "charges", ListOfCharges, list_of_charges),
    Route("GET", "charges/{id}", Nothing, retrieve_charge),
]
