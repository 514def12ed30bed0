"""Checkout: where the goods go, how they are paid, and on to the bank."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.kit.addresses import client_address
from core.kit.money import dong
from core.people.queries import viewer_of
from market.listings.actions import OutOfStock
from market.orders import basket
from market.orders.actions import (
    AgeNotConfirmed,
    AmountOutOfBounds,
    NotSentThere,
    NotTaken,
    TotalChanged,
    place_purchase,
)
from market.orders.forms import CheckoutForm
from market.orders.models import Method, Purchase
from market.orders.queries import basket_lines, parts_of, purchase_by_key
from market.orders.rules import ways_to_pay
from market.orders.views.guard import where_goods_are_sold
from market.payments.actions import PaymentClosed, begin_attempt
from market.payments.vnpay.provider import pay_page


@never_cache
@where_goods_are_sold
def checkout(request: HttpRequest) -> HttpResponse:
    """Say where the goods go and how they are paid. Whoever was shown another total than it costs now, delivery included, is
    asked again."""
    lines = basket_lines(basket.basket_of(request.session))
    if not lines or any(line.problem for line in lines):
        return redirect("basket")
    for_adults = any(line.for_adults for line in lines)
    parts = parts_of(lines)
    methods = ways_to_pay(part.shop for part in parts)
    form = CheckoutForm(request.POST or None, for_adults=for_adults, methods=methods)
    goods = sum(line.sum for line in lines)
    fees: int | None = None
    asked_again = ""
    if request.method == "POST" and methods and form.is_valid():
        try:
            purchase = place_purchase(
                wanted=[(line.listing, line.quantity) for line in lines],
                receiver=form.receiver(),
                method=form.cleaned_data["method"],
                by=viewer_of(request),
                total_seen=_total_seen(request),
                of_age=for_adults,  # the form has asked
            )
        except OutOfStock as problem:
            messages.error(request, _("%(name)s vừa hết hàng. Hãy xem lại giỏ.") % {"name": problem.listing.full_name})
            return redirect("basket")
        except TotalChanged as changed:
            fees = changed.fees
            lines = basket_lines(basket.basket_of(request.session))
            parts, goods = parts_of(lines), changed.total - changed.fees
            asked_again = _asked_again(_total_seen(request), changed)
        except NotSentThere as problem:
            said = _(
                "%(shop)s không giao hàng đến xã này. Hãy bỏ hàng của gian hàng đó khỏi giỏ, hoặc chọn nơi nhận khác."
            )
            form.add_error("commune", said % {"shop": problem.shop.name})
        except (AgeNotConfirmed, NotTaken):  # the goods or the shop became so since the page was read
            return redirect("checkout")
        except AmountOutOfBounds:
            form.add_error(None, _("Đơn hàng phải từ 5.000 đ đến dưới 1 tỷ đồng."))
        else:
            basket.empty(request.session)
            basket.remember_order(request.session, purchase.key)
            return _onward(request, purchase)
    context = {
        "form": form, "parts": parts, "fees": fees, "total": goods + (fees or 0), "methods": methods, "asked_again": asked_again,
    }  # fmt: skip
    return render(request, "market/orders/checkout.html", context)


@require_POST
@where_goods_are_sold
def pay(request: HttpRequest, key: str) -> HttpResponse:
    """Pay a purchase that is still waiting, again if need be."""
    purchase = purchase_by_key(key)
    if purchase is None:
        raise Http404
    return _onward(request, purchase)


def _total_seen(request: HttpRequest) -> int:
    """The total that stood on the page; 0 when it did not say."""
    said = request.POST.get("total_seen", "")[:12]
    return int(said) if said.isascii() and said.isdecimal() else 0


def _asked_again(seen: int, changed: TotalChanged) -> str:
    now = _("Tổng cộng bây giờ là %(now)s. Hãy xem lại rồi bấm đặt lần nữa.") % {"now": dong(changed.total)}
    if not seen:
        return now
    if changed.total - changed.fees == seen:
        return _("Tiền giao hàng đến nơi này là %(fees)s.") % {"fees": dong(changed.fees)} + " " + now
    return _("Giá vừa đổi, lúc nãy tổng cộng là %(seen)s.") % {"seen": dong(seen)} + " " + now


def _onward(request: HttpRequest, purchase: Purchase) -> HttpResponse:
    """To the bank where there is something to pay there, else to the purchase's own page."""
    if purchase.method == Method.VNPAY and purchase.payment is not None:
        address = client_address(request) or "127.0.0.1"
        try:
            return redirect(pay_page(begin_attempt(payment=purchase.payment, customer_address=address)))
        except PaymentClosed:
            pass
    return redirect("order", key=purchase.key)
