"""What search engines are told."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from market.listings.models import Listing
from market.shops.models import Shop
from market.storefront.sitemaps import Products


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def test_the_map_names_each_good_once(listing: Listing, other_shop: Shop) -> None:
    size = Listing.objects.get(pk=listing.pk)
    size.pk, size.main, size.variant_name, size.sku, size.slug = None, listing, "gói", "LSX", "goi"
    size.save()
    assert "http://127.0.0.1:8000/sitemap-san-pham.xml" in Client().get("/sitemap.xml").content.decode().replace(
        "http://testserver", "http://127.0.0.1:8000"
    )
    products = Client().get("/sitemap-san-pham.xml").content.decode()
    assert products.count("<loc>") == 1
    assert f"<loc>http://127.0.0.1:8000/san-pham/{listing.slug}</loc>" in products
    shops = Client().get("/sitemap-gian-hang.xml").content.decode()
    assert listing.shop.slug in shops
    assert other_shop.slug not in shops, "an empty shop is no news"


def test_a_long_map_is_cut(listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Products.limit == 5000
    monkeypatch.setattr(Products, "limit", 1)
    other = Listing.objects.get(pk=listing.pk)
    other.pk, other.sku, other.slug = None, "LSY", "y"
    other.save()
    assert "sitemap-san-pham.xml?p=2" in Client().get("/sitemap.xml").content.decode()
    assert "/san-pham/y<" in Client().get("/sitemap-san-pham.xml?p=2").content.decode()


def test_robots(settings: Any) -> None:
    text = Client().get("/robots.txt").content.decode()
    assert "Disallow: /nguoi-ban/\n" in text
    assert text.endswith("Sitemap: http://127.0.0.1:8000/sitemap.xml\n")
    settings.DEMO = True
    assert Client().get("/robots.txt").content.decode() == "User-agent: *\nDisallow: /\n"
