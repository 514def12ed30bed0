"""The judge of answers is judged: good objects written by hand pass, and each fault is found."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.market.payments.stripe_api import schema

pytestmark = pytest.mark.skipif(not schema.FILE.exists(), reason=schema.WHY_NOT)

INTENT: dict[str, Any] = {
    "id": "pi_1", "object": "payment_intent", "amount": 150_000, "amount_received": 0, "canceled_at": None,
    "cancellation_reason": None, "capture_method": "automatic", "client_secret": "pi_1_secret_x", "confirmation_method": "automatic",
    "created": 1_760_000_000, "currency": "vnd", "customer": None, "description": None, "last_payment_error": None,
    "latest_charge": None, "livemode": False, "metadata": {}, "next_action": None, "payment_method": None,
    "payment_method_types": ["vnpay"], "receipt_email": None, "shipping": None, "statement_descriptor": None,
    "status": "requires_payment_method",
}  # fmt: skip
REFUND: dict[str, Any] = {
    "id": "re_1", "object": "refund", "amount": 5_000, "charge": "ch_1", "created": 1_760_000_000, "currency": "vnd",
    "metadata": {}, "payment_intent": "pi_1", "reason": None, "status": "pending",
}  # fmt: skip
EVENT: dict[str, Any] = {
    "id": "evt_1", "object": "event", "api_version": None, "created": 1_760_000_000, "data": {"object": INTENT}, "livemode": False,
    "pending_webhooks": 0, "request": {"id": "req_1", "idempotency_key": None}, "type": "payment_intent.created",
}  # fmt: skip
LIST: dict[str, Any] = {"object": "list", "data": [INTENT, INTENT], "has_more": False, "url": "/v1/payment_intents"}
GONE: dict[str, Any] = {"id": "cus_1", "object": "customer", "deleted": True}
ERROR: dict[str, Any] = {
    "error": {"type": "invalid_request_error", "message": "No.", "code": "x", "payment_intent": INTENT}
}
GOOD = {"intent": INTENT, "refund": REFUND, "event": EVENT, "list": LIST, "deleted": GONE, "error": ERROR}


@pytest.fixture(scope="module")
def judge() -> schema.Schema:
    return schema.Schema()


def changed(thing: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one thing else; `...` takes it away."""
    copy = deepcopy(thing)
    node: Any = copy
    *way, last = path.split(".")
    for part in way:
        node = node[int(part)] if part.isdigit() else node[part]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return copy


@pytest.mark.parametrize("thing", GOOD.values(), ids=GOOD.keys())
def test_good_objects_pass(judge: schema.Schema, thing: dict[str, Any]) -> None:
    assert judge.faults(thing) == []


def test_an_expanded_object_is_judged_like_one_of_its_own(judge: schema.Schema) -> None:
    assert judge.faults(changed(REFUND, "payment_intent", INTENT)) == []
    assert judge.faults(changed(REFUND, "payment_intent", changed(INTENT, "next_action", ...)))


@pytest.mark.parametrize("reason", ["abandoned", "expired", None])
def test_a_payment_ends_for_a_published_reason(judge: schema.Schema, reason: str | None) -> None:
    assert judge.faults(changed(INTENT, "cancellation_reason", reason)) == []
    assert judge.faults(changed(INTENT, "cancellation_reason", "nobody came"))


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("intent", "amount", "150000"),
        ("intent", "amount", 150_000.5),
        ("intent", "amount", ...),
        ("intent", "status", "paid"),
        ("intent", "status", ...),
        ("intent", "livemode", None),
        ("intent", "created", "2026-01-01"),
        ("intent", "metadata", {"a": 1}),
        ("intent", "metadata", {"a": "b" * 501}),
        ("intent", "payment_method_types", "vnpay"),
        ("intent", "latest_charge", ...),
        ("intent", "last_payment_error", ...),
        ("intent", "last_payment_error", {"type": "decline"}),
        ("intent", "next_action", ...),
        ("intent", "next_action", {"redirect_to_url": {"url": "https://x"}}),
        ("intent", "object", "paymentintent"),
        ("refund", "charge", ...),
        ("refund", "currency", None),
        ("refund", "reason", "because"),
        ("event", "data.object.amount", None),
        ("event", "data.object.next_action", ...),
        ("event", "pending_webhooks", ...),
        ("event", "request", "req_1"),
        ("list", "has_more", ...),
        ("list", "has_more", 1),
        ("list", "url", "/payment_intents"),
        ("list", "data.1.amount", None),
        ("deleted", "email", "an@example.vn"),
        ("deleted", "id", ...),
        ("error", "error.type", "bad_request"),
        ("error", "error.type", ...),
        ("error", "error.message", ""),
        ("error", "error.code", 7),
        ("error", "error.payment_intent.amount", None),
        ("error", "error", "bad"),
    ],
)
def test_every_fault_is_found(judge: schema.Schema, kind: str, path: str, value: Any) -> None:
    assert judge.faults(changed(GOOD[kind], path, value))
