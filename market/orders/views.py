"""Basket, checkout, the order's own page, and the seller's orders."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.kit.money import dong
from core.people.queries import viewer_of
from core.people.views import signed_in
from market.listings.actions import OutOfStock
from market.listings.queries import goods_for_sale
from market.orders import basket
from market.orders.actions import AgeNotConfirmed, AmountOutOfBounds, TotalChanged, place_order
from market.orders.forms import CheckoutForm
from market.orders.models import Order
from market.orders.queries import basket_lines, lines_sold_by, order_by_key, unpaid_orders
from market.payments.actions import PaymentClosed, begin_attempt
from market.payments.models import Payment
from market.payments.vnpay.codes import meaning_of_reason
from market.payments.vnpay.provider import pay_page
from market.shops.navigation import seller_places

View = Callable[..., HttpResponse]


def where_goods_are_sold(view: View) -> View:
    """In showcase mode there is no basket and no checkout."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if settings.SELLING != "direct":
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@never_cache
@where_goods_are_sold
def show_basket(request: HttpRequest) -> HttpResponse:
    """What is in the basket, at today's prices."""
    lines = basket_lines(basket.basket_of(request.session))
    context = {
        "lines": lines,
        "total": sum(line.sum for line in lines),
        "ready": bool(lines) and not any(line.problem for line in lines),
        "unpaid": unpaid_orders(keys) if (keys := basket.orders_of(request.session)) else [],
    }
    return render(request, "market/orders/basket.html", context)


@require_POST
@where_goods_are_sold
def change_basket(request: HttpRequest) -> HttpResponse:
    """Add something, or set its quantity (0 takes it out)."""
    sku = request.POST.get("sku", "")[:20].replace("\0", "")  # PostgreSQL refuses to look for a NUL
    listing = get_object_or_404(goods_for_sale(), sku=sku)
    now_in = basket.basket_of(request.session).get(listing.sku, 0)
    try:
        quantity = int(request.POST.get("quantity", "1"))
    except ValueError:
        quantity = 1
    adding = "add" in request.POST
    basket.put(request.session, listing.sku, now_in + quantity if adding else quantity)
    if adding:
        messages.success(request, _("Đã thêm %(name)s vào giỏ.") % {"name": listing.full_name})
    return redirect("basket")


@require_POST
@where_goods_are_sold
def remove_from_basket(request: HttpRequest, sku: str) -> HttpResponse:
    """Take something out, also when it is no longer sold."""
    basket.put(request.session, sku, 0)
    return redirect("basket")


@never_cache
@where_goods_are_sold
def checkout(request: HttpRequest) -> HttpResponse:
    """Say where the goods go, then on to VNPAY. Whoever was shown another total than the goods cost now is asked again."""
    lines = basket_lines(basket.basket_of(request.session))
    if not lines or any(line.problem for line in lines):
        return redirect("basket")
    for_adults = any(line.for_adults for line in lines)
    form = CheckoutForm(request.POST or None, for_adults=for_adults)
    if request.method == "POST" and form.is_valid():
        wanted = [(line.listing, line.quantity) for line in lines]
        try:
            order = place_order(
                wanted=wanted,
                receiver=form.receiver(),
                by=viewer_of(request),
                total_seen=_total_seen(request),
                of_age=for_adults,  # the form has asked
            )
        except OutOfStock as problem:
            messages.error(request, _("%(name)s vừa hết hàng. Hãy xem lại giỏ.") % {"name": problem.listing.full_name})
            return redirect("basket")
        except TotalChanged as changed:
            form.add_error(None, _asked_again(_total_seen(request), changed.total))
            lines = basket_lines(basket.basket_of(request.session))
        except AgeNotConfirmed:  # the goods became so since the page was read
            return redirect("checkout")
        except AmountOutOfBounds:
            form.add_error(None, _("Đơn hàng phải từ 5.000 đ đến dưới 1 tỷ đồng."))
        else:
            basket.empty(request.session)
            basket.remember_order(request.session, order.key)
            return _to_the_bank(request, order)
    context = {"form": form, "lines": lines, "total": sum(line.sum for line in lines)}
    return render(request, "market/orders/checkout.html", context)


@require_POST
@where_goods_are_sold
def pay(request: HttpRequest, key: str) -> HttpResponse:
    """Pay an order that is still waiting, again if need be."""
    order = order_by_key(key)
    if order is None:
        raise Http404
    return _to_the_bank(request, order)


@never_cache
def order(request: HttpRequest, key: str) -> HttpResponse:
    """The order's page: what was bought and whether the money has arrived. No sign-in, the address is the secret."""
    found = order_by_key(key)
    if found is None:
        raise Http404
    payment = found.payment
    waiting = payment.state == Payment.State.WAITING and found.state == Order.State.PLACED
    meaning = meaning_of_reason(request.GET.get("v", "")) if waiting else None
    context = {"order": found, "payment": payment, "waiting": waiting, "meaning": meaning}
    return render(request, "market/orders/order.html", context)


@signed_in
def seller_orders(request: HttpRequest) -> HttpResponse:
    """Paid orders with this seller's goods."""
    page = Paginator(lines_sold_by(viewer_of(request)), 25).get_page(request.GET.get("page"))
    return render(
        request, "market/orders/seller_orders.html", {"page": page, "space_items": seller_places("seller_orders")}
    )


def _total_seen(request: HttpRequest) -> int:
    """The total that stood on the page; 0 when it did not say."""
    said = request.POST.get("total_seen", "")[:12]
    return int(said) if said.isascii() and said.isdecimal() else 0


def _asked_again(seen: int, total: int) -> str:
    now = _("Tổng cộng bây giờ là %(now)s. Hãy xem lại rồi bấm đặt lần nữa.") % {"now": dong(total)}
    return _("Giá vừa đổi, lúc nãy tổng cộng là %(seen)s.") % {"seen": dong(seen)} + " " + now if seen else now


def _to_the_bank(request: HttpRequest, order: Order) -> HttpResponse:
    try:
        attempt = begin_attempt(payment=order.payment, customer_address=request.META.get("REMOTE_ADDR") or "127.0.0.1")
    except PaymentClosed:
        return redirect("order", key=order.key)
    return redirect(pay_page(attempt))
