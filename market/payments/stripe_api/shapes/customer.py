"""customer."""

from __future__ import annotations

from market.payments.stripe_api.models import Customer
from market.payments.stripe_api.shapes.basics import Shape, private_of, unix


def customer_shape(customer: Customer) -> Shape:
    """Of a row. What stands for nothing here (balances, invoices) is as of a new customer of Stripe's."""
    if customer.deleted_at is not None:
        return deleted_shape(customer.public_id, "customer")
    private = private_of(customer.private)
    return {
        "id": customer.public_id,
        "object": "customer",
        "address": private.get("address"),
        "balance": 0,
        "created": unix(customer.made_at),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": private.get("description"),
        "discount": None,
        "email": customer.email or None,
        "livemode": customer.is_live,
        "metadata": customer.metadata,
        "name": private.get("name"),
        "phone": private.get("phone"),
        "preferred_locales": [],
        "shipping": private.get("shipping"),
        "tax_exempt": "none",
        "test_clock": None,
    }


def deleted_shape(public_id: str, name: str) -> Shape:
    """What is left of a deleted object."""
    return {"id": public_id, "object": name, "deleted": True}
