"""What holds the offer of a product of Medusa: its variant with the price, and beside it the inventory item with the stock. Pure.

Money is whole đồng. Stock is counted by places; what is promised to buyers lies in the store until it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from market.platforms import foreign_json
from market.platforms.contract import ContractBroken

CURRENCY = "vnd"
_PRICE_KEYS = ("id", "currency_code", "amount", "min_quantity", "max_quantity", "rules")


@dataclass(frozen=True)
class Variant:
    """What holds the offer of a product. `item` is its inventory item ("": its stock is not counted there); `in_store` is None where
    nothing was ever said of our stock location; `reserved` pieces are promised to buyers and still lie there. `other_prices` are those that are none
    of ours."""

    number: str
    sku: str
    price: int
    item: str
    in_store: int | None
    reserved: int
    other_prices: tuple[Mapping[str, Any], ...] = ()

    @property
    def stock(self) -> int:
        """Pieces that may still be sold."""
        return max(0, (self.in_store or 0) - self.reserved)


def price_in_dong(price: int) -> dict[str, Any]:
    """What anybody pays."""
    return {"currency_code": CURRENCY, "amount": price}


def price_body(price: int, others: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A new price in đồng; those that are left out would go."""
    return {"prices": [price_in_dong(price), *(dict(other) for other in others)]}


def parse_variant(product: Mapping[str, Any], location: str) -> Variant | None:
    """The variant of a product that is one thing for sale, its stock at this place; None for a product of several. Raises ContractBroken."""
    variants = foreign_json.objects_in(product, "variants")
    if len(variants) != 1:
        return None
    (variant,) = variants
    prices = foreign_json.objects_in(variant, "prices")
    ours = [each for each in prices if _is_plain(each)]
    items = foreign_json.objects_in(variant, "inventory_items")
    # Made of several things, its stock is none that we could tell.
    item = items[0] if len(items) == 1 else {}
    level = _level(item, location)
    return Variant(
        number=foreign_json.text_in(variant, "id"),
        sku="" if variant.get("sku") is None else foreign_json.text_in(variant, "sku"),
        price=whole(ours[0].get("amount"), "amount") if ours else 0,
        item=foreign_json.text_in(item, "inventory_item_id") if item else "",
        in_store=None if level is None else whole(level.get("stocked_quantity"), "stocked_quantity"),
        reserved=0 if level is None else whole(level.get("reserved_quantity"), "reserved_quantity"),
        other_prices=tuple({name: each.get(name) for name in _PRICE_KEYS} for each in prices if not _is_plain(each)),
    )


def whole(number: Any, name: str) -> int:
    """A count or an amount, which JavaScript may write with a point. Raises ContractBroken for what is no whole number."""
    if isinstance(number, bool) or not isinstance(number, int | float) or number != number // 1:
        raise ContractBroken(f"{name} {str(number)[:40]}")
    return int(number)


def _is_plain(price: Mapping[str, Any]) -> bool:
    """Whether this is what anybody pays in đồng, and no price for many pieces or for a region."""
    bounds = (price.get("min_quantity"), price.get("max_quantity"))
    return price.get("currency_code") == CURRENCY and bounds == (None, None) and not price.get("rules")


def _level(item: Mapping[str, Any], location: str) -> Mapping[str, Any] | None:
    if item.get("inventory") is None:
        return None
    levels = foreign_json.objects_in(foreign_json.object_in(item, "inventory"), "location_levels")
    return next((level for level in levels if level.get("location_id") == location), None)
