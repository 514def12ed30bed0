"""checkout.session and its lines."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from market.payments.stripe_api.models import CheckoutSession, PaymentIntent
from market.payments.stripe_api.shapes.basics import CURRENCY, Shape, unix


def session_shape(session: CheckoutSession) -> Shape:
    """Of a row with its intent, the intent's payment and customer."""
    intent = session.intent
    total = intent.payment.amount
    paid = intent.status == PaymentIntent.Status.SUCCEEDED
    is_open = session.status == CheckoutSession.Status.OPEN
    email = session.customer_email or None
    return {
        "id": session.public_id,
        "object": "checkout.session",
        "after_expiration": None,
        "allow_promotion_codes": None,
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "status": None},
        "billing_address_collection": None,
        "cancel_url": session.cancel_url or None,
        "client_reference_id": session.client_reference_id or None,
        "consent": None,
        "consent_collection": None,
        "created": unix(session.made_at),
        "currency": CURRENCY,
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": {"shipping_address": None, "submit": None, "terms_of_service_acceptance": None},
        "customer": intent.customer.public_id if intent.customer else None,
        "customer_creation": "if_required",
        "customer_details": {
            "address": None,
            "email": email,
            "name": None,
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        }
        if email
        else None,
        "customer_email": email,
        "expires_at": unix(session.expires_at),
        "invoice": None,
        "invoice_creation": None,
        "livemode": session.is_live,
        "locale": session.locale or None,
        "metadata": session.metadata,
        "mode": "payment",
        "payment_intent": intent.public_id,
        "payment_link": None,
        "payment_method_collection": "if_required",
        "payment_method_options": {},
        "payment_method_types": intent.method_types,
        "payment_status": "paid" if paid else "unpaid",
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_details": None,
        "shipping_options": [],
        "status": session.status,
        "submit_type": None,
        "subscription": None,
        "success_url": session.success_url,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "url": page_address(session) if is_open else None,
    }


def page_address(session: CheckoutSession) -> str:
    """Where the payer pays."""
    return f"{settings.BASE_URL}{reverse('checkout_session', args=[session.public_id])}"


def lines_url(session_id: str) -> str:
    """Where its lines are listed."""
    return f"/v1/checkout/sessions/{session_id}/line_items"


def line_shape(line: Shape, session: CheckoutSession) -> Shape:
    """One line as Stripe's item."""
    amount = line["unit_amount"] * line["quantity"]
    return {
        "id": line["id"],
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": CURRENCY,
        "description": line["name"],
        "price": _price(line, session),
        "quantity": line["quantity"],
    }


def _price(line: Shape, session: CheckoutSession) -> Shape:
    suffix = line["id"].removeprefix("li_")
    return {
        "id": f"price_{suffix}",
        "object": "price",
        "active": False,
        "billing_scheme": "per_unit",
        "created": unix(session.made_at),
        "currency": CURRENCY,
        "custom_unit_amount": None,
        "livemode": session.is_live,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": f"prod_{suffix}",
        "recurring": None,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": line["unit_amount"],
        "unit_amount_decimal": str(line["unit_amount"]),
    }
