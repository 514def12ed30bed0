"""Google Merchant Center: RSS 2.0 with the namespace g (https://support.google.com/merchants/answer/7052112, read 23/11/2026)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from market.feeds.facts import Facts
from market.feeds.formats.contract import Format, Head, Row
from market.feeds.formats.offers import dong_of, kind_of, period, whole
from market.feeds.text import cut

NAMESPACE = "http://base.google.com/ns/1.0"
LONGEST = {"title": 150, "description": 5000, "brand": 70, "product_type": 750, "size": 100}
MOST_MORE_PHOTOS = 10
Pair = tuple[str, str]


def _write(head: Head, rows: Iterable[Row]) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:g="{NAMESPACE}">\n<channel>\n'
    yield f"<title>{escape(head.title)}</title>\n<link>{escape(head.page)}</link>\n"
    yield f"<description>{escape(head.title)}</description>\n"
    for row in rows:
        pairs = _gone(row.sku) if row.facts is None else _good(row.facts)
        yield "<item>" + "".join(f"<g:{name}>{escape(value)}</g:{name}>" for name, value in pairs) + "</item>\n"
    yield "</channel>\n</rss>\n"


def _gone(sku: str) -> list[Pair]:
    """Nothing more may be said of it."""
    return [("id", sku), ("availability", "out_of_stock")]


def _good(facts: Facts) -> list[Pair]:
    first, *more = (whole(each) for each in facts.photos)
    found = [
        ("id", facts.sku),
        ("title", cut(facts.title, LONGEST["title"])),
        ("description", cut(facts.description, LONGEST["description"])),
        ("link", whole(facts.path)),
        ("image_link", first),
        *(("additional_image_link", each) for each in more[:MOST_MORE_PHOTOS]),
        ("availability", "in_stock" if facts.stock else "out_of_stock"),
        ("price", dong_of(facts.price)),
    ]
    if facts.reduction:
        found += [
            ("sale_price", dong_of(facts.reduction.price)),
            ("sale_price_effective_date", period(facts.reduction)),
        ]
    found += [
        ("condition", "new"),
        ("brand", cut(facts.shop, LONGEST["brand"])),
        ("identifier_exists", "no"),  # nobody has given these goods a number
        ("product_type", cut(kind_of(facts), LONGEST["product_type"])),
    ]
    if facts.group:
        found += [("item_group_id", facts.group), ("size", cut(facts.size, LONGEST["size"]))]
    if facts.weight:
        found += [
            ("unit_pricing_measure", f"{facts.weight}g"),
            ("unit_pricing_base_measure", "1kg"),
            ("product_weight", f"{facts.weight} g"),
        ]
    elif facts.volume:
        found += [("unit_pricing_measure", f"{facts.volume}ml"), ("unit_pricing_base_measure", "1l")]
    return [pair for pair in found if pair[1]]


GOOGLE = Format("google.xml", "application/xml; charset=utf-8", 1, _write)
