"""The products of Vendure's admin API as data: our documents into its inputs, its JSON into our types. Pure.

A product and what is sold of it (its variant, which bears SKU, price and stock) are made in two calls. In between, and when the second
never comes, only the product's address says whose it is: it ends in a digest of our SKU, and stays when the product is renamed.
Money is in hundredths of a đồng, also though nobody pays less than one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.kit.text import slug
from market.platforms.contract import (
    ListingDocument,
    RemoteIds,
    RemoteSnapshot,
    ReviewResult,
    ReviewState,
    kept_text,
    normalised_text,
)
from market.platforms.foreign_json import flag_in, moment_in, number_in, object_in, object_of, objects_in, text_in
from market.platforms.vendure import facts

CURRENCY = "VND"
HUNDREDTHS = 100
# Of the digest of an SKU, in hex: enough that no two in a shop are alike.
MARK_LENGTH, SLUG_LIMIT, CATEGORY_LIMIT = 20, 60, 200
_PAGE = re.compile(r"[\w-]+")
_PHOTO = re.compile(r"/([0-9a-f]{64})(__\d+)?\.\w+$")


@dataclass(frozen=True)
class StockLevel:
    """What lies in one store. `allocated` pieces are promised to buyers and not sent yet."""

    place: str
    on_hand: int
    allocated: int


@dataclass(frozen=True)
class Variant:
    """What is sold of a product: whole đồng (0 where it has no price that we could compare), and where its pieces lie."""

    variant_id: str
    sku: str
    price: int
    levels: tuple[StockLevel, ...]
    is_enabled: bool

    @property
    def stock(self) -> int:
        """Pieces that may still be sold."""
        return max(0, sum(level.on_hand - level.allocated for level in self.levels))


@dataclass(frozen=True)
class Product:
    """A product: as the engine sees it, the variant that bears our offer (None: it was never made, or taken away), and the numbers of
    what it stands under beside our category. `is_begun`: its creation broke off before anything was sold of it."""

    snapshot: RemoteSnapshot
    variant: Variant | None
    variant_skus: tuple[str, ...]
    slug: str
    other_values: tuple[str, ...]
    is_begun: bool = False

    def is_for(self, sku: str) -> bool:
        """Whether it is exactly this SKU's: by a variant, or by its address as long as it has none."""
        return sku in self.variant_skus or (not self.variant_skus and mark_of(sku) in self.slug)


def mark_of(sku: str) -> str:
    """What the address of this SKU's product ends in."""
    return hashlib.sha256(sku.encode("utf-8", "backslashreplace")).hexdigest()[:MARK_LENGTH]


def product_input(
    document: ListingDocument, language: str, assets: Sequence[str], values: Iterable[str]
) -> dict[str, Any]:
    """A product's content but for its address: `assets` are the ids of its photos in their order, `values` those of everything it
    stands under."""
    words = {
        "languageCode": language,
        "name": normalised_text(document.title),
        "description": facts.written(document),
    }
    return {
        "translations": [words],
        "assetIds": list(assets),
        "featuredAssetId": assets[0] if assets else None,
        "facetValueIds": list(values),
    }


def creation_input(document: ListingDocument, language: str) -> dict[str, Any]:
    """A product that is begun: hidden from buyers, for nothing is sold of it yet. Its words come with that."""
    words = {
        "languageCode": language,
        "name": normalised_text(document.title),
        "slug": f"{slug(document.title, SLUG_LIMIT) or 'san-pham'}-{mark_of(document.reference.sku)}",
        "description": facts.begun(document.reference.sku),
    }
    return {"translations": [words], "enabled": False}


def variant_input(product_id: str, sku: str, title: str, language: str, price: int, stock: int) -> dict[str, Any]:
    """What is sold of a new product; it has the product's name, which stands in carts and on orders."""
    return {
        "productId": product_id,
        "sku": sku,
        "translations": [{"languageCode": language, "name": normalised_text(title)}],
        "price": price * HUNDREDTHS,
        "stockOnHand": stock,
        **_COUNTED,
    }


def name_input(variant: Variant, title: str, language: str) -> dict[str, Any]:
    """What is sold of a product is called as the product is."""
    return {
        "id": variant.variant_id,
        "translations": [{"languageCode": language, "name": normalised_text(title)}],
    }


def offer_input(variant: Variant, price: int, stock: int) -> dict[str, Any]:
    """Price in đồng and pieces that may be sold: all in the first store, beside those that are promised to buyers."""
    found: dict[str, Any] = {"id": variant.variant_id, "price": price * HUNDREDTHS, **_COUNTED}
    if variant.levels:
        found["stockLevels"] = [
            {"stockLocationId": level.place, "stockOnHand": level.allocated + (stock if number == 0 else 0)}
            for number, level in enumerate(variant.levels)
        ]
    else:
        found["stockOnHand"] = stock
    return found


# Counted, and no more sold than there is, however the shop does it with other goods.
_COUNTED = {"trackInventory": "TRUE", "useGlobalOutOfStockThreshold": False, "outOfStockThreshold": 0}


def parse_product(value: Any, *, facet: str, public_url: str, seen_at: datetime) -> Product:
    """A product as its keepers see it; goods stand under the values of `facet`. Raises ContractBroken."""
    product = object_of(value, "product")
    description, held = facts.read(text_in(product, "description"))
    variants = [_variant(item) for item in objects_in(product, "variants")]
    page = text_in(product, "slug")
    variant = next((each for each in variants if mark_of(each.sku) in page), variants[0] if variants else None)
    values = [(text_in(item, "id"), *value_of(item)) for item in objects_in(product, "facetValues")]
    snapshot = RemoteSnapshot(
        remote=RemoteIds(text_in(product, "id"), _page(public_url, page)),
        sku=variant.sku if variant else held.get("sku", ""),
        title=text_in(product, "name"),
        # What is only begun differs from every listing, so that its words are sent again.
        description=held.get("unfinished", description),
        category_code=kept_text(" | ".join(code for _, of, code in values if of == facet), CATEGORY_LIMIT),
        price=variant.price if variant else 0,
        unit=held.get("unit", ""),
        net_weight_grams=_weight(held.get("net_weight_grams", "")),
        stock=variant.stock if variant else 0,
        photo_digests=tuple(digest_in(item) for item in objects_in(product, "assets")),
        origin_commune=held.get("origin_commune", ""),
        origin_province=held.get("origin_province", ""),
        producer_name=held.get("producer_name", ""),
        badge_codes=facts.first_parts(held.get("certificates", "")),
        paper_numbers=facts.first_parts(held.get("papers", "")),
        ingredients=held.get("ingredients", ""),
        warnings=held.get("warnings", ""),
        shelf_life=held.get("shelf_life", ""),
        # Where there is nothing to buy, there is nothing for buyers.
        is_visible=flag_in(product, "enabled") and variant is not None and variant.is_enabled,
        review=ReviewResult(ReviewState.LIVE, seen_at=seen_at),
        updated_at=moment_in(product, "updatedAt"),
    )
    skus = tuple(each.sku for each in variants)
    others = tuple(number for number, of, _ in values if of != facet)
    return Product(snapshot, variant, skus, page, others, is_begun="unfinished" in held)


def value_of(value: Mapping[str, Any]) -> tuple[str, str]:
    """The code of a facet, and of one of its values. Raises ContractBroken."""
    return text_in(object_in(value, "facet"), "code"), text_in(value, "code")


def digest_in(asset: Mapping[str, Any]) -> str:
    """Whose photo it is, told by the name of the file that we gave; one that somebody put there has another ("")."""
    found = _PHOTO.search(text_in(asset, "source"))
    return found[1] if found else ""


def _variant(value: Mapping[str, Any]) -> Variant:
    amount, levels = number_in(value, "priceWithTax"), objects_in(value, "stockLevels")
    # What is priced in another money, or in parts of a đồng, has no price that could be ours.
    is_ours = value.get("currencyCode") == CURRENCY and amount >= 0 and amount % HUNDREDTHS == 0
    return Variant(
        variant_id=text_in(value, "id"),
        sku=text_in(value, "sku"),
        price=amount // HUNDREDTHS if is_ours else 0,
        levels=tuple(
            StockLevel(
                text_in(level, "stockLocationId"), number_in(level, "stockOnHand"), number_in(level, "stockAllocated")
            )
            for level in levels
        ),
        is_enabled=flag_in(value, "enabled"),
    )


def _page(public_url: str, name: str) -> str:
    """Where buyers find a product, as the vendor's own storefronts name it; "" where nobody knows, or the name is none of an address."""
    return f"{public_url.rstrip('/')}/products/{name}" if public_url and _PAGE.fullmatch(name) else ""


def _weight(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
