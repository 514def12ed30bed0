"""The buyer's own page of a purchase: no sign-in, its address is the secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from market.orders.actions import StepRefused, ask_return, call_off, receive_order
from market.orders.forms import ReasonForm
from market.orders.models import Order, Purchase
from market.orders.pages import BuyerOrder
from market.orders.queries import purchase_by_key, refunds_of
from market.payments.models import Payment
from market.payments.vnpay.codes import meaning_of_reason

# Not on its way yet.
_PREPARED = (Order.State.WAITING, Order.State.TO_PACK, Order.State.PACKED)


@never_cache
def order(request: HttpRequest, key: str) -> HttpResponse:
    """What was bought, whether the money has arrived, and how far each shop is."""
    found = purchase_by_key(key)
    if found is None:
        raise Http404
    payment = found.payment
    waiting = payment is not None and payment.state == Payment.State.WAITING and found.state == Purchase.State.PLACED
    meaning = meaning_of_reason(request.GET.get("v", "")) if waiting else None
    orders = [BuyerOrder(each, found) for each in found.orders.all()]
    is_processing = payment is not None and payment.state == Payment.State.PROCESSING
    is_told_soon = found.state == Purchase.State.PAID and any(
        each.order.state == Order.State.WAITING for each in orders
    )
    context = {
        "order": found,
        "orders": orders,
        "is_prepared": any(each.order.state in _PREPARED for each in orders),
        "awaits": is_processing or is_told_soon,
        "refunds": refunds_of(found),
        "payment": payment,
        "waiting": waiting,
        "meaning": meaning,
    }
    return render(request, "market/orders/order.html", context)


@require_POST
def buyer_step(request: HttpRequest, key: str, code: str, step: str) -> HttpResponse:
    """The buyer calls an order off, says that it has come, or asks to send it back."""
    found = purchase_by_key(key)
    mine = next((each for each in found.orders.all() if each.code == code), None) if found else None
    if mine is None or step not in _STEPS:
        raise Http404
    form = ReasonForm(request.POST)
    try:
        if step == "tra-lai" and not form.is_valid():
            messages.error(request, _("Hãy ghi lý do trả hàng."))
        else:
            said = _STEPS[step](mine, form.cleaned_data.get("reason", "") if step == "tra-lai" else "")
            messages.success(request, said)
    except StepRefused as refused:
        messages.error(request, str(refused))
    return redirect("order", key=key)


def _call_off(order: Order, reason: str) -> str:
    call_off(order=order)
    return _("Đã hủy đơn. Nếu bạn đã trả tiền, tiền sẽ được hoàn.")


def _received(order: Order, reason: str) -> str:
    receive_order(order=order)
    return _("Cảm ơn bạn. Đơn đã giao xong.")


def _send_back(order: Order, reason: str) -> str:
    ask_return(order=order, reason=reason)
    return _("Đã gửi yêu cầu trả hàng cho người bán.")


_STEPS: dict[str, Callable[[Any, str], str]] = {"huy": _call_off, "da-nhan": _received, "tra-lai": _send_back}
