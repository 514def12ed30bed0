"""Public product and shop pages."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core.kit import clock
from core.kit.qr import qr_svg
from core.people.queries import viewer_of
from core.people.views import signed_in
from market.listings.models import Listing
from market.listings.queries import public_address
from market.listings.rules import missing_for_sale, price_by_measure
from market.shops.models import Shop
from market.storefront import structured, wording
from market.storefront.addresses import absolute, product_address, shop_address
from market.storefront.queries import (
    ProductFacts,
    ShopFacts,
    Standing,
    product_facts,
    product_standing,
    product_to_preview,
    shop_by_slug,
    shop_facts,
)
from market.storefront.views.pictures import product_card_address, shop_card_address

_NUMBER_AT_THE_END = re.compile(r"-\w*\d\w*$")


def product(request: HttpRequest, slug: str) -> HttpResponse:
    """What is it, who makes it, may I trust it, how do I get it?"""
    standing, listing = product_standing(slug)
    if listing is None:
        return not_here(request, slug)
    if standing == Standing.GONE:
        return render(request, "market/storefront/gone.html", {"what": "product"}, status=410)
    facts = product_facts(listing)
    return render(request, "market/storefront/product.html", _product_words(facts))


@signed_in
def preview(request: HttpRequest, sku: str) -> HttpResponse:
    """A listing as buyers will see it, for those who write it; not for search engines, and nothing can be bought."""
    listing = product_to_preview(viewer_of(request), sku)
    if listing is None:
        raise Http404
    facts = product_facts(listing)
    is_live = listing.state == Listing.State.PUBLISHED
    can_publish = not is_live and not missing_for_sale(listing)
    words = _product_words(facts) | {
        "buyable": False,
        "can_publish": can_publish,
        "public_url": public_address(listing),
    }
    answer = render(request, "market/storefront/preview.html", words)
    answer["X-Robots-Tag"] = "noindex"
    return answer


def shop(request: HttpRequest, slug: str) -> HttpResponse:
    """A shop with everything it sells."""
    found = shop_by_slug(slug)
    if found is None or found.state == Shop.State.DRAFT:
        return not_here(request, slug)
    if found.state == Shop.State.CLOSED:
        return render(request, "market/storefront/gone.html", {"what": "shop"}, status=410)
    facts = shop_facts(found, request.GET.get("page"))
    return render(request, "market/storefront/shop.html", _shop_words(facts))


def not_here(request: HttpRequest, slug: str) -> HttpResponse:
    """Nothing at this address: help to find it by the words that stand in it."""
    words = _NUMBER_AT_THE_END.sub("", slug).replace("-", " ").replace("_", " ").strip()[:80]
    if not words:
        raise Http404
    return render(request, "market/storefront/gone.html", {"words": words, "what": "unknown"}, status=404)


def _product_words(facts: ProductFacts) -> dict[str, Any]:
    listing, price = facts.listing, facts.price
    unit = str(listing.get_unit_display())
    shop = listing.shop
    steps = [
        (_("Trang đầu"), absolute("/")),
        (shop.name, shop_address(shop)),
        (listing.name, product_address(listing)),
    ]
    return {
        "facts": facts,
        "listing": listing,
        "shop": shop,
        "unit": unit,
        "price": price,
        "by_measure": wording.by_measure_words(price_by_measure(listing, price.amount)),
        "stock": wording.stock_words(listing.stock, unit),
        "season": wording.season_words(listing.season_from, listing.season_to, clock.today().month),
        "shelf_life": wording.shelf_life_words(listing.shelf_life_days),
        "alcohol": wording.alcohol_words(listing.alcohol),
        "for_adults": facts.for_adults,
        "on_sale": shop.state == Shop.State.OPEN,
        "buyable": settings.SELLING == "direct" and shop.state == Shop.State.OPEN and listing.stock > 0,
        "canonical": product_address(facts.canonical),
        "card_picture": product_card_address(listing, price) if facts.is_advertisable else "",
        "structured": structured.json_ld(structured.product_data(facts), structured.breadcrumbs(steps)),
    }


def _shop_words(facts: ShopFacts) -> dict[str, Any]:
    shop, page = facts.shop, facts.page
    address = shop_address(shop)
    steps = [(_("Trang đầu"), absolute("/")), (shop.name, address)]
    return {
        "facts": facts,
        "shop": shop,
        "page": page,
        "address": address,
        "qr": qr_svg(address),
        "canonical": address if page.number == 1 else f"{address}?page={page.number}",
        "card_picture": shop_card_address(shop),
        "structured": structured.json_ld(structured.shop_data(facts), structured.breadcrumbs(steps)),
    }
