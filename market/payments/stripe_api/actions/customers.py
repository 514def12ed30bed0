"""Customers of a program."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction

from core.kit import clock
from market.payments.stripe_api.actions.news import News, tell
from market.payments.stripe_api.ids import new_id
from market.payments.stripe_api.models import ApiEvent, Customer, PaymentIntent
from market.payments.stripe_api.shapes.basics import private_of, private_text
from market.payments.stripe_api.shapes.customer import customer_shape
from market.payments.stripe_api.transport.answers import written
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
    before = customer_shape(customer)
    if email is not None:
        customer.email = email
    customer.private = private_text(private_of(customer.private) | private)
    if metadata is not None:
        customer.metadata = merged(customer.metadata, metadata)
    customer.save(update_fields=["email", "email_index", "private", "metadata"])
    after = customer_shape(customer)
    previous = {name: value for name, value in before.items() if after[name] != value}
    tell(customer, [News("customer.updated", after, previous)])
    return customer


@transaction.atomic(savepoint=False)
def delete_customer(customer: Customer) -> None:
    """Nothing of the person stays in the row, nor in events about it, nor the e-mail where payments took it from there; the number does,
    for payments name it. Events of payments are forgotten with their time. The caller holds the row."""
    email = customer.email
    customer.email, customer.private, customer.metadata = "", "", {}
    customer.deleted_at = clock.now()
    customer.save(update_fields=["email", "email_index", "private", "metadata", "deleted_at"])
    gone = customer_shape(customer)
    for event in ApiEvent.objects.filter(object_id=customer.public_id, application_id=customer.application_id):
        told = json.loads(event.body)
        event.body = written(told | {"data": {"object": gone}})
        event.save(update_fields=["body"])
    if email:
        _forget_mail(customer, email)
    tell(customer, [News("customer.deleted", gone)])


def _forget_mail(customer: Customer, email: str) -> None:
    for intent in PaymentIntent.objects.filter(customer=customer).select_related("session").iterator():
        private = private_of(intent.private)
        if private.pop("receipt_email", "") == email:
            intent.private = private_text(private)
            intent.save(update_fields=["private"])
        session = getattr(intent, "session", None)
        if session is not None and session.customer_email == email:
            session.customer_email = ""
            session.save(update_fields=["customer_email"])
