"""The seller's orders: what to pack, to send and to take back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.people.queries import Viewer, viewer_of
from core.people.views import signed_in
from market.orders.actions import (
    StepRefused,
    cancel_order,
    confirm_transfer,
    deliver_order,
    pack_order,
    refuse_return,
    send_order,
    take_back,
)
from market.orders.forms import ReasonForm, SendingForm
from market.orders.models import Order
from market.orders.pages import SellerOrder, order_tabs
from market.orders.queries import counts_by_state, orders_of_shops
from market.shops.navigation import seller_places


@signed_in
def seller_orders(request: HttpRequest) -> HttpResponse:
    """This seller's orders, by how far they are."""
    viewer = viewer_of(request)
    state = request.GET.get("trang-thai", "")
    rows = orders_of_shops(viewer)
    if state in Order.State.values:
        rows = rows.filter(state=state)
    context = {
        "page": Paginator(rows, 25).get_page(request.GET.get("page")),
        "tabs": order_tabs(counts_by_state(viewer), state),
        "state": state,
        "space_items": seller_places("seller_orders"),
    }
    return render(request, "market/orders/seller_orders.html", context)


@signed_in
def seller_order(request: HttpRequest, code: str) -> HttpResponse:
    """One order: what to pack, for whom, and what to do next. It prints as a packing slip."""
    order = _order(viewer_of(request), code)
    context = {
        "order": SellerOrder(order),
        "sending": SendingForm(),
        "reason": ReasonForm(),
        "space_items": seller_places("seller_orders"),
    }
    return render(request, "market/orders/seller_order.html", context)


@signed_in
@require_POST
def seller_step(request: HttpRequest, code: str, step: str) -> HttpResponse:
    """Take the next step with an order."""
    viewer = viewer_of(request)
    order = _order(viewer, code)
    if step not in _STEPS:
        raise Http404
    try:
        _STEPS[step](order, viewer, request)
        messages.success(request, _("Đã ghi."))
    except StepRefused as refused:
        messages.error(request, str(refused))
    return redirect("seller_order", code=code)


def _order(viewer: Viewer, code: str) -> Order:
    order = orders_of_shops(viewer).select_related("purchase__payment").filter(code=code).first()
    if order is None:
        raise Http404
    return order


def _reason(request: HttpRequest) -> str:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise StepRefused(_("Hãy ghi lý do, người mua sẽ đọc."))
    return str(form.cleaned_data["reason"])


def _send(order: Order, by: Viewer, request: HttpRequest) -> None:
    form = SendingForm(request.POST)
    if not form.is_valid():
        raise StepRefused(_("Tên đơn vị giao hoặc mã vận đơn quá dài."))
    send_order(order=order, by=by, **form.cleaned_data)


def _take_back(order: Order, by: Viewer, request: HttpRequest) -> None:
    take_back(order=order, by=by, back_on_shelf="ke" in request.POST)


_STEPS: dict[str, Callable[[Any, Viewer, HttpRequest], object]] = {
    "da-nhan-tien": lambda order, by, request: confirm_transfer(order=order, by=by),
    "dong-goi": lambda order, by, request: pack_order(order=order, by=by),
    "gui": _send,
    "da-giao": lambda order, by, request: deliver_order(order=order, by=by),
    "huy": lambda order, by, request: cancel_order(order=order, by=by, reason=_reason(request)),
    "nhan-lai": _take_back,
    "khong-nhan-lai": lambda order, by, request: refuse_return(order=order, by=by, reason=_reason(request)),
}
