"""schema.org descriptions of what a page shows, as JSON-LD. Pure.

A data block is not executed, so the page's policy (no inline script) lets it be; what is inside is written so that no
text of a seller can end it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from market.listings.models import Listing, ListingBadge
from market.shops.models import Shop
from market.storefront.addresses import absolute, product_address, shop_address
from market.storefront.queries import ProductFacts, ShopFacts
from onboarding.producers.models import Producer

Data = dict[str, Any]
_SCHEMA = "https://schema.org"
# "</script>", "<!--" and, for old readers of JavaScript, its two line ends never stand in a block as they are.
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def json_ld(*things: Data) -> SafeString:
    """The block for the head of a page."""
    data = {"@context": _SCHEMA, "@graph": list(things)}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - escaped above


def product_data(facts: ProductFacts) -> Data:
    """A Product with its Offer. Prices are whole đồng, weights grams; there is no barcode to name."""
    listing = facts.listing
    found: Data = {
        "@type": "Product",
        "@id": product_address(listing) + "#hang",
        "name": listing.name,
        "description": listing.description,
        "sku": listing.sku,
        "url": product_address(listing),
        "category": listing.category.name if listing.category else "",
        "image": [absolute(row.photo.large.url) for row in facts.photos],
        "brand": {"@type": "Brand", "name": listing.shop.name},
        "manufacturer": _maker(facts.maker, listing),
        "countryOfOrigin": {"@type": "Country", "name": "VN"},
        "offers": _offer(facts),
        "hasCertification": [_certificate(badge) for badge in facts.badges],
    }
    if listing.net_weight:
        found["weight"] = {"@type": "QuantitativeValue", "value": listing.net_weight, "unitCode": "GRM"}
    if facts.sizes:
        found["size"] = listing.variant_name
        found["isVariantOf"] = {
            "@type": "ProductGroup",
            "productGroupID": facts.canonical.sku,
            "name": facts.canonical.name,
            "url": product_address(facts.canonical),
            "variesBy": [f"{_SCHEMA}/size"],
        }
    return {key: value for key, value in found.items() if value not in ("", [])}


def shop_data(facts: ShopFacts) -> Data:
    """A Store with its address down to the commune; what is nearer is nobody's business but the buyer's."""
    shop = facts.shop
    commune = shop.producer.commune
    found: Data = {
        "@type": "Store",
        "@id": shop_address(shop) + "#gian-hang",
        "name": shop.name,
        "description": shop.story,
        "url": shop_address(shop),
        "image": [absolute(row.photo.large.url) for row in facts.gallery],
        "address": {
            "@type": "PostalAddress",
            "addressLocality": str(commune),
            "addressRegion": str(commune.parent) if commune.parent else "",
            "addressCountry": "VN",
        },
        "telephone": facts.phone,
        "currenciesAccepted": "VND",
    }
    return {key: value for key, value in found.items() if value not in ("", [])}


def breadcrumbs(steps: Sequence[tuple[str, str]]) -> Data:
    """The way to this page: names with their whole addresses, from the front page down."""
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": address}
        for place, (name, address) in enumerate(steps, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def _offer(facts: ProductFacts) -> Data:
    listing, price = facts.listing, facts.price
    on_sale = listing.stock > 0 and listing.shop.state == Shop.State.OPEN
    found: Data = {
        "@type": "Offer",
        "url": product_address(listing),
        "price": str(price.amount),
        "priceCurrency": "VND",
        "availability": f"{_SCHEMA}/{'InStock' if on_sale else 'OutOfStock'}",
        "itemCondition": f"{_SCHEMA}/NewCondition",
        "seller": {"@type": "Organization", "name": listing.shop.name, "url": shop_address(listing.shop)},
    }
    if price.until:
        found["priceValidUntil"] = price.until.isoformat()
    return found


def _maker(producer: Producer, listing: Listing) -> Data:
    commune = listing.origin or producer.commune
    return {
        "@type": "Organization",
        "name": producer.name,
        "address": {
            "@type": "PostalAddress",
            "addressLocality": str(commune),
            "addressRegion": str(commune.parent) if commune.parent else "",
            "addressCountry": "VN",
        },
    }


def _certificate(badge: ListingBadge) -> Data:
    return {
        "@type": "Certification",
        "name": f"{badge.label} {badge.stars} sao" if badge.stars else badge.label,
        "certificationIdentification": badge.check_code,
        "validFrom": badge.valid_from.isoformat(),
        "expires": badge.valid_until.isoformat(),
        "url": absolute(badge.check_path),
    }
