"""Structured data: true, complete, and safe against every name a seller may choose."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.kit import clock
from market.listings.models import Listing, ListingBadge
from market.shops.models import Shop

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    '"}],"@type":"Person',
    "' onload='x",
    "dòng\u2028mới\u2029 &lt;/script&gt; \\u003c",
    "{{ settings.SECRET_KEY }}{% now %}",
)


class Blocks(HTMLParser):
    """What a browser takes for script elements: their type, and what stands in them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[dict[str, str | None], str]] = []
        self.open: dict[str, str | None] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self.open = dict(attrs)
            self.found.append((self.open, ""))

    def handle_data(self, data: str) -> None:
        if self.open is not None:
            self.found[-1] = (self.open, self.found[-1][1] + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self.open = None


def graph(address: str) -> list[dict[str, Any]]:
    """The things described on a page; every other script of the page is a file of ours."""
    blocks = Blocks()
    blocks.feed(Client().get(address).content.decode())
    data = [text for attributes, text in blocks.found if attributes.get("type") == "application/ld+json"]
    assert all(text == "" and "src" in kind for kind, text in blocks.found if kind.get("type") != "application/ld+json")
    assert len(data) == 1
    whole = json.loads(data[0])
    assert whole["@context"] == "https://schema.org"
    found: list[dict[str, Any]] = whole["@graph"]
    return found


def test_a_product(listing: Listing) -> None:
    Listing.objects.update(stock=0)
    ListingBadge.objects.create(
        listing=listing, check_code="OCOP-1", label="OCOP", stars=4, valid_from=clock.today(), valid_until=clock.today(),
        check_path="/ocop/OCOP-1",
    )  # fmt: skip
    commune = listing.shop.producer.commune
    address = f"http://127.0.0.1:8000/san-pham/{listing.slug}"
    product, way = graph(reverse("product", args=[listing.slug]))
    image = product.pop("image")
    assert len(image) == 1 and re.fullmatch(r"http://127.0.0.1:8000/media/photos/[0-9a-f-]{36}-l\.jpg", image[0])
    assert product == {
        "@type": "Product",
        "@id": f"{address}#hang",
        "name": "Hạt điều rang",
        "description": "Ngon.",
        "sku": listing.sku,
        "url": address,
        "category": listing.category.name,
        "brand": {"@type": "Brand", "name": "Vườn anh An"},
        "manufacturer": {
            "@type": "Organization",
            "name": "Hộ Nguyễn Văn An",
            "address": {
                "@type": "PostalAddress",
                "addressLocality": str(commune),
                "addressRegion": str(commune.parent),
                "addressCountry": "VN",
            },
        },
        "countryOfOrigin": {"@type": "Country", "name": "VN"},
        "weight": {"@type": "QuantitativeValue", "value": 1000, "unitCode": "GRM"},
        "offers": {
            "@type": "Offer",
            "url": address,
            "price": "50000",
            "priceCurrency": "VND",
            "availability": "https://schema.org/OutOfStock",
            "itemCondition": "https://schema.org/NewCondition",
            "seller": {
                "@type": "Organization",
                "name": "Vườn anh An",
                "url": f"http://127.0.0.1:8000/gian-hang/{listing.shop.slug}",
            },
        },
        "hasCertification": [
            {
                "@type": "Certification",
                "name": "OCOP 4 sao",
                "certificationIdentification": "OCOP-1",
                "validFrom": clock.today().isoformat(),
                "expires": clock.today().isoformat(),
                "url": "http://127.0.0.1:8000/ocop/OCOP-1",
            }
        ],
    }
    assert [(step["position"], step["name"]) for step in way["itemListElement"]] == [
        (1, "Trang đầu"),
        (2, "Vườn anh An"),
        (3, "Hạt điều rang"),
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_breaks_out(listing: Listing, name: str) -> None:
    Listing.objects.update(name=name, description=name)
    Shop.objects.update(name=name, story=name)
    product, way = graph(reverse("product", args=[listing.slug]))
    assert (product["name"], product["description"], product["brand"]["name"]) == (name, name, name)
    assert way["itemListElement"][2]["name"] == name
    store, _ = graph(reverse("shop", args=[listing.shop.slug]))
    assert (store["@type"], store["name"], store["description"]) == ("Store", name, name)


def test_pages_name_their_picture_for_sharing(listing: Listing) -> None:
    Listing.objects.update(name='Mắm "nhĩ" <b>')
    for address in (reverse("product", args=[listing.slug]), reverse("shop", args=[listing.shop.slug])):
        html = Client().get(address).content.decode()
        found = re.search(r'<meta property="og:image" content="http://127.0.0.1:8000([^"]+)">', html)
        assert found is not None
        assert Client().get(found[1])["Content-Type"] == "image/jpeg"
    assert (
        '<meta property="og:title" content="Mắm &quot;nhĩ&quot; &lt;b&gt;">'
        in Client().get(reverse("product", args=[listing.slug])).content.decode()
    )
