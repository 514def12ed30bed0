"""The levers for tests and demos: how the double behaves next, and what it has seen so far."""

from __future__ import annotations

import json

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from market.payments.vnpay.sandbox.gateway import running_gateway
from market.payments.vnpay.sandbox.store import NORMAL_PLAN

_IPN = ("normal", "delay", "twice", "never", "bad_signature", "wrong_amount")
_API = (
    "normal", "delay", "bad_signature", "duplicate", "error", "broken", "crash", "garbage", "cut", "other_payment"
)  # fmt: skip
_LONGEST_DELAY_MS = 600_000


@require_GET
def health(request: HttpRequest) -> JsonResponse:
    """200 once the double answers."""
    return JsonResponse({"status": "ok"})


@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest) -> JsonResponse:
    """GET the plan; POST any of `ipn`, `delay_ms`, `api`: what is left out becomes normal again."""
    store = running_gateway().store
    if request.method == "POST":
        try:
            wanted = NORMAL_PLAN | json.loads(request.body)
        except (ValueError, TypeError):
            return JsonResponse({"error": "not a JSON object"}, status=400)
        delay = wanted["delay_ms"]
        is_known = wanted.keys() == NORMAL_PLAN.keys() and wanted["ipn"] in _IPN and wanted["api"] in _API
        if not is_known or type(delay) is not int or not 0 <= delay <= _LONGEST_DELAY_MS:
            return JsonResponse({"error": "unknown plan", "ipn": _IPN, "api": _API}, status=400)
        store.set_plan(wanted)
    return JsonResponse(store.plan())


@require_GET
def transactions(request: HttpRequest) -> JsonResponse:
    """Every payment with its IPN calls and refunds, oldest first. Amounts are as sent: đồng x 100."""
    return JsonResponse({"transactions": running_gateway().store.everything()})


@require_POST
def settle_refund(request: HttpRequest, transaction_no: str) -> JsonResponse:
    """POST {"status": "00" | "06" | "09"}: what the bank finally did with a refund."""
    try:
        status = json.loads(request.body)["status"]
    except (ValueError, TypeError, KeyError):
        status = None
    if status not in ("00", "06", "09"):
        return JsonResponse({"error": "status must be 00, 06 or 09"}, status=400)
    if not running_gateway().store.set_refund_status(transaction_no, status):
        return JsonResponse({"error": "no such refund"}, status=404)
    return JsonResponse({"transaction_no": transaction_no, "status": status})


@require_POST
def reset(request: HttpRequest) -> JsonResponse:
    """Forget all payments and behave normally."""
    running_gateway().store.forget()
    return JsonResponse({"status": "ok"})
