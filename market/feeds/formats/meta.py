"""Meta's catalogue: CSV with a head (https://developers.facebook.com/docs/marketing-api/catalog/reference, read 23/11/2026)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from market.feeds.facts import Facts
from market.feeds.formats.contract import Format, Head, Row
from market.feeds.formats.offers import IN_STOCK, OUT_OF_STOCK, dong_of, kind_of, period, whole
from market.feeds.text import cut, no_formula

COLUMNS = (
    "id", "title", "description", "availability", "condition", "price", "link", "image_link", "brand", "additional_image_link",
    "sale_price", "sale_price_effective_date", "item_group_id", "size", "product_type", "quantity_to_sell_on_facebook", "status",
)  # fmt: skip
LONGEST = {"title": 200, "description": 9999, "brand": 100, "product_type": 750, "size": 200}
LONGEST_PHOTOS, MOST_MORE_PHOTOS = 2000, 20


def _write(head: Head, rows: Iterable[Row]) -> Iterator[str]:
    # No byte order mark: the first column would be called otherwise.
    yield _line(COLUMNS)
    for row in rows:
        values = _gone(row.sku) if row.facts is None else _good(row.facts)
        yield _line([values.get(name, "") for name in COLUMNS])


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def _gone(sku: str) -> dict[str, str]:
    """Nothing more may be said of it."""
    return {"id": sku, "availability": "discontinued", "status": "archived"}


def _good(facts: Facts) -> dict[str, str]:
    first, *more = (whole(each) for each in facts.photos)
    found = {
        "id": facts.sku,
        "title": _words(facts.title, "title") or facts.sku,
        "description": _words(facts.description, "description") or facts.sku,
        "availability": IN_STOCK if facts.stock else OUT_OF_STOCK,
        "condition": "new",
        "price": dong_of(facts.price),
        "link": whole(facts.path),
        "image_link": first,
        "brand": _words(facts.shop, "brand") or "Lên Sàn",
        "additional_image_link": _photos(more),
        "product_type": _words(kind_of(facts), "product_type"),
        "quantity_to_sell_on_facebook": str(facts.stock),
        "status": "active",
    }
    if facts.reduction:
        found |= {
            "sale_price": dong_of(facts.reduction.price),
            "sale_price_effective_date": period(facts.reduction),
        }
    if facts.group and (size := _words(facts.size, "size")):
        found |= {"item_group_id": facts.group, "size": size}
    return found


def _words(text: str, column: str) -> str:
    return cut(no_formula(text), LONGEST[column])


def _photos(addresses: list[str]) -> str:
    kept: list[str] = []
    for address in addresses[:MOST_MORE_PHOTOS]:
        if len(",".join([*kept, address])) <= LONGEST_PHOTOS:
            kept.append(address)
    return ",".join(kept)


META = Format("meta.csv", "text/csv; charset=utf-8", 1, _write)
