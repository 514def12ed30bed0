"""The product API of Medusa as data: our documents into its JSON, its JSON into our types. Pure.

A product has few fields; ours that it lacks stand in its `metadata` (`TEXTS`), of which a change replaces single keys and an empty text
takes one away. One product is one variant, which bears our SKU and the offer (`offers`). Its photos are known by the digest in their names, which is how they were sent (`photo_name`).
Sources: Medusa 2.21.2 (api/admin/products/validators) and what a real server answers.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.kit.text import slug
from market.platforms import foreign_json
from market.platforms.complaints import complaint
from market.platforms.contract import (
    BadgeDocument,
    Issue,
    ListingDocument,
    PaperDocument,
    PhotoReference,
    RemoteIds,
    RemoteSnapshot,
    ReviewResult,
    ReviewState,
    kept_text,
    normalised_text,
)
from market.platforms.medusa import offers

# Whose goods a product is, also while it is hidden: the number of the sales channel that it was made for.
OWNER = "len_san"
REASONS, REASONS_MOST = "rejection_reasons", 20
TEXTS = (
    *("unit", "producer_name", "origin_commune", "origin_province"),
    *("ingredients", "warnings", "shelf_life", "certificates", "papers", "photo_texts"),
)
WEIGHT = "net_weight_grams"
# Every product has an option; ours has nothing to choose from.
OPTION, VALUE = "Quy cách", "Một loại"
HANDLE_WORDS = 60
STATES = {
    "proposed": ReviewState.PENDING,
    "published": ReviewState.LIVE,
    "rejected": ReviewState.REJECTED,
    # We never leave one as a draft: somebody there has taken it back.
    "draft": ReviewState.SUSPENDED,
}
SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
_LEVELS = "variants.inventory_items.inventory.location_levels"
FIELDS = ",".join(
    (
        *("id", "title", "handle", "external_id", "status", "description", "metadata", "created_at", "updated_at"),
        *("images.url", "images.rank", "categories.handle", "sales_channels.id", "variants.id", "variants.sku"),
        *("variants.prices.*", "variants.inventory_items.inventory_item_id"),
        *(f"{_LEVELS}.{name}" for name in ("location_id", "stocked_quantity", "reserved_quantity")),
    )
)
_PART = " · "
_HANDLE = re.compile(r"[\w-]+")
_PHOTO_NAME = re.compile(r"(?<![0-9a-f])([0-9a-f]{64})(?![0-9a-f])")


@dataclass(frozen=True)
class Shelf:
    """What was chosen for us in the shop, by its numbers: where goods are sold and where they lie."""

    channel: str
    location: str


@dataclass(frozen=True)
class Product:
    """A product: as the engine sees it, what holds its offer (None: it is not one thing for sale), where its photos stand, by their
    digests, the numbers of the sales channels that it is in, and whether it is ours."""

    snapshot: RemoteSnapshot
    variant: offers.Variant | None
    photos: tuple[tuple[str, str], ...]
    channels: tuple[str, ...]
    is_ours: bool
    created_at: datetime


def photo_name(photo: PhotoReference, number: int) -> str:
    """The name under which a photo is sent; `number` tells the same photo in two places apart."""
    return f"{photo.sha256}-{number}.{SUFFIXES.get(photo.content_type, 'bin')}"


def content_body(document: ListingDocument, addresses: Sequence[str], category: str) -> dict[str, Any]:
    """Everything but the offer, proposed for a review, the reasons of the last one gone. `addresses` of the photos there, in their
    order; `category`: its number there ("": none)."""
    return {
        "title": normalised_text(document.title),
        "description": normalised_text(document.description),
        "external_id": document.reference.sku,
        "status": "proposed",
        "images": [{"url": address} for address in addresses],
        "thumbnail": addresses[0] if addresses else None,
        "categories": [{"id": category}] if category else [],
        "metadata": {**_metadata(document), REASONS: ""},
    }


def creation_body(
    document: ListingDocument, addresses: Sequence[str], category: str, shelf: Shelf, profile: str
) -> dict[str, Any]:
    """A whole new product with its price; its stock is told in a call of its own. `profile`: how it is shipped, by its number there."""
    content = content_body(document, addresses, category)
    variant = {
        "title": VALUE,
        "sku": document.reference.sku,
        "manage_inventory": True,
        "allow_backorder": False,
        "options": {OPTION: VALUE},
        "prices": [offers.price_in_dong(document.price)],
    }
    return {
        **content,
        "metadata": {**{name: value for name, value in content["metadata"].items() if value}, OWNER: shelf.channel},
        "handle": handle(document),
        "options": [{"title": OPTION, "values": [VALUE]}],
        "sales_channels": [{"id": shelf.channel}],
        "shipping_profile_id": profile,
        "variants": [variant],
    }


def handle(document: ListingDocument) -> str:
    """The last part of a product's address: unique in the shop, as our SKU is."""
    words = slug(document.title)[:HANDLE_WORDS].strip("-") or "san-pham"
    return f"{words}-{hashlib.sha256(document.reference.sku.encode()).hexdigest()[:8]}"


def parse_product(value: Any, *, shelf: Shelf, public_url: str, seen_at: datetime) -> Product:
    """A product as its keepers see it. Raises ContractBroken."""
    product = foreign_json.object_of(value, "product")
    held = _held(product)
    variant = offers.parse_variant(product, shelf.location)
    channels = [foreign_json.text_in(each, "id") for each in foreign_json.objects_in(product, "sales_channels")]
    images = sorted(foreign_json.objects_in(product, "images"), key=lambda image: foreign_json.number_in(image, "rank"))
    addresses = [foreign_json.text_in(image, "url") for image in images]
    photos = tuple((_digest(address), address) for address in addresses)
    snapshot = RemoteSnapshot(
        remote=RemoteIds(
            foreign_json.text_in(product, "id"),
            _page(public_url, foreign_json.text_in(product, "handle")),
        ),
        sku=variant.sku if variant else "",
        title=foreign_json.text_in(product, "title"),
        description=_text_or_nothing(product, "description"),
        category_code=" | ".join(
            foreign_json.text_in(each, "handle") for each in foreign_json.objects_in(product, "categories")
        )[:200],
        price=variant.price if variant else 0,
        unit=_text(held, "unit"),
        net_weight_grams=_weight(held.get(WEIGHT)),
        stock=variant.stock if variant else 0,
        photo_digests=tuple(digest for digest, _ in photos),
        origin_commune=_text(held, "origin_commune"),
        origin_province=_text(held, "origin_province"),
        producer_name=_text(held, "producer_name"),
        badge_codes=_firsts(_text(held, "certificates")),
        paper_numbers=_firsts(_text(held, "papers")),
        ingredients=_text(held, "ingredients"),
        warnings=_text(held, "warnings"),
        shelf_life=_text(held, "shelf_life"),
        is_visible=shelf.channel in channels,
        review=_review(product, held, seen_at),
        updated_at=foreign_json.moment_in(product, "updated_at"),
    )
    is_ours = shelf.channel in channels or held.get(OWNER) == shelf.channel
    return Product(snapshot, variant, photos, tuple(channels), is_ours, foreign_json.moment_in(product, "created_at"))


def _metadata(document: ListingDocument) -> dict[str, str | int]:
    values: dict[str, str | int] = {name: normalised_text(getattr(document, name)) for name in TEXTS[:7]}
    values["certificates"] = "\n".join(_badge_line(badge) for badge in document.badges)
    values["papers"] = "\n".join(_paper_line(paper) for paper in document.papers)
    values["photo_texts"] = "\n".join(" ".join(normalised_text(photo.alt).split()) for photo in document.photos).strip()
    values[WEIGHT] = document.net_weight_grams or ""
    return values


def _review(product: Mapping[str, Any], held: Mapping[str, Any], seen_at: datetime) -> ReviewResult:
    """A status that no documentation names says nothing that we may rely on."""
    state = STATES.get(foreign_json.text_in(product, "status"), ReviewState.UNKNOWN)
    told = state in {ReviewState.REJECTED, ReviewState.SUSPENDED}
    return ReviewResult(state, tuple(_reasons(held.get(REASONS))) if told else (), seen_at)


def _reasons(value: Any) -> list[Issue]:
    """Medusa has no field for reasons: its moderators leave them in the metadata, as a list of texts or as lines of one."""
    texts = value.split("\n") if isinstance(value, str) else value if isinstance(value, list) else []
    kept = [text.strip() for text in texts if isinstance(text, str) and text.strip()]
    return [complaint("", text, "rejected_by_review") for text in kept[:REASONS_MOST]]


def _badge_line(badge: BadgeDocument) -> str:
    stars = f"{badge.stars} sao" if badge.stars else ""
    until = f"đến {badge.valid_until:%d/%m/%Y}" if badge.valid_until else ""
    return _line(badge.check_code, badge.decision_number, stars, until, badge.check_url)


def _paper_line(paper: PaperDocument) -> str:
    until = f"đến {paper.valid_until:%d/%m/%Y}" if paper.valid_until else ""
    return _line(paper.number, paper.name, paper.issuer, until)


def _line(*parts: str) -> str:
    flat = [" ".join(normalised_text(part).split()) for part in parts]
    return _PART.join([flat[0], *(part for part in flat[1:] if part)])


def _firsts(text: str) -> tuple[str, ...]:
    return tuple(line.split(_PART)[0] for line in text.split("\n")) if text else ()


def _page(public_url: str, handle: str) -> str:
    """Where buyers find a product, as the vendor's own storefront names it; "" for a handle that would lead elsewhere."""
    return f"{public_url.rstrip('/')}/products/{handle}" if _HANDLE.fullmatch(handle) else ""


def _held(product: Mapping[str, Any]) -> dict[str, Any]:
    return foreign_json.object_in(product, "metadata") if product.get("metadata") is not None else {}


def _text(held: Mapping[str, Any], name: str) -> str:
    """What somebody there put in its place may be anything: what is no text differs from ours all the same."""
    value = held.get(name)
    return kept_text(value, foreign_json.TEXT_LIMIT) if isinstance(value, str) else ""


def _weight(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**11 else None


def _digest(address: str) -> str:
    """Whose photo it is, told by the name that we sent it under; one that somebody put there has another."""
    found = _PHOTO_NAME.findall(address.rsplit("/", 1)[-1])
    return str(found[-1]) if found else ""


def _text_or_nothing(value: Mapping[str, Any], name: str) -> str:
    return "" if value.get(name) is None else foreign_json.text_in(value, name)
