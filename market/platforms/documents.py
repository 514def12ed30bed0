"""What travels between us and a platform: typed, frozen, without any platform's own words.

Content (name, text, photos) is slow and reviewed; the offer (price, stock) is fast and is not.
They are two documents with two hashes, so that a new stock level never reopens a review.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"


def normalised_text(text: str) -> str:
    """The text in NFC, with one kind of line end and without outer space: two spellings become one."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def kept_text(text: str, limit: int) -> str:
    """What another server wrote, as a database and a page can keep it: no control characters but line ends, no lone halves of
    characters, at most `limit` characters."""
    return "".join(
        each for each in text[: limit * 2] if each == "\n" or unicodedata.category(each) not in {"Cc", "Cs"}
    )[:limit]


def payload_hash(payload: Mapping[str, Json]) -> str:
    """SHA-256 (hex) of the payload with normalised text and sorted keys: equal meaning, equal hash."""
    text = json.dumps(_normalised(payload), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def _normalised(value: Json) -> Json:
    if isinstance(value, str):
        return normalised_text(value)
    if isinstance(value, Mapping):
        return {normalised_text(key): _normalised(inner) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [_normalised(inner) for inner in value]
    if value is None or isinstance(value, bool | int):
        return value
    raise TypeError(f"a {type(value).__name__} has no place in a payload")


@dataclass(frozen=True)
class ListingReference:
    """One listing by our own names. `sku` never changes and is the only name stable on every platform."""

    listing_id: str
    sku: str
    seller: str = ""


@dataclass(frozen=True)
class RemoteIds:
    """The platform's names for a listing: its product, the page a buyer sees, the last submission."""

    product_id: str
    url: str = ""
    submission_id: str = ""


@dataclass(frozen=True)
class PhotoReference:
    """A photo by its content: `sha256` is the hex digest of what `read` brings (`read` may raise OSError). `address` is where a
    platform may fetch the same bytes ("": nowhere)."""

    sha256: str
    file_name: str
    content_type: str
    read: Callable[[], bytes] = field(repr=False, compare=False)
    alt: str = ""
    address: str = field(default="", compare=False)


@dataclass(frozen=True)
class BadgeDocument:
    """A certificate as a buyer may see it. The market does not judge it; whoever builds the document
    passes only the badges that are in force that day."""

    check_code: str
    decision_number: str
    stars: int | None
    issued_on: date | None
    valid_from: date | None
    valid_until: date | None
    check_url: str = ""
    revoked_on: date | None = None


@dataclass(frozen=True)
class PaperDocument:
    """A paper behind the goods (VietGAP, food safety …) as a platform may see it: `kind` is its code, `name` what people call it.
    Whoever builds the document passes only papers in force that day; the paper itself stays with us."""

    kind: str
    name: str
    number: str
    issuer: str
    valid_until: date | None


@dataclass(frozen=True)
class OfferDocument:
    """Price (whole đồng) and stock (absolute, never a difference) of a listing that exists remotely."""

    sku: str
    remote: RemoteIds
    price: int
    stock: int

    @cached_property
    def offer_hash(self) -> str:
        """Equal for equal price and stock of the same SKU."""
        return payload_hash({"sku": self.sku, "price": self.price, "stock": self.stock})


@dataclass(frozen=True)
class ListingDocument:
    """A listing, complete: an empty field means that the platform shall hold nothing there.

    `price` in whole đồng per `unit`, `net_weight_grams` of one unit, `stock` in units, `revision` ours.
    """

    reference: ListingReference
    revision: int
    title: str
    description: str
    category_code: str
    price: int
    unit: str
    net_weight_grams: int | None
    stock: int
    photos: tuple[PhotoReference, ...] = ()
    badges: tuple[BadgeDocument, ...] = ()
    origin_commune: str = ""
    origin_province: str = ""
    producer_name: str = ""
    papers: tuple[PaperDocument, ...] = ()
    ingredients: str = ""
    warnings: str = ""
    shelf_life: str = ""
    category_path: str = ""

    @cached_property
    def content_hash(self) -> str:
        """Hash of everything a reviewer looks at: no price, no stock, no revision, no file names."""
        photos: list[Json] = [{"sha256": photo.sha256, "alt": photo.alt} for photo in self.photos]
        badges: list[Json] = [
            {
                "check_code": badge.check_code,
                "decision_number": badge.decision_number,
                "stars": badge.stars,
                "issued_on": _iso(badge.issued_on),
                "valid_from": _iso(badge.valid_from),
                "valid_until": _iso(badge.valid_until),
                "check_url": badge.check_url,
                "revoked_on": _iso(badge.revoked_on),
            }
            for badge in self.badges
        ]
        papers: list[Json] = [
            {
                "kind": paper.kind,
                "number": paper.number,
                "issuer": paper.issuer,
                "valid_until": _iso(paper.valid_until),
            }
            for paper in self.papers
        ]
        return payload_hash(
            {
                "sku": self.reference.sku,
                "papers": papers,
                "ingredients": self.ingredients,
                "warnings": self.warnings,
                "shelf_life": self.shelf_life,
                "title": self.title,
                "description": self.description,
                "category_code": self.category_code,
                "unit": self.unit,
                "net_weight_grams": self.net_weight_grams,
                "photos": photos,
                "badges": badges,
                "origin_commune": self.origin_commune,
                "origin_province": self.origin_province,
                "producer_name": self.producer_name,
            }
        )

    def offer(self, remote: RemoteIds) -> OfferDocument:
        """The price and stock of this document, for the remote object that shows it."""
        return OfferDocument(sku=self.reference.sku, remote=remote, price=self.price, stock=self.stock)


class SheetTask(StrEnum):
    """What a person at the platform shall do with one line of a sheet."""

    PUT = "put"
    OFFER = "offer"
    TAKE_DOWN = "take_down"


@dataclass(frozen=True)
class SheetLine:
    """One line's task, and the page where the listing stands there now ("" when there is none)."""

    task: SheetTask
    page: str = ""


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
