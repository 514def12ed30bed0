"""The seller API of «Sàn thử» as data: our documents into its JSON, its JSON into our types. Pure.

Its words differ from ours on purpose (name, detail, price_vnd, weight_g, maker, images); `refusals.FIELDS` maps them.
Anything that is not as documented raises ContractBroken: nothing is guessed from a strange answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from market.platforms.contract import (
    ContractBroken,
    ListingDocument,
    MediaReference,
    OfferDocument,
    RemoteIds,
    RemoteSnapshot,
    ReviewResult,
    ReviewState,
    kept_text,
    normalised_text,
)
from market.platforms.foreign_json import (
    flag_in,
    json_of,
    moment_in,
    number_in,
    object_in,
    object_of,
    objects_in,
    text_in,
)
from market.platforms.santhu.refusals import remote_issue

REVIEW_STATES = {
    "pending_review": ReviewState.PENDING,
    "on_sale": ReviewState.LIVE,
    "refused": ReviewState.REJECTED,
    "blocked": ReviewState.SUSPENDED,
}
# More than the platform takes of anything: what is longer differs from ours all the same.
TEXT_LIMIT = 6000
_PAGE_PATH = re.compile(r"/p/[0-9]{1,15}")


@dataclass(frozen=True)
class ListingPage:
    """One page of a list, and the number of the next one."""

    items: tuple[RemoteSnapshot, ...]
    next_page: int | None


def content_body(document: ListingDocument, media: Mapping[str, str]) -> dict[str, Any]:
    """The reviewed part of a listing. `media`: photo SHA-256 → the platform's photo id."""
    return {
        "name": normalised_text(document.title),
        "detail": normalised_text(document.description),
        "category": document.category_code,
        "unit": normalised_text(document.unit),
        "weight_g": document.net_weight_grams,
        "maker": normalised_text(document.producer_name),
        "origin": {
            "commune": normalised_text(document.origin_commune),
            "province": normalised_text(document.origin_province),
        },
        "images": [{"id": media[photo.sha256], "alt": normalised_text(photo.alt)} for photo in document.photos],
        "certificates": [
            {
                "code": badge.check_code,
                "number": normalised_text(badge.decision_number),
                "stars": badge.stars,
                "valid_until": badge.valid_until.strftime("%d/%m/%Y") if badge.valid_until else "",
                "check_url": badge.check_url,
            }
            for badge in document.badges
        ],
        "papers": [
            {
                "code": paper.kind,
                "name": normalised_text(paper.name),
                "number": normalised_text(paper.number),
                "issuer": normalised_text(paper.issuer),
                "valid_until": paper.valid_until.strftime("%d/%m/%Y") if paper.valid_until else "",
            }
            for paper in document.papers
        ],
        "composition": normalised_text(document.ingredients),
        "caution": normalised_text(document.warnings),
        "keeps_for": normalised_text(document.shelf_life),
    }


def creation_body(document: ListingDocument, media: Mapping[str, str]) -> dict[str, Any]:
    """A whole new listing: content, SKU and offer."""
    return {
        "seller_sku": document.reference.sku,
        **content_body(document, media),
        "price_vnd": document.price,
        "quantity": document.stock,
    }


def offer_body(offer: OfferDocument) -> dict[str, Any]:
    """Price and stock, both absolute."""
    return {"price_vnd": offer.price, "quantity": offer.stock}


@dataclass(frozen=True)
class Grant:
    """Tokens from an exchange; the one for calls lives `seconds`."""

    token: str
    refresh_token: str
    seconds: int


def parse_grant(body: bytes) -> Grant:
    """The answer to an exchange. Raises ContractBroken."""
    value = parse_json(body)
    return Grant(text_in(value, "token"), text_in(value, "refresh_token"), number_in(value, "expires_in"))


def parse_json(body: bytes) -> dict[str, Any]:
    """The JSON object in an answer. Raises ContractBroken when it is none."""
    return object_of(json_of(body), "answer")


def parse_listing(value: Any, *, public_url: str, seen_at: datetime) -> RemoteSnapshot:
    """A listing as the platform shows it to its seller. The page address is built on `public_url`:
    the platform names a path, never a host. Texts are cut far beyond what it takes from us. Raises ContractBroken."""
    listing = object_of(value, "listing")
    origin = object_in(listing, "origin")
    path = text_in(listing, "path")
    if not _PAGE_PATH.fullmatch(path):
        raise ContractBroken(f"path {path[:80]!r}")
    return RemoteSnapshot(
        remote=RemoteIds(product_id=str(number_in(listing, "id")), url=public_url.rstrip("/") + path),
        sku=_text(listing, "seller_sku"),
        title=_text(listing, "name"),
        description=_text(listing, "detail"),
        category_code=_text(listing, "category"),
        price=number_in(listing, "price_vnd"),
        unit=_text(listing, "unit"),
        net_weight_grams=None if listing.get("weight_g") is None else number_in(listing, "weight_g"),
        stock=number_in(listing, "quantity"),
        photo_digests=tuple(_text(image, "sha256") for image in objects_in(listing, "images")),
        origin_commune=_text(origin, "commune"),
        origin_province=_text(origin, "province"),
        producer_name=_text(listing, "maker"),
        badge_codes=tuple(_text(item, "code") for item in objects_in(listing, "certificates")),
        paper_numbers=tuple(_text(item, "number") for item in objects_in(listing, "papers")),
        ingredients=_text(listing, "composition"),
        warnings=_text(listing, "caution"),
        shelf_life=_text(listing, "keeps_for"),
        is_visible=flag_in(listing, "visible"),
        review=parse_review(listing, seen_at=seen_at),
        updated_at=moment_in(listing, "updated_at"),
    )


def parse_review(listing: Mapping[str, Any], *, seen_at: datetime) -> ReviewResult:
    """State and reasons. Raises ContractBroken for a state that the documentation does not know."""
    state = REVIEW_STATES.get(text_in(listing, "state"))
    if state is None:
        raise ContractBroken(f"unknown state {text_in(listing, 'state')[:80]!r}")
    reasons = tuple(
        remote_issue("rejected_by_review", text_in(reason, "field"), text_in(reason, "text"))
        for reason in objects_in(listing, "reasons")
    )
    return ReviewResult(state=state, reasons=reasons, seen_at=seen_at)


def parse_listing_page(body: bytes, *, public_url: str, seen_at: datetime) -> ListingPage:
    """A page of listings. Raises ContractBroken."""
    page = parse_json(body)
    following = page.get("next_page")
    items = tuple(parse_listing(item, public_url=public_url, seen_at=seen_at) for item in objects_in(page, "items"))
    return ListingPage(items, None if following is None else number_in(page, "next_page"))


def parse_media(value: Mapping[str, Any], sha256: str) -> MediaReference:
    """A photo that the platform holds. Raises ContractBroken when it holds other bytes than ours."""
    if text_in(value, "sha256") != sha256:
        raise ContractBroken("the platform names another digest for our photo")
    return MediaReference(sha256=sha256, remote_id=text_in(value, "id"))


def parse_media_list(body: bytes, sha256: str) -> MediaReference | None:
    """The photo with this digest, if the platform holds it; the answer itself is compared."""
    for item in objects_in(parse_json(body), "items"):
        if text_in(item, "sha256") == sha256:
            return parse_media(item, sha256)
    return None


def _text(listing: Mapping[str, Any], name: str) -> str:
    return kept_text(text_in(listing, name), TEXT_LIMIT)
