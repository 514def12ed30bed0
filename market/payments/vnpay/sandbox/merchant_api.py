"""The server-to-server API: querydr and refund."""

from __future__ import annotations

import json
import re
import secrets
import time

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from market.payments.vnpay.sandbox import signing
from market.payments.vnpay.sandbox.gateway import running_gateway
from market.payments.vnpay.sandbox.settings import Settings
from market.payments.vnpay.sandbox.store import Row, Store

# The signed values of each command, in order, without "vnp_".
_ASKED = {
    "querydr": "RequestId,Version,Command,TmnCode,TxnRef,TransactionDate,CreateDate,IpAddr,OrderInfo",
    "refund": "RequestId,Version,Command,TmnCode,TransactionType,TxnRef,Amount,TransactionNo,"
    "TransactionDate,CreateBy,CreateDate,IpAddr,OrderInfo",
}
_REFUND_ANSWER = (
    "ResponseId,Command,ResponseCode,Message,TmnCode,TxnRef,Amount,BankCode,PayDate,TransactionNo,"
    "TransactionType,TransactionStatus,OrderInfo"
)
_ANSWERED = {"querydr": f"{_REFUND_ANSWER},PromotionCode,PromotionAmount", "refund": _REFUND_ANSWER}

# Answers that are none, as web servers, proxies and broken lines give them: the body and its HTTP status.
_BROKEN = {
    "broken": ("<h1>502 Bad Gateway</h1>", 502),
    "crash": ("<h1>Server Error (500)</h1>", 500),
    "garbage": ("<h1>He thong dang bao tri</h1>", 200),
    "cut": ('{"vnp_ResponseId":', 200),
}

_REFUSALS = {
    "04": "Full refund must give back the whole amount, and be the only one",
    "93": "Refund amount exceeds the paid amount",
    "94": "Refund request is being processed",
}
# What is sent in another form never reaches the bank. Stricter than VNPAY, whose rules for some fields are not published.
_FORMS = {
    "RequestId": r"[A-Za-z0-9]{1,32}",
    "Version": r"2\.1\.0",
    "TransactionDate": r"[0-9]{14}",
    "CreateDate": r"[0-9]{14}",
    "IpAddr": r"[0-9A-Fa-f.:]{2,45}",
    "OrderInfo": r"[A-Za-z0-9 .,:-]{1,255}",
    "CreateBy": r"[A-Za-z0-9 .,:@_-]{1,245}",
}

Fields = dict[str, str]


@require_POST
def transaction(request: HttpRequest) -> HttpResponse:
    """One signed question, one signed answer. The plan's `api` may make it slow, wrong or broken."""
    gateway = running_gateway()
    plan = gateway.store.plan()
    try:
        body = json.loads(request.body)
        asked = {str(name).removeprefix("vnp_"): _text(value) for name, value in body.items()}
    except (ValueError, AttributeError):
        return JsonResponse({"vnp_ResponseCode": "03", "vnp_Message": "Invalid data format"})
    command = asked.get("Command", "")
    if command not in _ASKED:
        return JsonResponse({"vnp_ResponseCode": "03", "vnp_Message": "Invalid command"})
    fault = plan["api"] if plan["api_command"] in ("", command) else "normal"
    gateway.settle_old_refunds()
    answer = _answer(asked, gateway.settings, gateway.store, fault)
    if fault == "delay":
        time.sleep(plan["delay_ms"] / 1000)
    if fault in _BROKEN:  # after the work is done: the caller cannot know
        return _broken(fault)
    secret = gateway.settings.secret
    if fault == "bad_signature":
        secret = f"not-{secret}"
    if fault == "other_payment":
        answer = answer | {"TxnRef": "KHAC" + asked.get("TxnRef", "")}
    full = {
        "ResponseId": secrets.token_hex(16),
        "Command": command,
        "TmnCode": gateway.settings.tmn_code,
        "TxnRef": asked.get("TxnRef", ""),
    } | answer
    signed = [full.get(name, "") for name in _ANSWERED[command].split(",")]
    message = {f"vnp_{name}": value for name, value in full.items()}
    return JsonResponse(message | {"vnp_SecureHash": signing.sign_values(secret, signed)})


def _broken(fault: str) -> HttpResponse:
    text, status = _BROKEN[fault]
    response = HttpResponse(text, status=status)
    if fault == "cut":
        response["Content-Length"] = "500"  # the line breaks before the rest
    return response


def _answer(asked: Fields, settings: Settings, store: Store, fault: str) -> Fields:
    values = [asked.get(name, "") for name in _ASKED[asked["Command"]].split(",")]
    if asked.get("TmnCode") != settings.tmn_code:
        return _code("02", "Invalid TmnCode")
    if not signing.are_values_signed(settings.secret, values, asked.get("SecureHash", "")):
        return _code("97", "Invalid checksum")
    if any(name in asked and not re.fullmatch(form, asked[name]) for name, form in _FORMS.items()):
        return _code("03", "Invalid data format")
    if fault == "error":
        return _code("99", "Unknown error")
    if fault == "duplicate" or not store.is_new_request(asked["RequestId"]):
        return _code("94", "Request is duplicate")
    payment = store.payment(txn_ref=asked["TxnRef"])
    if payment is None or payment["create_date"] != asked["TransactionDate"]:
        return _code("91", "Transaction_not_found")
    return _state(payment, asked, store) if asked["Command"] == "querydr" else _refund(payment, asked, store)


def _state(payment: Row, asked: Fields, store: Store) -> Fields:
    """Where the payment is; or one of its refunds, if the question names the refund's own number."""
    for refund in store.refunds(payment["id"]):
        if refund["transaction_no"] == asked.get("TransactionNo"):
            return _code("00", "QueryDR Success") | _refund_fields(payment, refund)
    return _code("00", "QueryDR Success") | {
        "Amount": str(payment["amount"]),
        "BankCode": payment["bank_code"] or payment["wanted_bank"] or "VNPAY",
        "PayDate": payment["pay_date"],
        "TransactionNo": payment["transaction_no"],
        "TransactionType": "01",
        "TransactionStatus": payment["transaction_status"],
        "OrderInfo": payment["order_info"],
    }


def _refund(payment: Row, asked: Fields, store: Store) -> Fields:
    if payment["response_code"] != "00":
        return _code("95", "Transaction not successful")
    kind, amount = asked["TransactionType"], asked["Amount"]
    if kind not in ("02", "03") or not (amount.isascii() and amount.isdigit() and int(amount) > 0):
        return _code("03", "Invalid data format")
    if asked["TransactionNo"] not in ("", "0", payment["transaction_no"]):
        return _code("91", "Transaction_not_found")
    refund = store.add_refund(payment["id"], kind, int(amount))
    if isinstance(refund, str):
        return _code(refund, _REFUSALS[refund])
    return _code("00", "Refund success") | _refund_fields(payment, refund) | {"OrderInfo": asked["OrderInfo"]}


def _refund_fields(payment: Row, refund: Row) -> Fields:
    return {
        "Amount": str(refund["amount"]),
        "BankCode": payment["bank_code"],
        "PayDate": refund["pay_date"],
        "TransactionNo": refund["transaction_no"],
        "TransactionType": refund["transaction_type"],
        "TransactionStatus": refund["status"],
        "OrderInfo": payment["order_info"],
    }


def _code(response_code: str, message: str) -> Fields:
    return {"ResponseCode": response_code, "Message": message}


def _text(value: object) -> str:
    """JSON numbers and strings alike; anything else is not part of the protocol."""
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value)
    raise ValueError("unexpected JSON type")
