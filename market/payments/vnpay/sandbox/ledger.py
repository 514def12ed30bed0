"""The double's own page: what was paid and given back, and the buttons that stand for the bank."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from market.payments.vnpay.sandbox import cards
from market.payments.vnpay.sandbox.gateway import running_gateway
from market.payments.vnpay.sandbox.pages import dong_text

_SHOWN = 20
_REFUND_STATES = {
    "05": "đang xử lý",
    "06": "đã gửi ngân hàng",
    "00": "đã hoàn",
    "09": "bị từ chối",
}


@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    """The newest payments with the merchant's answers and their refunds, and the test cards."""
    gateway = running_gateway()
    gateway.settle_old_refunds()
    payments = gateway.store.everything()[::-1][:_SHOWN]
    for payment in payments:
        payment["dong"] = dong_text(payment["amount"])
        payment["answers"] = ", ".join(call["rsp_code"] or "không trả lời" for call in payment["ipn_calls"])
        for refund in payment["refunds"]:
            refund["dong"], refund["state"] = dong_text(refund["amount"]), _REFUND_STATES[refund["status"]]
            refund["is_open"] = refund["status"] in ("05", "06")
    return render(request, "ledger.html", {"payments": payments, "cards": cards.CARDS, "otp": cards.OTP})


@require_POST
def settle(request: HttpRequest, transaction_no: str) -> HttpResponse:
    """The bank gives the money back, or refuses to."""
    status = request.POST.get("status", "")
    store = running_gateway().store
    if status not in ("00", "09") or store.refund(transaction_no) is None:
        raise Http404
    store.set_refund_status(transaction_no, status)
    return redirect("ledger")
