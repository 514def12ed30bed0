"""/v1/customers"""

from __future__ import annotations

from typing import Any, Literal

from market.payments.stripe_api.actions.customers import PRIVATE, change_customer, delete_customer, make_customer
from market.payments.stripe_api.models import Customer
from market.payments.stripe_api.shapes.customer import customer_shape, deleted_shape
from market.payments.stripe_api.transport.caller import Caller
from market.payments.stripe_api.transport.lists import found, own, page_of
from market.payments.stripe_api.transport.params import (
    Mail,
    Metadata,
    Nothing,
    Page,
    Params,
    PostalAddress,
    Shipping,
    Short,
    Text,
)
from market.payments.stripe_api.transport.problems import missing
from market.payments.stripe_api.transport.routes import Route, Shape

URL = "/v1/customers"


class Facts(Params):
    """POST /v1/customers and /v1/customers/{id}"""

    email: Mail | None = None
    name: Short | None = None
    phone: Short | None = None
    address: PostalAddress | Literal[""] | None = None
    shipping: Shipping | Literal[""] | None = None
    description: Text | None = None
    metadata: Metadata | None = None

    def private(self) -> dict[str, Any]:
        """What is kept encrypted, as far as it was named."""
        named = {name: getattr(self, name) for name in PRIVATE if self.has(name)}
        return {name: value.model_dump() if hasattr(value, "model_dump") else value for name, value in named.items()}


class ListOf(Page):
    """GET /v1/customers"""

    email: Mail | None = None


def create(caller: Caller, given: Facts) -> Shape:
    """Somebody a program sells to."""
    customer = make_customer(caller, email=given.email or "", private=given.private(), metadata=given.metadata or {})
    return customer_shape(customer)


def retrieve(caller: Caller, given: Nothing, public_id: str) -> Shape:
    """One of them; a deleted one says so."""
    return customer_shape(found(caller, Customer, public_id, name="customer"))


def change(caller: Caller, given: Facts, public_id: str) -> Shape:
    """What is named."""
    customer = _living(caller, public_id)
    return customer_shape(
        change_customer(customer, email=given.email, private=given.private(), metadata=given.metadata)
    )


def delete(caller: Caller, given: Nothing, public_id: str) -> Shape:
    """For good."""
    delete_customer(_living(caller, public_id))
    return deleted_shape(public_id, "customer")


def list_of(caller: Caller, given: ListOf) -> Shape:
    """The newest first."""
    rows = own(caller, Customer).filter(deleted_at=None)
    if given.email is not None:
        rows = rows.filter(email_index__of=given.email) if given.email else rows.none()
    return page_of(
        caller, rows, given, url=URL, name="customer", shaped=lambda page: [customer_shape(row) for row in page]
    )


def _living(caller: Caller, public_id: str) -> Customer:
    customer = found(caller, Customer, public_id, name="customer", lock=True)
    if customer.deleted_at is not None:
        raise missing("customer", "id", public_id)
    return customer


ROUTES = [
    Route("POST", "customers", Facts, create),
    Route("GET", "customers", ListOf, list_of),
    Route("GET", "customers/{id}", Nothing, retrieve),
    Route("POST", "customers/{id}", Facts, change),
    Route("DELETE", "customers/{id}", Nothing, delete),
]
