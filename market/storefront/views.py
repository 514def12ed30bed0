"""Public product and shop pages."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from market.listings.queries import goods_for_sale
from market.listings.rules import selling_price
from market.shops.queries import open_shop_by_slug
from market.storefront.queries import card_of, live_elsewhere, public_phone

PAGE_SIZE = 24


def product(request: HttpRequest, slug: str) -> HttpResponse:
    """What is it, who makes it, may I trust it, how do I get it?"""
    listing = get_object_or_404(goods_for_sale(), slug=slug)
    others = goods_for_sale().filter(shop=listing.shop).exclude(pk=listing.pk).order_by("-published_at")[:4]
    context = {
        "listing": listing,
        "price": selling_price(listing),
        "photos": listing.photos.all(),
        "others": [card_of(other) for other in others],
        "elsewhere": live_elsewhere(listing),
        "phone": public_phone(listing.shop.producer),
    }
    return render(request, "market/storefront/product.html", context)


def shop(request: HttpRequest, slug: str) -> HttpResponse:
    """A shop with everything it sells."""
    found = open_shop_by_slug(slug)
    if found is None:
        raise Http404
    page = Paginator(goods_for_sale().filter(shop=found).order_by("-published_at", "-pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    cards = [card_of(listing) for listing in page]
    context = {"shop": found, "page": page, "cards": cards, "phone": public_phone(found.producer)}
    return render(request, "market/storefront/shop.html", context)
