"""Share cards: the pictures that stand under a link in Zalo and Facebook."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from market.listings.models import Listing
from market.shops.models import Shop
from market.storefront.actions import kept_card
from market.storefront.addresses import absolute
from market.storefront.queries.prices import Price
from market.storefront.queries.sharing import ShareCard, card_of_product, card_of_shop, product_card, shop_card

_FOR_EVER = "public, max-age=31536000, immutable"  # the address names what stands on the picture


def product_card_address(listing: Listing, price: Price) -> str:
    """The whole address of the card of a listing from `product_facts` at today's price; costs no query."""
    return absolute(reverse("product_card", args=[listing.slug, product_card(listing, price).digest]))


def shop_card_address(shop: Shop) -> str:
    """The whole address of the card of a shop from `shop_by_slug`; costs no query."""
    return absolute(reverse("shop_card", args=[shop.slug, shop_card(shop).digest]))


def product_picture(request: HttpRequest, slug: str, digest: str) -> HttpResponse:
    """A product's card; an address of yesterday leads to today's."""
    return _answer("product_card", slug, digest, card_of_product(slug))


def shop_picture(request: HttpRequest, slug: str, digest: str) -> HttpResponse:
    """A shop's card; an address of yesterday leads to today's."""
    return _answer("shop_card", slug, digest, card_of_shop(slug))


def _answer(route: str, slug: str, digest: str, card: ShareCard | None) -> HttpResponse:
    if card is None:
        raise Http404
    if digest != card.digest:
        return redirect(reverse(route, args=[slug, card.digest]))
    response = HttpResponse(kept_card(card, of=f"{route.removesuffix('_card')}-{slug}"), content_type="image/jpeg")
    response["Cache-Control"] = _FOR_EVER
    response["X-Content-Type-Options"] = "nosniff"
    return response
