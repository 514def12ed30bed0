"""The basket."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from market.listings.queries import goods_for_sale
from market.orders import basket
from market.orders.queries import basket_lines, unpaid_purchases
from market.orders.views.guard import where_goods_are_sold


@never_cache
@where_goods_are_sold
def show_basket(request: HttpRequest) -> HttpResponse:
    """What is in the basket, at today's prices."""
    lines = basket_lines(basket.basket_of(request.session))
    context = {
        "lines": lines,
        "total": sum(line.sum for line in lines),
        "ready": bool(lines) and not any(line.problem for line in lines),
        "unpaid": unpaid_purchases(keys) if (keys := basket.orders_of(request.session)) else [],
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
