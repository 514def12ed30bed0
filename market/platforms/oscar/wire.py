"""The product API of oscarapi as data: our documents into its JSON, its JSON into our types. Pure.

A product there has few fields; ours that it lacks are attributes of a product class of our own (`ATTRIBUTES`), which
`OscarAdapter.authorise` makes. Prices are decimals ("45000.00"), descriptions are HTML, photos are addresses that the server fetches.
Sources: oscarapi 3.3.0 (serializers/admin/product.py) and django-oscar 4.2.1, and what a real server answers.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.kit.text import slug
from market.platforms import foreign_json
from market.platforms.contract import (
    BadgeDocument,
    ContractBroken,
    ListingDocument,
    PaperDocument,
    RemoteIds,
    RemoteSnapshot,
    ReviewResult,
    ReviewState,
    kept_text,
    normalised_text,
)
from market.platforms.oscar import fields

PRODUCT_CLASS = "len-san"
CURRENCY = "VND"
CAPTION_LIMIT = 200
_PART, _LINE_BREAK = " · ", "<br>\n"
_PHOTO_CODE = re.compile(r"([0-9a-f]{64})-[0-9a-f]+-[0-9]+")
_SLUG = re.compile(r"[\w-]*")
# Code → (what buyers read beside it, the type in oscar's own words).
ATTRIBUTES = {
    "unit": ("Đơn vị tính", "text"),
    "net_weight_grams": ("Khối lượng tịnh (g)", "integer"),
    "producer_name": ("Nhà sản xuất", "text"),
    "origin_commune": ("Xã, phường", "text"),
    "origin_province": ("Tỉnh, thành phố", "text"),
    "ingredients": ("Thành phần", "text"),
    "warnings": ("Cảnh báo", "text"),
    "shelf_life": ("Hạn dùng", "text"),
    "certificates": ("Chứng nhận OCOP", "text"),
    "papers": ("Giấy tờ", "text"),
    "category_code": ("Mã ngành hàng", "text"),
}


@dataclass(frozen=True)
class SentPhoto:
    """A photo as the shop is told of it: where it may be fetched, and the SHA-1 (hex) by which the shop knows whether it has it."""

    sha256: str
    sha1: str
    address: str
    alt: str


@dataclass(frozen=True)
class StockRecord:
    """Price and stock of a product with our partner. `allocated` pieces are promised to buyers and still lie in the store."""

    path: str
    price: int
    in_store: int
    allocated: int

    @property
    def stock(self) -> int:
        """Pieces that may still be sold."""
        return max(0, self.in_store - self.allocated)


@dataclass(frozen=True)
class Product:
    """A product of our partner: as the engine sees it, and the record that holds its offer (None: it has none)."""

    snapshot: RemoteSnapshot
    record: StockRecord | None


def class_body() -> dict[str, Any]:
    """Our product class, without its attributes."""
    return {"name": "Lên Sàn", "slug": PRODUCT_CLASS, "requires_shipping": True, "track_stock": True, "options": []}


def attribute_bodies() -> list[dict[str, Any]]:
    """The attributes of our product class."""
    return [
        {"code": code, "name": name, "type": kind, "required": False, "product_class": PRODUCT_CLASS}
        for code, (name, kind) in ATTRIBUTES.items()
    ]


def content_body(
    document: ListingDocument, photos: Sequence[SentPhoto], category: str, nonce: str, *, is_new: bool = False
) -> dict[str, Any]:
    """Everything but the offer. `category`: the whole name of the document's category there ("": none). `nonce` (hex) is another one
    for each call: the codes of photos are unique in the whole shop, also beside those that they replace. `is_new`: nothing is replaced."""
    values = attribute_values(document, category)
    return {
        "product_class": PRODUCT_CLASS,
        "structure": "standalone",
        "upc": document.reference.sku,
        "title": normalised_text(document.title),
        "slug": slug(document.title) or "san-pham",
        "description": written_text(document.description),
        "categories": [category] if category else [],
        "attributes": [{"code": code, "value": value} for code, value in values.items()],
        "images": [
            {
                "original": _address(
                    photo, is_again=photo.sha256 in {each.sha256 for each in photos[:number]}, is_new=is_new
                ),
                "caption": normalised_text(photo.alt)[:CAPTION_LIMIT],
                "display_order": number,
                "code": f"{photo.sha256}-{nonce}-{number}",
            }
            for number, photo in enumerate(photos)
        ],
    }


def creation_body(
    document: ListingDocument, photos: Sequence[SentPhoto], category: str, nonce: str, partner: str
) -> dict[str, Any]:
    """A whole new product: content and offer, shown to buyers. `partner` is the path of our partner there."""
    record = {"partner": partner, "partner_sku": document.reference.sku, **offer_body(document.price, document.stock)}
    return {**content_body(document, photos, category, nonce, is_new=True), "is_public": True, "stockrecords": [record]}


def offer_body(price: int, stock: int, allocated: int = 0) -> dict[str, Any]:
    """Price in đồng and pieces that may be sold. What is promised to buyers lies in the store beside them."""
    return {"price_currency": CURRENCY, "price": f"{price}.00", "num_in_stock": stock + allocated}


def attribute_values(document: ListingDocument, category: str) -> dict[str, str | int]:
    """The attributes of a document that are not empty: an empty one is left out, and by that cleared."""
    values: dict[str, str | int] = {
        name: normalised_text(getattr(document, name))
        for name in (
            "unit",
            "producer_name",
            "origin_commune",
            "origin_province",
            "ingredients",
            "warnings",
            "shelf_life",
        )
    }
    values["net_weight_grams"] = document.net_weight_grams or 0
    values["certificates"] = "\n".join(_badge_line(badge) for badge in document.badges)
    values["papers"] = "\n".join(_paper_line(paper) for paper in document.papers)
    values["category_code"] = f"{document.category_code} = {category}" if category else ""
    return {code: value for code, value in values.items() if value}


def written_text(text: str) -> str:
    """Our plain text as the HTML that the shop puts on its pages as it is."""
    return html.escape(normalised_text(text), quote=False).replace("\n", _LINE_BREAK)


def read_text(markup: str) -> str:
    """`written_text` the other way round. What somebody wrote there with other tags keeps them, and so differs from ours."""
    text = markup.replace("\r\n", "\n").replace(_LINE_BREAK, "\n")
    return html.unescape(text) if "<" not in text else text


def parse_product(value: Any, *, partner: str, public_url: str, seen_at: datetime) -> Product:
    """A product as its keepers see it. Raises ContractBroken."""
    product = foreign_json.object_of(value, "product")
    number, held = foreign_json.number_in(product, "id"), _values(product)
    record = _record(product, partner)
    page = foreign_json.text_in(product, "slug")
    if not _SLUG.fullmatch(page):
        raise ContractBroken(f"slug {page[:80]!r}")
    images = sorted(
        foreign_json.objects_in(product, "images"), key=lambda image: foreign_json.number_in(image, "display_order")
    )
    is_visible = product.get("is_public")
    if not isinstance(is_visible, bool):
        raise ContractBroken("is_public is neither true nor false")
    snapshot = RemoteSnapshot(
        remote=RemoteIds(str(number), f"{public_url.rstrip('/')}/catalogue/{page}_{number}/"),
        sku=_text_or_nothing(product, "upc"),
        title=foreign_json.text_in(product, "title"),
        description=read_text(_text_or_nothing(product, "description")),
        category_code=_category(product, held.get("category_code", "")),
        price=record.price if record else 0,
        unit=held.get("unit", ""),
        net_weight_grams=_weight(held.get("net_weight_grams", "")),
        stock=record.stock if record else 0,
        photo_digests=tuple(_digest(image) for image in images),
        origin_commune=held.get("origin_commune", ""),
        origin_province=held.get("origin_province", ""),
        producer_name=held.get("producer_name", ""),
        badge_codes=_firsts(held.get("certificates", "")),
        paper_numbers=_firsts(held.get("papers", "")),
        ingredients=held.get("ingredients", ""),
        warnings=held.get("warnings", ""),
        shelf_life=held.get("shelf_life", ""),
        is_visible=is_visible,
        review=ReviewResult(ReviewState.LIVE, seen_at=seen_at),
        updated_at=foreign_json.moment_in(product, "date_updated"),
    )
    return Product(snapshot, record)


def _address(photo: SentPhoto, *, is_again: bool, is_new: bool) -> str:
    """With the digest the shop need not fetch what it has; but then a photo that cannot be fetched is a fault of the shop's and no
    refusal, so that a new product comes without. The same photo once more must not be taken for the first one."""
    if is_new and not is_again:
        return photo.address
    digest = f"{photo.sha1}-again" if is_again else photo.sha1
    return f"{photo.address}{'&' if '?' in photo.address else '?'}sha1={digest}"


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


def _values(product: Mapping[str, Any]) -> dict[str, str]:
    """Texts and numbers by their codes; attributes of other kinds are none of ours."""
    return {
        foreign_json.text_in(item, "code"): kept_text(str(item["value"]), foreign_json.TEXT_LIMIT)
        for item in foreign_json.objects_in(product, "attributes")
        if isinstance(item.get("value"), str | int)
    }


def _category(product: Mapping[str, Any], told: str) -> str:
    """Our code, as long as the product stands where it was put."""
    names = product.get("categories")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ContractBroken("categories is no list of names")
    code, _, name = told.partition(" = ")
    return code if names == [name] else kept_text(" | ".join(names), 200)


def _weight(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _digest(image: Mapping[str, Any]) -> str:
    """Whose photo it is, told by the code that we gave it; one that somebody put there has another, or none."""
    code = image.get("code")
    found = _PHOTO_CODE.fullmatch(code) if isinstance(code, str) else None
    return found[1] if found else ""


def _record(product: Mapping[str, Any], partner: str) -> StockRecord | None:
    for record in foreign_json.objects_in(product, "stockrecords"):
        if fields.path_of(foreign_json.text_in(record, "partner")) != partner:
            continue
        # What is not priced in đồng has no price that we could compare.
        is_dong = record.get("price") is not None and record.get("price_currency") == CURRENCY
        return StockRecord(
            path=fields.path_of(foreign_json.text_in(record, "url")),
            price=fields.whole_dong(fields.money_in(record, "price")) if is_dong else 0,
            in_store=_count(record, "num_in_stock"),
            allocated=max(0, _count(record, "num_allocated")),
        )
    return None


def _count(value: Mapping[str, Any], name: str) -> int:
    return 0 if value.get(name) is None else foreign_json.number_in(value, name)


def _text_or_nothing(value: Mapping[str, Any], name: str) -> str:
    return "" if value.get(name) is None else foreign_json.text_in(value, name)
