"""Customers of a program."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from core.kit import clock
from market.payments.stripe_api.actions.news import News, tell
from market.payments.stripe_api.ids import new_id
from market.payments.stripe_api.models import Customer
from market.payments.stripe_api.shapes.basics import private_of, private_text
from market.payments.stripe_api.shapes.customer import customer_shape
from market.payments.stripe_api.transport.caller import Caller
from market.payments.stripe_api.transport.params import merged

PRIVATE = ("name", "phone", "address", "shipping", "description")


@transaction.atomic(savepoint=False)
def make_customer(caller: Caller, *, email: str, private: dict[str, Any], metadata: dict[str, str]) -> Customer:
    """A new one; what names a person is kept encrypted."""
    customer = Customer.objects.create(
        public_id=new_id("cus", 14),
        application=caller.application,
        is_live=caller.is_live,
        made_at=clock.now(),
        email=email,
        private=private_text(private),
        metadata=merged({}, metadata),
    )
    tell(customer, [News("customer.created", customer_shape(customer))])
    return customer


@transaction.atomic(savepoint=False)
def change_customer(
    customer: Customer, *, email: str | None, private: dict[str, Any], metadata: dict[str, str] | None
) -> Customer:
    """Change what is named; None and names that are missing stay. The caller holds the row."""
    if email is not None:
        customer.email = email
    customer.private = private_text(private_of(customer.private) | private)
    if metadata is not None:
        customer.metadata = merged(customer.metadata, metadata)
    customer.save(update_fields=["email", "email_index", "private", "metadata"])
    tell(customer, [News("customer.updated", customer_shape(customer))])
    return customer


@transaction.atomic(savepoint=False)
def delete_customer(customer: Customer) -> None:
    """Nothing of the person stays; the number does, for payments name it. The caller holds the row."""
    tell(customer, [News("customer.deleted", customer_shape(customer))])
    customer.email, customer.private, customer.metadata = "", "", {}
    customer.deleted_at = clock.now()
    customer.save(update_fields=["email", "email_index", "private", "metadata", "deleted_at"])
