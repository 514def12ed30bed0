"""payment_intent, charge and refund."""

from __future__ import annotations

from market.payments.models import PaymentAttempt, Refund
from market.payments.stripe_api.declines import decline_of
from market.payments.stripe_api.models import ApiCharge, ApiRefund, PaymentIntent
from market.payments.stripe_api.shapes.basics import (
    CURRENCY,
    Shape,
    billing_details,
    method_id,
    private_of,
    unix,
    unix_or_none,
)

_REFUND_STATUS = {
    Refund.State.SUCCEEDED: "succeeded",
    Refund.State.FAILED: "failed",
    Refund.State.WITHDRAWN: "canceled",
}


def intent_shape(intent: PaymentIntent) -> Shape:
    """Of a row with its payment and customer (`select_related`)."""
    private = private_of(intent.private)
    succeeded = intent.status == PaymentIntent.Status.SUCCEEDED
    waits = intent.status == PaymentIntent.Status.REQUIRES_ACTION
    next_action = {
        "type": "redirect_to_url",
        "redirect_to_url": {"url": intent.pay_url, "return_url": intent.return_url},
    }
    method = intent.method or intent.method_types[0]
    options: Shape = {method: {"bank_code": intent.bank_code}} if intent.bank_code and method == "vnpay" else {}
    return {
        "id": intent.public_id,
        "object": "payment_intent",
        "amount": intent.payment.amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": intent.payment.amount if succeeded else 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": unix_or_none(intent.canceled_at),
        "cancellation_reason": intent.cancellation_reason or None,
        "capture_method": "automatic",
        "client_secret": intent.client_secret,
        "confirmation_method": "automatic",
        "created": unix(intent.made_at),
        "currency": CURRENCY,
        "customer": intent.customer.public_id if intent.customer else None,
        "description": intent.description or None,
        "invoice": None,
        "last_payment_error": intent.last_error,
        "latest_charge": intent.latest_charge_id or None,
        "livemode": intent.is_live,
        "metadata": intent.metadata,
        "next_action": next_action if waits and intent.pay_url else None,
        "on_behalf_of": None,
        "payment_method": method_id(intent.method),
        "payment_method_options": options,
        "payment_method_types": intent.method_types,
        "processing": None,
        "receipt_email": private.get("receipt_email"),
        "review": None,
        "setup_future_usage": None,
        "shipping": private.get("shipping"),
        "source": None,
        "statement_descriptor": intent.statement_descriptor or None,
        "statement_descriptor_suffix": None,
        "status": intent.status,
        "transfer_data": None,
        "transfer_group": None,
    }


def charge_shape(row: ApiCharge) -> Shape:
    """Of a row with its attempt, the attempt's charge, intent, the intent's customer."""
    attempt, intent = row.attempt, row.intent
    money = getattr(attempt, "charge", None)
    private = private_of(intent.private)
    amount, refunded = attempt.amount, money.refunded if money else 0
    failed = attempt.state == PaymentAttempt.State.FAILED and money is None
    error = decline_of(attempt.response_code).error() if failed else {}
    method = intent.method or intent.method_types[0]
    details: Shape = {
        "type": "vnpay",
        "vnpay": {"bank_code": attempt.bank_code or None, "transaction_no": attempt.transaction_no or None},
    }
    return {
        "id": row.public_id,
        "object": "charge",
        "amount": amount,
        "amount_captured": amount if money else 0,
        "amount_refunded": refunded,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": billing_details(),
        "calculated_statement_descriptor": intent.statement_descriptor or None,
        "captured": money is not None,
        "created": unix(row.made_at),
        "currency": CURRENCY,
        "customer": intent.customer.public_id if intent.customer else None,
        "description": intent.description or None,
        "destination": None,
        "dispute": None,
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": error.get("code"),
        "failure_message": error.get("message"),
        "fraud_details": {},
        "invoice": None,
        "livemode": row.is_live,
        "metadata": row.metadata,
        "on_behalf_of": None,
        "order": None,
        "outcome": None,
        "paid": money is not None,
        "payment_intent": intent.public_id,
        "payment_method": method_id(method),
        "payment_method_details": details,
        "receipt_email": private.get("receipt_email"),
        "receipt_number": None,
        "receipt_url": None,
        "refunded": bool(money) and refunded == amount,
        "review": None,
        "shipping": private.get("shipping"),
        "source": None,
        "source_transfer": None,
        "statement_descriptor": intent.statement_descriptor or None,
        "statement_descriptor_suffix": None,
        "status": "succeeded" if money else "failed" if failed else "pending",
        "transfer_data": None,
        "transfer_group": None,
    }


def refund_status(refund: Refund) -> str:
    """Stripe's status: what is on its way is pending, whoever it waits for."""
    return _REFUND_STATUS.get(Refund.State(refund.state), "pending")


def refund_shape(row: ApiRefund) -> Shape:
    """Of a row with its refund, charge and intent."""
    status = refund_status(row.refund)
    found = {
        "id": row.public_id,
        "object": "refund",
        "amount": row.refund.amount,
        "balance_transaction": None,
        "charge": row.api_charge.public_id,
        "created": unix(row.made_at),
        "currency": CURRENCY,
        "metadata": row.metadata,
        "payment_intent": row.intent.public_id,
        "reason": row.reason or None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": status,
        "transfer_reversal": None,
    }
    if status == "failed":
        # VNPAY's codes 02, 03, 04, 13, 91, 93, 95 refuse the request; without one the bank did.
        found["failure_reason"] = "declined" if row.refund.response_code != "00" else "unknown"
    return found
