"""/v1/checkout/sessions"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from market.payments.stripe_api.actions.intents import ask_before_closing
from market.payments.stripe_api.actions.sessions import expire_session, make_session
from market.payments.stripe_api.models import CheckoutSession, Customer, PaymentIntent
from market.payments.stripe_api.resources.loading import sessions
from market.payments.stripe_api.shapes.session import line_shape, lines_url, session_shape
from market.payments.stripe_api.transport.caller import Caller
from market.payments.stripe_api.transport.lists import found, page_of
from market.payments.stripe_api.transport.params import (
    LARGEST_AMOUNT,
    SMALLEST_AMOUNT,
    Address,
    Currency,
    Items,
    Mail,
    Metadata,
    Moment,
    Name,
    Names,
    Nothing,
    Page,
    Params,
    Part,
    RequiredAddress,
    Short,
    Text,
    Whole,
)
from market.payments.stripe_api.transport.problems import Problem, missing
from market.payments.stripe_api.transport.routes import Route, Shape

URL = "/v1/checkout/sessions"
MOST_LINES = 100


class Product(Part):
    """line_items[][price_data][product_data]"""

    name: Name
    description: Text | None = None
    images: Names | None = None
    metadata: Metadata | None = None


class Price(Part):
    """line_items[][price_data]"""

    currency: Currency
    unit_amount: Whole
    product_data: Product


class Line(Part):
    """line_items[]"""

    price_data: Price
    quantity: Whole = 1


class IntentData(Part):
    """payment_intent_data"""

    description: Text | None = None
    metadata: Metadata | None = None
    capture_method: Literal["automatic", "automatic_async", "manual"] = "automatic"
    receipt_email: Mail | None = None


class Create(Params):
    """POST /v1/checkout/sessions"""

    refused: ClassVar = {
        "setup_intent_data": "Saving a payment method for later is not possible with VNPAY.",
        "subscription_data": "Subscriptions are not possible with VNPAY.",
        "discounts": "Discounts are not supported.",
        "shipping_options": "Shipping options are not supported: add a line for shipping.",
        "automatic_tax": "Automatic tax is not supported.",
    }
    ignored: ClassVar = frozenset(
        {
            "customer_creation",
            "submit_type",
            "billing_address_collection",
            "payment_method_collection",
            "allow_promotion_codes",
        }
    )

    mode: Literal["payment", "setup", "subscription"]
    success_url: RequiredAddress
    cancel_url: Address = ""
    line_items: Annotated[list[Line], Items]
    customer: Short | None = None
    customer_email: Mail = ""
    client_reference_id: Short = ""
    metadata: Metadata | None = None
    payment_intent_data: IntentData | None = None
    payment_method_types: Annotated[list[Literal["vnpay", "card"]], Items] | None = None
    expires_at: Moment | None = None
    locale: Short = ""
    currency: Currency | None = None


class ListOf(Page):
    """GET /v1/checkout/sessions"""

    payment_intent: Name | None = None
    customer: Name | None = None
    status: Literal["open", "complete", "expired"] | None = None


class ListOfLines(Page):
    """GET /v1/checkout/sessions/{id}/line_items"""


def create(caller: Caller, given: Create) -> Shape:
    """A page of ours for these lines."""
    if given.mode != "payment":
        raise Problem(f"mode={given.mode} is not possible with VNPAY: only payment.", param="mode")
    data = given.payment_intent_data or IntentData()
    if data.capture_method == "manual":
        raise Problem(
            "VNPAY takes money at once: capture_method=manual is not possible.",
            code="payment_intent_incompatible_payment_method",
            param="payment_intent_data[capture_method]",
        )
    customer = None
    if given.customer:
        customer = found(caller, Customer, given.customer, name="customer", param="customer")
        if customer.deleted_at is not None:
            raise missing("customer", "customer", given.customer)
    session = make_session(
        caller,
        lines=_lines(given.line_items),
        success_url=given.success_url,
        cancel_url=given.cancel_url,
        method_types=given.payment_method_types or ["vnpay"],
        customer=customer,
        customer_email=given.customer_email or (customer.email if customer else ""),
        client_reference_id=given.client_reference_id,
        metadata=given.metadata or {},
        intent_metadata=data.metadata or {},
        description=data.description or "",
        receipt_email=data.receipt_email or "",
        locale=_locale(given.locale),
        expires_at=given.expires_at,
    )
    return session_shape(session)


def _lines(items: list[Line]) -> list[dict[str, Any]]:
    if not 1 <= len(items) <= MOST_LINES:
        raise Problem(
            f"line_items must have 1 to {MOST_LINES} entries.", param="line_items", code="parameter_invalid_empty"
        )
    total = 0
    for place, item in enumerate(items):
        if not 1 <= item.quantity <= 999_999:
            raise Problem("Invalid quantity.", param=f"line_items[{place}][quantity]", code="parameter_invalid_integer")
        total += item.quantity * item.price_data.unit_amount
    if total < SMALLEST_AMOUNT:
        raise Problem(f"The total must be at least {SMALLEST_AMOUNT} vnd.", param="line_items", code="amount_too_small")
    if total > LARGEST_AMOUNT:
        raise Problem(
            f"The total must be no more than {LARGEST_AMOUNT} vnd.", param="line_items", code="amount_too_large"
        )
    return [
        {
            "name": item.price_data.product_data.name,
            "description": item.price_data.product_data.description or "",
            "quantity": item.quantity,
            "unit_amount": item.price_data.unit_amount,
        }
        for item in items
    ]


def _locale(written: str) -> str:
    if written not in {"", "auto", "vi", "en"}:
        raise Problem("Invalid locale: must be one of auto, vi, en.", param="locale")
    return written


def retrieve(caller: Caller, given: Nothing, public_id: str) -> Shape:
    """One session."""
    return session_shape(_found(caller, public_id))


def list_of(caller: Caller, given: ListOf) -> Shape:
    """The newest first."""
    rows = sessions(caller)
    if given.payment_intent:
        intent = found(caller, PaymentIntent, given.payment_intent, name="payment_intent", param="payment_intent")
        rows = rows.filter(intent=intent)
    if given.customer:
        rows = rows.filter(intent__customer=found(caller, Customer, given.customer, name="customer", param="customer"))
    if given.status:
        rows = rows.filter(status=given.status)
    return page_of(
        caller, rows, given, url=URL, name="checkout.session", shaped=lambda page: [session_shape(row) for row in page]
    )


def lines_of(caller: Caller, given: ListOfLines, public_id: str) -> Shape:
    """Its lines, as they were given."""
    session = _found(caller, public_id)
    if not 1 <= given.limit <= 100:
        raise Problem("Invalid limit: between 1 and 100.", param="limit", code="parameter_invalid_integer")
    ids = [line["id"] for line in session.lines]
    for param in ("starting_after", "ending_before"):
        place = getattr(given, param)
        if place is not None and place not in ids:
            raise Problem(f"No such item: '{place[:80]}'", code="resource_missing", param=param)
    lines = session.lines
    if given.starting_after:
        lines = lines[ids.index(given.starting_after) + 1 :]
    elif given.ending_before:
        lines = lines[max(0, ids.index(given.ending_before) - given.limit) : ids.index(given.ending_before)]
    shown = lines[: given.limit]
    more = len(lines) > len(shown)
    if given.ending_before:
        more = ids.index(given.ending_before) > given.limit
    return {
        "object": "list",
        "url": lines_url(session.public_id),
        "has_more": more,
        "data": [line_shape(line, session) for line in shown],
    }


def ask_first(caller: Caller, given: Nothing, public_id: str) -> None:
    """Whoever paid a moment ago has paid."""
    ask_before_closing(_found(caller, public_id).intent)


def expire(caller: Caller, given: Nothing, public_id: str) -> Shape:
    """Close the page now."""
    expire_session(_found(caller, public_id))
    return session_shape(_found(caller, public_id))


def _found(caller: Caller, public_id: str) -> CheckoutSession:
    row = sessions(caller).filter(public_id=public_id).first()
    if row is None:
        raise missing("checkout.session", "session", public_id)
    return row


ROUTES = [
    Route("POST", "checkout/sessions", Create, create),
    Route("GET", "checkout/sessions", ListOf, list_of),
    Route("GET", "checkout/sessions/{id}", Nothing, retrieve),
    Route("GET", "checkout/sessions/{id}/line_items", ListOfLines, lines_of),
    Route("POST", "checkout/sessions/{id}/expire", Nothing, expire, first=ask_first),
]
