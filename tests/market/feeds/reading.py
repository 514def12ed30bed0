"""Reads feeds as a platform would, and holds them against what Google, Meta and schema.org have published. Nothing in here comes from the
writers: limits and words are written down again.

Google: https://support.google.com/merchants/answer/7052112 and its pages for each attribute.
Meta: https://developers.facebook.com/docs/marketing-api/catalog/reference and its CSV examples.
schema.org: DataFeed, DataFeedItem, Product, Offer, Certification. All read on 23/11/2026.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

G = "{http://base.google.com/ns/1.0}"
REPEATED = {"additional_image_link"}
MONEY = re.compile(r"[1-9]\d{0,14} VND")
MEASURE = re.compile(r"[1-9]\d*(\.\d+)?(mg|g|kg|ml|cl|l)")
WEIGHT = re.compile(r"[1-9]\d*(\.\d+)? (g|kg)")
BASE_MEASURES = {f"{number}{unit}" for number in (1, 10, 100, 2, 4, 8) for unit in ("mg", "g", "kg", "ml", "cl", "l")}
TAG = re.compile(r"<[A-Za-z/!][^<>]*>")


def units(text: str) -> int:
    """How long a text is for a reader that counts in UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def text_of(limit: int, *, one_line: bool = False) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not value.strip():
            return "is empty"
        if units(value) > limit:
            return f"is {units(value)} long, {limit} are allowed"
        if TAG.search(value) or html.unescape(value) != value:
            return "holds HTML"
        if any(unicodedata.category(each) in {"Cc", "Cs", "Co"} and each != "\n" for each in value):
            return "holds control characters"
        if unicodedata.normalize("NFC", value) != value:
            return "is not NFC"
        return "runs over several lines" if one_line and "\n" in value else ""

    return check


def one_of(*words: str) -> Callable[[str], str]:
    return lambda value: "" if value in words else f"is none of {words}"


def like(pattern: re.Pattern[str]) -> Callable[[str], str]:
    return lambda value: "" if pattern.fullmatch(value) else "is not written so"


def address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return "is no whole address"
    if not value.isascii() or re.search(r"[\s<>\"{}|\\^`]", value):
        return "holds what must be escaped in an address (RFC 3986)"
    return "" if len(value) <= 2000 else "is longer than 2000"


def period(value: str) -> str:
    try:
        first, last = (datetime.fromisoformat(each) for each in value.split("/"))
    except ValueError:
        return "is no period"
    return "" if first.tzinfo and last.tzinfo and first <= last else "is no period with its zone"


Rules = dict[str, Callable[[str], str]]
_ID = like(re.compile(r"[\x21-\x7e]{1,50}"))

GOOGLE_REQUIRED = {"id", "title", "description", "link", "image_link", "availability", "price"}
# New goods need a brand and a number (gtin, mpn), or say that there is no number.
GOOGLE: Rules = {
    "id": _ID,
    "title": text_of(150, one_line=True),
    "description": text_of(5000),
    "link": address,
    "image_link": address,
    "additional_image_link": address,
    "availability": one_of("in_stock", "out_of_stock", "preorder", "backorder"),
    "price": like(MONEY),
    "sale_price": like(MONEY),
    "sale_price_effective_date": period,
    "condition": one_of("new", "refurbished", "used"),
    "brand": text_of(70, one_line=True),
    "identifier_exists": one_of("yes", "no"),
    "product_type": text_of(750, one_line=True),
    "item_group_id": _ID,
    "size": text_of(100, one_line=True),
    "unit_pricing_measure": like(MEASURE),
    "unit_pricing_base_measure": one_of(*BASE_MEASURES),
    "product_weight": like(WEIGHT),
}

META_REQUIRED = {"id", "title", "description", "availability", "condition", "price", "link", "image_link", "brand"}
META: Rules = {
    "id": like(re.compile(r"[\x21-\x7e]{1,100}")),
    "title": text_of(200, one_line=True),
    "description": text_of(9999),
    "availability": one_of("in stock", "out of stock", "preorder", "available for order", "discontinued"),
    "condition": one_of("new", "refurbished", "used"),
    "price": like(MONEY),
    "link": address,
    "image_link": address,
    "brand": text_of(100, one_line=True),
    "additional_image_link": lambda value: next(
        (found for each in value.split(",") if (found := address(each))),
        "is too long" if len(value) > 2000 or value.count(",") >= 20 else "",
    ),
    "sale_price": like(MONEY),
    "sale_price_effective_date": period,
    "item_group_id": _ID,
    "size": text_of(200, one_line=True),
    "product_type": text_of(750, one_line=True),
    "quantity_to_sell_on_facebook": like(re.compile(r"0|[1-9]\d{0,9}")),
    "status": one_of("active", "archived"),
}


def google_items(content: bytes) -> list[dict[str, list[str]]]:
    """The items of an RSS 2.0 file; anything else in it is an error."""
    root = ET.fromstring(content)
    assert root.tag == "rss" and root.get("version") == "2.0"
    [channel] = list(root)
    heads = [each.tag for each in channel if each.tag != "item"]
    assert heads == ["title", "link", "description"] and all(channel.findtext(each) for each in heads)
    found = []
    for item in channel.iter("item"):
        values: dict[str, list[str]] = {}
        for each in item:
            assert each.tag.startswith(G), each.tag
            values.setdefault(each.tag.removeprefix(G), []).append(each.text or "")
        found.append(values)
    return found


def google_problems(content: bytes, *, gone: bool = False) -> list[str]:
    """What Google would refuse. With `gone` items may say nothing but that they cannot be bought."""
    problems, ids = [], []
    for item in google_items(content):
        sku = item.get("id", ["?"])[0]
        ids.append(sku)
        if gone and set(item) == {"id", "availability"}:
            problems += [] if item["availability"] == ["out_of_stock"] else [f"{sku}: gone, yet {item['availability']}"]
            continue
        problems += [f"{sku}: {name} is missing" for name in sorted(GOOGLE_REQUIRED - set(item))]
        problems += [f"{sku}: {name} twice" for name in item if len(item[name]) > 1 and name not in REPEATED]
        for name, values in item.items():
            rule = GOOGLE.get(name, lambda value: "is no attribute")
            problems += [f"{sku}: {name} {found}" for value in values if (found := rule(value))]
        if len(item.get("additional_image_link", [])) > 10:
            problems.append(f"{sku}: more than 10 further photos")
        if not item.get("gtin") and not item.get("mpn") and item.get("identifier_exists") != ["no"]:
            problems.append(f"{sku}: neither a number nor a word that there is none")
        if ("sale_price" in item) != ("sale_price_effective_date" in item):
            problems.append(f"{sku}: half a sale")
        if "sale_price" in item and _amount(item["sale_price"][0]) >= _amount(item["price"][0]):
            problems.append(f"{sku}: a sale that is none")
        if ("unit_pricing_measure" in item) != ("unit_pricing_base_measure" in item):
            problems.append(f"{sku}: half a unit price")
        if "item_group_id" in item and "size" not in item:
            problems.append(f"{sku}: a variant without what tells it apart")
    return problems + ([] if len(set(ids)) == len(ids) else ["an id twice"])


def meta_rows(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file in UTF-8 without a byte order mark."""
    text = content.decode("utf-8")
    assert not text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text), strict=True))
    assert all(len(row) == len(rows[0]) for row in rows)
    assert len(set(rows[0])) == len(rows[0]) and set(rows[0]) <= set(META) and set(rows[0]) >= META_REQUIRED
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def meta_problems(content: bytes, *, gone: bool = False) -> list[str]:
    """What Meta would refuse, and what a spreadsheet would run."""
    problems = []
    rows = meta_rows(content)
    for row in rows:
        sku = row["id"]
        problems += [
            f"{sku}: {name} begins a formula"
            for name, value in row.items()
            if re.match(r"[=+\-@＝＋－＠\t\r\n]", value)
        ]
        if gone and row["availability"] == "discontinued":
            told = {name for name, value in row.items() if value}
            problems += [] if told == {"id", "availability", "status"} else [f"{sku}: gone, yet it tells {told}"]
            continue
        problems += [f"{sku}: {name} is missing" for name in sorted(META_REQUIRED) if not row[name]]
        problems += [f"{sku}: {name} {found}" for name, value in row.items() if value and (found := META[name](value))]
        if bool(row["sale_price"]) != bool(row["sale_price_effective_date"]):
            problems.append(f"{sku}: half a sale")
        if row["item_group_id"] and not row["size"]:
            problems.append(f"{sku}: a variant without what tells it apart")
    return problems + ([] if len({row["id"] for row in rows}) == len(rows) else ["an id twice"])


# Types and their properties that we use, as schema.org lists them; "!" marks what Google's merchant listings require.
SCHEMA: dict[str, set[str]] = {
    "DataFeed": {"name", "url", "inLanguage", "dateModified", "dataFeedElement"},
    "DataFeedItem": {"dateModified", "dateDeleted", "item"},
    "Product": {
        "sku", "name", "description", "url", "category", "image", "brand", "manufacturer", "countryOfOrigin", "offers",
        "hasCertification", "size", "isVariantOf", "weight",
    },
    "ProductGroup": {"productGroupID", "name", "variesBy"},
    "Offer": {
        "url", "price", "priceCurrency", "availability", "itemCondition", "inventoryLevel", "seller", "priceValidUntil",
    },
    "Brand": {"name"},
    "Organization": {"name", "address", "url"},
    "PostalAddress": {"addressLocality", "addressRegion", "addressCountry"},
    "Country": {"name"},
    "QuantitativeValue": {"value", "unitCode", "unitText"},
    "Certification": {"name", "certificationIdentification", "validFrom", "expires", "url"},
}  # fmt: skip
OWN = {"deleted", "updated_since", "next_updated_since"}


def schema_items(content: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(content)["dataFeedElement"]
    return found


def schema_problems(content: bytes, *, gone: bool = False) -> list[str]:
    """What is not schema.org's, and what of ours is not declared."""
    data = json.loads(content)
    vocabulary, own = data["@context"]
    assert vocabulary == "https://schema.org/" and set(own) == OWN
    problems = _strange(data, "feed")
    ids = []
    for element in data["dataFeedElement"]:
        product = element["item"]
        sku = product["sku"]
        ids.append(sku)
        for moment in (element["dateModified"], element.get("dateDeleted", element["dateModified"])):
            if datetime.fromisoformat(moment).tzinfo is None:
                problems.append(f"{sku}: a moment without its zone")
        if gone and element.get("deleted"):
            problems += (
                [] if set(product) == {"@type", "sku"} and element["dateDeleted"] else [f"{sku}: gone, yet told"]
            )
            continue
        missing = {"name", "description", "url", "image", "offers", "sku"} - set(product)
        problems += [f"{sku}: {name} is missing" for name in sorted(missing)]
        offer = product["offers"]
        problems += [
            f"{sku}: offer without {name}" for name in ("price", "priceCurrency", "availability") if not offer[name]
        ]
        if not re.fullmatch(r"[1-9]\d*", offer["price"]) or offer["priceCurrency"] != "VND":
            problems.append(f"{sku}: a price of {offer['price']}")
        if offer["availability"] not in {"https://schema.org/InStock", "https://schema.org/OutOfStock"}:
            problems.append(f"{sku}: {offer['availability']}")
        problems += [f"{sku}: {found}" for each in [product["url"], *product["image"]] if (found := address(each))]
        for name, limit in (("name", 400), ("description", 9999)):  # schema.org sets no bounds
            if found := text_of(limit, one_line=name == "name")(product[name]):
                problems.append(f"{sku}: {name} {found}")
        for paper in product.get("hasCertification", []):
            if date.fromisoformat(paper["validFrom"]) > date.fromisoformat(paper["expires"]):
                problems.append(f"{sku}: a certificate that ends before it begins")
    return problems + ([] if len(set(ids)) == len(ids) else ["a SKU twice"])


def _strange(value: Any, where: str) -> list[str]:
    if isinstance(value, list):
        return [found for each in value for found in _strange(each, where)]
    if not isinstance(value, dict):
        return []
    known = SCHEMA[value["@type"]] | OWN | {"@type", "@id", "@context"}
    strange = [f"{where}: {value['@type']} has no {name}" for name in value if name not in known]
    inner = [(name, each) for name, each in value.items() if name != "@context"]
    return strange + [found for name, each in inner for found in _strange(each, f"{where}.{name}")]


def _amount(money: str) -> int:
    return int(money.split()[0]) if MONEY.fullmatch(money) else 0
