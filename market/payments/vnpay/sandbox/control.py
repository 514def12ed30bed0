"""The levers for tests and demos: how the double behaves next, and what it has seen so far."""

from __future__ import annotations

import json
import re

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from market.payments.vnpay.sandbox.gateway import running_gateway
from market.payments.vnpay.sandbox.store import NORMAL_PLAN

_IPN = ("normal", "delay", "twice", "never", "bad_signature", "wrong_amount")
_API = (
    "normal", "delay", "bad_signature", "duplicate", "error", "broken", "crash", "garbage", "cut", "other_payment"
)  # fmt: skip
_COMMANDS = ("", "querydr", "refund")
_LONGEST_DELAY_MS = 600_000


@require_GET
def health(request: HttpRequest) -> JsonResponse:
    """200 once the double answers."""
    return JsonResponse({"status": "ok"})


@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest) -> JsonResponse:
    """GET the plan; POST any of `ipn`, `delay_ms`, `api`, `api_command` (only querydr or only refund goes wrong): what is
    left out becomes normal again."""
    store = running_gateway().store
    if request.method == "POST":
        try:
            wanted = NORMAL_PLAN | json.loads(request.body)
        except (ValueError, TypeError):
            return JsonResponse({"error": "not a JSON object"}, status=400)
        delay = wanted["delay_ms"]
        is_known = wanted.keys() == NORMAL_PLAN.keys() and wanted["ipn"] in _IPN and wanted["api"] in _API
        is_known = is_known and wanted["api_command"] in _COMMANDS
        if not is_known or type(delay) is not int or not 0 <= delay <= _LONGEST_DELAY_MS:
            return JsonResponse({"error": "unknown plan", "ipn": _IPN, "api": _API}, status=400)
        store.set_plan(wanted)
    return JsonResponse(store.plan())


@require_GET
def transactions(request: HttpRequest) -> JsonResponse:
    """Every payment with its IPN calls and refunds, oldest first. Amounts are as sent: đồng x 100."""
    return JsonResponse({"transactions": running_gateway().store.everything()})


@require_POST
def set_result(request: HttpRequest, txn_ref: str) -> JsonResponse:
    """POST {"response_code": "..", "transaction_status": ".."}: pay without a browser, or change a result after the bank's
    second look. The merchant is told as of every result."""
    try:
        body = json.loads(request.body)
        codes = [str(body["response_code"]), str(body["transaction_status"])]
    except (ValueError, TypeError, KeyError):
        codes = []
    if not codes or not all(re.fullmatch("[0-9]{2}", code) for code in codes):
        return JsonResponse({"error": "response_code and transaction_status are two digits each"}, status=400)
    gateway = running_gateway()
    if not gateway.store.set_result(txn_ref, *codes):
        return JsonResponse({"error": "no such payment"}, status=404)
    gateway.notifier.wake()
    return JsonResponse({"txn_ref": txn_ref, "response_code": codes[0], "transaction_status": codes[1]})


@require_POST
def settle_refund(request: HttpRequest, transaction_no: str) -> JsonResponse:
    """POST {"status": "06" | "00" | "09"}: where the bank is with a refund; after 00 and 09 nothing changes it."""
    try:
        status = json.loads(request.body)["status"]
    except (ValueError, TypeError, KeyError):
        status = None
    if status not in ("00", "06", "09"):
        return JsonResponse({"error": "status must be 00, 06 or 09"}, status=400)
    store = running_gateway().store
    if store.refund(transaction_no) is None:
        return JsonResponse({"error": "no such refund"}, status=404)
    if not store.set_refund_status(transaction_no, status):
        return JsonResponse({"error": "this refund has ended"}, status=409)
    return JsonResponse({"transaction_no": transaction_no, "status": status})


@require_POST
def reset(request: HttpRequest) -> JsonResponse:
    """Forget all payments and behave normally."""
    running_gateway().store.forget()
    return JsonResponse({"status": "ok"})
