"""Whole addresses of public pages, for links that leave the site: canonical links, QR codes, structured data."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from market.listings.models import Listing
from market.shops.models import Shop


def absolute(path: str) -> str:
    """The whole address of a path of ours."""
    return settings.BASE_URL.rstrip("/") + path


def product_address(listing: Listing) -> str:
    """The whole address of a product's page."""
    return absolute(reverse("product", args=[listing.slug]))


def shop_address(shop: Shop) -> str:
    """The whole address of a shop's page."""
    return absolute(reverse("shop", args=[shop.slug]))
