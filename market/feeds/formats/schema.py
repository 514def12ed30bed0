"""schema.org: a DataFeed of Products (https://schema.org/DataFeed, read 23/11/2026). The same words as the products' own pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from market.feeds.facts import Certificate, Facts
from market.feeds.formats.contract import Format, Head, Row
from market.feeds.formats.offers import whole
from market.feeds.since import written
from market.storefront.addresses import absolute

_SCHEMA = "https://schema.org"
Data = dict[str, Any]


def _write(head: Head, rows: Iterable[Row]) -> Iterator[str]:
    own = absolute("/feeds/#")
    top: Data = {
        # `deleted` and the two moments are ours; the rest is schema.org's.
        "@context": [
            f"{_SCHEMA}/",
            {name: own + name for name in ("deleted", "updated_since", "next_updated_since")},
        ],
        "@type": "DataFeed",
        "name": head.title,
        "url": head.address,
        "inLanguage": "vi",
        "dateModified": written(head.changed_at),
        "updated_since": written(head.since) if head.since else None,
        "next_updated_since": written(head.next_since),
    }
    yield _json(top).removesuffix("}") + ',"dataFeedElement":['
    between = "\n"
    for row in rows:
        yield between + _json(_gone(row) if row.facts is None else _good(row, row.facts))
        between = ",\n"
    yield "\n]}\n"


def _json(data: Data) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _gone(row: Row) -> Data:
    at = written(row.changed_at)
    return {
        "@type": "DataFeedItem",
        "dateModified": at,
        "dateDeleted": at,
        "deleted": True,
        "item": {"@type": "Product", "sku": row.sku},
    }


def _good(row: Row, facts: Facts) -> Data:
    return {"@type": "DataFeedItem", "dateModified": written(row.changed_at), "item": _product(facts)}


def _product(facts: Facts) -> Data:
    link = whole(facts.path)
    found: Data = {
        "@type": "Product",
        "@id": f"{link}#hang",
        "sku": facts.sku,
        "name": facts.title,
        "description": facts.description,
        "url": link,
        "category": " > ".join(facts.category),
        "image": [whole(each) for each in facts.photos],
        "brand": {"@type": "Brand", "name": facts.shop},
        "manufacturer": {
            "@type": "Organization",
            "name": facts.maker,
            "address": {
                "@type": "PostalAddress",
                "addressLocality": facts.commune,
                "addressRegion": facts.province,
                "addressCountry": "VN",
            },
        },
        "countryOfOrigin": {"@type": "Country", "name": "VN"},
        "offers": _offer(facts, link),
        "hasCertification": [_certificate(each) for each in facts.certificates],
        "size": facts.size,
    }
    if facts.group:
        found["isVariantOf"] = {
            "@type": "ProductGroup",
            "productGroupID": facts.group,
            "name": facts.name,
            "variesBy": [f"{_SCHEMA}/size"],
        }
    if facts.weight:
        found["weight"] = {"@type": "QuantitativeValue", "value": facts.weight, "unitCode": "GRM"}
    return {key: value for key, value in found.items() if value not in ("", [])}


def _offer(facts: Facts, link: str) -> Data:
    found: Data = {
        "@type": "Offer",
        "url": link,
        "price": str(facts.reduction.price if facts.reduction else facts.price),
        "priceCurrency": "VND",
        "availability": f"{_SCHEMA}/{'InStock' if facts.stock else 'OutOfStock'}",
        "itemCondition": f"{_SCHEMA}/NewCondition",
        "inventoryLevel": {"@type": "QuantitativeValue", "value": facts.stock, "unitText": facts.unit},
        "seller": {"@type": "Organization", "name": facts.shop, "url": whole(facts.shop_path)},
    }
    if facts.reduction:
        found["priceValidUntil"] = facts.reduction.ends_on
    return found


def _certificate(certificate: Certificate) -> Data:
    stars = f" {certificate.stars} sao" if certificate.stars and "sao" not in certificate.label else ""
    return {
        "@type": "Certification",
        "name": certificate.label + stars,
        "certificationIdentification": certificate.code,
        "validFrom": certificate.valid_from,
        "expires": certificate.valid_until,
        "url": whole(certificate.path),
    }


SCHEMA = Format("san-pham.json", "application/json; charset=utf-8", 1, _write)
