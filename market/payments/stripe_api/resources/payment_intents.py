"""/v1/payment_intents"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, IPvAnyAddress

from market.payments.stripe_api.actions.intents import (
    Method,
    ask_before_closing,
    cancel_intent,
    change_intent,
    confirm_intent,
    make_intent,
)
from market.payments.stripe_api.models import Customer, PaymentIntent
from market.payments.stripe_api.resources.loading import intents
from market.payments.stripe_api.shapes.basics import METHODS
from market.payments.stripe_api.shapes.intent import intent_shape
from market.payments.stripe_api.transport.caller import Caller
from market.payments.stripe_api.transport.lists import found, own, page_of
from market.payments.stripe_api.transport.params import (
    Address,
    Amount,
    Currency,
    Items,
    Mail,
    Metadata,
    Name,
    Page,
    Params,
    Part,
    Shipping,
    Short,
    Text,
    Truth,
    Whole,
)
from market.payments.stripe_api.transport.problems import Problem, missing, unexpected_state
from market.payments.stripe_api.transport.routes import Route, Shape

URL = "/v1/payment_intents"
Kind = Literal["vnpay", "card"]


def _plain(value: Any) -> Any:
    """Addresses with a zone ("fe80::1%eth0") mean something on one machine only."""
    return "" if "%" in str(value) else value


class VnpayOptions(Part):
    """Our extension: which of VNPAY's ways, and the payer's address where the program knows it."""

    bank_code: Literal["VNPAYQR", "VNBANK", "INTCARD"] | None = None
    ip_address: Annotated[IPvAnyAddress, BeforeValidator(_plain)] | None = None


class CardOptions(Part):
    """What is asked of cards changes nothing: VNPAY's page decides."""

    request_three_d_secure: Short | None = None


class Options(Part):
    """payment_method_options"""

    vnpay: VnpayOptions | None = None
    card: CardOptions | None = None


class MethodData(Part):
    """payment_method_data"""

    type: Kind


class Automatic(Part):
    """automatic_payment_methods"""

    enabled: Truth
    allow_redirects: Literal["always", "never"] = "always"


class _Paying(Params):
    """How a payer is to pay, in several requests alike."""

    refused: ClassVar = {
        "setup_future_usage": "Saving a payment method for later is not possible with VNPAY.",
        "off_session": "Payments without the payer present are not possible with VNPAY.",
        "mandate": "Mandates are not possible with VNPAY.",
        "mandate_data": "Mandates are not possible with VNPAY.",
        "confirmation_token": "Confirmation tokens are not supported.",
    }
    ignored: ClassVar = frozenset(
        {"use_stripe_sdk", "radar_options", "statement_descriptor_suffix", "error_on_requires_action"}
    )

    payment_method: Name | None = None
    payment_method_data: MethodData | None = None
    payment_method_options: Options | None = None
    return_url: Address = ""

    def method(self) -> Method | None:
        """The way to pay that this request names. Raises Problem."""
        name = ""
        if self.payment_method is not None:
            if self.payment_method not in METHODS:
                raise Problem(
                    f"No such PaymentMethod: '{self.payment_method[:60]}'; VNPAY saves no payment methods: use "
                    f"{' or '.join(METHODS)}, or payment_method_data[type].",
                    code="resource_missing",
                    param="payment_method",
                )
            name = METHODS[self.payment_method]
        if self.payment_method_data is not None:
            if name:
                raise Problem("Give payment_method or payment_method_data, not both.", param="payment_method_data")
            name = self.payment_method_data.type
        return Method(name, self.bank_code()) if name else None

    def bank_code(self) -> str:
        """VNPAY's code of the bank or network, or ""."""
        vnpay = self.payment_method_options.vnpay if self.payment_method_options else None
        return (vnpay.bank_code or "") if vnpay else ""

    def address(self, caller: Caller) -> str:
        """The payer's address as far as it is known: VNPAY wants one."""
        vnpay = self.payment_method_options.vnpay if self.payment_method_options else None
        return str(vnpay.ip_address) if vnpay and vnpay.ip_address else caller.address


class _Facts(_Paying):
    """What a payment carries along."""

    customer: Short | None = None
    description: Text | None = None
    metadata: Metadata | None = None
    receipt_email: Mail | None = None
    shipping: Shipping | Literal[""] | None = None
    statement_descriptor: Short | None = None

    def private(self) -> dict[str, Any]:
        """What is kept encrypted, as far as it was named."""
        values: dict[str, Any] = {}
        if self.receipt_email is not None:
            values["receipt_email"] = self.receipt_email
        if self.shipping is not None:
            values["shipping"] = None if self.shipping == "" else self.shipping.model_dump()
        return values

    def descriptor(self) -> str | None:
        """Raises Problem."""
        if self.statement_descriptor and len(self.statement_descriptor) > 22:
            raise Problem("The statement descriptor can have up to 22 characters.", param="statement_descriptor")
        return self.statement_descriptor


class Create(_Facts):
    """POST /v1/payment_intents"""

    amount: Amount
    currency: Currency
    confirm: Truth = False
    payment_method_types: Annotated[list[Kind], Items] | None = None
    automatic_payment_methods: Automatic | None = None
    capture_method: Literal["automatic", "automatic_async", "manual"] = "automatic"
    confirmation_method: Literal["automatic", "manual"] = "automatic"

    def types(self) -> list[str]:
        """Raises Problem."""
        if self.payment_method_types is None:
            return ["vnpay", "card"] if self.automatic_payment_methods else ["vnpay"]
        if not self.payment_method_types or len(set(self.payment_method_types)) != len(self.payment_method_types):
            raise Problem(
                "payment_method_types must name at least one type, each once.",
                param="payment_method_types",
                code="parameter_invalid_empty",
            )
        return list(self.payment_method_types)


class Change(_Facts):
    """POST /v1/payment_intents/{id}"""

    amount: Amount | None = None
    currency: Currency | None = None


class Confirm(_Paying):
    """POST /v1/payment_intents/{id}/confirm"""

    receipt_email: Mail | None = None


class Cancel(Params):
    """POST /v1/payment_intents/{id}/cancel"""

    cancellation_reason: Literal["duplicate", "fraudulent", "requested_by_customer", "abandoned"] | None = None


class Capture(Params):
    """POST /v1/payment_intents/{id}/capture"""

    amount_to_capture: Whole | None = None
    metadata: Metadata | None = None


class Retrieve(Params):
    """GET /v1/payment_intents/{id}"""

    client_secret: Short | None = None


class ListOf(Page):
    """GET /v1/payment_intents"""

    customer: Name | None = None


def create(caller: Caller, given: Create) -> Shape:
    """A payment to be made; with `confirm` the payer can be sent off at once."""
    if given.capture_method == "manual":
        raise Problem(
            "VNPAY takes money at once: capture_method=manual is not possible.",
            code="payment_intent_incompatible_payment_method",
            param="capture_method",
        )
    if given.confirmation_method == "manual":
        raise Problem("confirmation_method=manual is not supported.", param="confirmation_method")
    method, types = given.method(), given.types()
    if method is not None and method.name not in types:
        if given.payment_method_types is not None:
            raise Problem(
                f"The payment method type {method.name} is not among payment_method_types.",
                code="payment_intent_incompatible_payment_method",
                param="payment_method_types",
            )
        types = [method.name]
    if given.return_url and not given.confirm:
        raise Problem("return_url can only be given together with confirm=true.", param="return_url")
    intent = make_intent(
        caller,
        amount=given.amount,
        method_types=types,
        method=method,
        customer=_customer(caller, given.customer),
        description=given.description or "",
        statement_descriptor=given.descriptor() or "",
        private=given.private(),
        metadata=given.metadata,
    )
    if given.confirm:
        method = method or Method(types[0], given.bank_code())
        address = given.address(caller)
        intent = confirm_intent(intent, method=method, return_url=given.return_url, address=address)
    return intent_shape(intent)


def retrieve(caller: Caller, given: Retrieve, public_id: str) -> Shape:
    """One payment."""
    row = intents(caller).filter(public_id=public_id).first()
    if row is None:
        raise missing("payment_intent", "intent", public_id)
    if given.client_secret is not None and given.client_secret != row.client_secret:
        raise Problem("The client_secret provided does not match this PaymentIntent.", param="client_secret")
    return intent_shape(row)


def change(caller: Caller, given: Change, public_id: str) -> Shape:
    """Another amount, other facts."""
    intent = _found(caller, public_id)
    if given.amount is not None and given.amount != intent.payment.amount and hasattr(intent, "session"):
        raise Problem("The amount of a PaymentIntent created by Checkout is the sum of its lines.", param="amount")
    changes: dict[str, Any] = {}
    if given.description is not None:
        changes["description"] = given.description
    if given.descriptor() is not None:
        changes["statement_descriptor"] = given.descriptor()
    if given.customer is not None:
        changes["customer"] = _customer(caller, given.customer)
    method = given.method()
    if method is not None:
        if method.name not in intent.method_types:
            raise Problem(
                f"The payment method type {method.name} is not among this PaymentIntent's payment_method_types.",
                code="payment_intent_incompatible_payment_method",
                param="payment_method",
            )
        changes["method"] = method
    changed = change_intent(intent, amount=given.amount, metadata=given.metadata, private=given.private(), **changes)
    return intent_shape(changed)


def confirm(caller: Caller, given: Confirm, public_id: str) -> Shape:
    """The payer can be sent to VNPAY."""
    # Read in full, and locked, by the action.
    intent = _found(caller, public_id, only=("payment_id", "method", "method_types", "bank_code"))
    method = given.method()
    if method is None and given.bank_code():
        method = Method(intent.method or intent.method_types[0], given.bank_code())
    if given.receipt_email is not None:
        intent = change_intent(intent, amount=None, metadata=None, private={"receipt_email": given.receipt_email})
    address = given.address(caller)
    return intent_shape(confirm_intent(intent, method=method, return_url=given.return_url, address=address))


def ask_first(caller: Caller, given: Cancel, public_id: str) -> None:
    """Whoever paid a moment ago has paid; a session's payment is not canceled here anyway."""
    intent = _found(caller, public_id)
    if not hasattr(intent, "session"):
        ask_before_closing(intent)


def cancel(caller: Caller, given: Cancel, public_id: str) -> Shape:
    """Money is no longer asked for."""
    intent = _found(caller, public_id)
    if hasattr(intent, "session") and intent.session.status == "open":
        raise unexpected_state(
            "You cannot cancel a PaymentIntent created by Checkout; expire its Checkout Session.", intent_shape(intent)
        )
    return intent_shape(cancel_intent(intent, reason=given.cancellation_reason or ""))


def capture(caller: Caller, given: Capture, public_id: str) -> Shape:
    """VNPAY takes money at once, so nothing is ever to be captured."""
    intent = _found(caller, public_id)
    raise unexpected_state(
        f"This PaymentIntent could not be captured because it has a status of {intent.status}. Only a PaymentIntent with one of "
        "the following statuses may be captured: requires_capture.",
        intent_shape(intent),
    )


def list_of(caller: Caller, given: ListOf) -> Shape:
    """The newest first."""
    rows = intents(caller)
    if given.customer is not None:
        rows = rows.filter(customer=found(caller, Customer, given.customer, name="customer", param="customer"))
    return page_of(
        caller, rows, given, url=URL, name="payment_intent", shaped=lambda page: [intent_shape(row) for row in page]
    )


def _found(caller: Caller, public_id: str, only: tuple[str, ...] = ()) -> PaymentIntent:
    rows = own(caller, PaymentIntent).only(*only) if only else intents(caller).select_related("session")
    row = rows.filter(public_id=public_id).first()
    if row is None:
        raise missing("payment_intent", "intent", public_id)
    return row


def _customer(caller: Caller, public_id: str | None) -> Customer | None:
    if not public_id:
        return None
    customer = found(caller, Customer, public_id, name="customer", param="customer")
    if customer.deleted_at is not None:
        raise missing("customer", "customer", public_id)
    return customer


ROUTES = [
    Route("POST", "payment_intents", Create, create),
    Route("GET", "payment_intents", ListOf, list_of),
    Route("GET", "payment_intents/{id}", Retrieve, retrieve),
    Route("POST", "payment_intents/{id}", Change, change),
    Route("POST", "payment_intents/{id}/confirm", Confirm, confirm),
    Route("POST", "payment_intents/{id}/cancel", Cancel, cancel, first=ask_first),
    Route("POST", "payment_intents/{id}/capture", Capture, capture),
]
