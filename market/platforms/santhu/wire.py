"""The seller API of «Sàn thử» as data: our documents into its JSON, its JSON into our types. Pure.

Its words differ from ours on purpose (name, detail, price_vnd, weight_g, maker, images); `refusals.FIELDS` maps them.
Anything that is not as documented raises ContractBroken: nothing is guessed from a strange answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
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
    return Grant(_text(value, "token"), _text(value, "refresh_token"), _number(value, "expires_in"))


def parse_json(body: bytes) -> dict[str, Any]:
    """The JSON object in an answer. Raises ContractBroken when it is none."""
    try:
        value = json.loads(body)
    except ValueError as error:
        raise ContractBroken(f"no JSON: {body[:80]!r}") from error
    if not isinstance(value, dict):
        raise ContractBroken(f"no JSON object but {type(value).__name__}")
    return value


def parse_listing(value: Any, *, public_url: str, seen_at: datetime) -> RemoteSnapshot:
    """A listing as the platform shows it to its seller. The page address is built on `public_url`:
    the platform names a path, never a host. Texts are cut far beyond what it takes from us. Raises ContractBroken."""
    listing = _object(value, "listing")
    origin = _object(listing.get("origin"), "origin")
    path = _text(listing, "path")
    if not _PAGE_PATH.fullmatch(path):
        raise ContractBroken(f"path {path[:80]!r}")
    return RemoteSnapshot(
        remote=RemoteIds(product_id=str(_number(listing, "id")), url=public_url.rstrip("/") + path),
        sku=_text(listing, "seller_sku"),
        title=_text(listing, "name"),
        description=_text(listing, "detail"),
        category_code=_text(listing, "category"),
        price=_number(listing, "price_vnd"),
        unit=_text(listing, "unit"),
        net_weight_grams=None if listing.get("weight_g") is None else _number(listing, "weight_g"),
        stock=_number(listing, "quantity"),
        photo_digests=tuple(_text(image, "sha256") for image in _objects(listing, "images")),
        origin_commune=_text(origin, "commune"),
        origin_province=_text(origin, "province"),
        producer_name=_text(listing, "maker"),
        badge_codes=tuple(_text(item, "code") for item in _objects(listing, "certificates")),
        paper_numbers=tuple(_text(item, "number") for item in _objects(listing, "papers")),
        ingredients=_text(listing, "composition"),
        warnings=_text(listing, "caution"),
        shelf_life=_text(listing, "keeps_for"),
        is_visible=_flag(listing, "visible"),
        review=parse_review(listing, seen_at=seen_at),
        updated_at=_moment(listing, "updated_at"),
    )


def parse_review(listing: Mapping[str, Any], *, seen_at: datetime) -> ReviewResult:
    """State and reasons. Raises ContractBroken for a state that the documentation does not know."""
    state = REVIEW_STATES.get(_text(listing, "state"))
    if state is None:
        raise ContractBroken(f"unknown state {_text(listing, 'state')[:80]!r}")
    reasons = tuple(
        remote_issue("rejected_by_review", _text(reason, "field"), _text(reason, "text"))
        for reason in _objects(listing, "reasons")
    )
    return ReviewResult(state=state, reasons=reasons, seen_at=seen_at)


def parse_listing_page(body: bytes, *, public_url: str, seen_at: datetime) -> ListingPage:
    """A page of listings. Raises ContractBroken."""
    page = parse_json(body)
    following = page.get("next_page")
    items = tuple(parse_listing(item, public_url=public_url, seen_at=seen_at) for item in _objects(page, "items"))
    return ListingPage(items, None if following is None else _number(page, "next_page"))


def parse_media(value: Mapping[str, Any], sha256: str) -> MediaReference:
    """A photo that the platform holds. Raises ContractBroken when it holds other bytes than ours."""
    if _text(value, "sha256") != sha256:
        raise ContractBroken("the platform names another digest for our photo")
    return MediaReference(sha256=sha256, remote_id=_text(value, "id"))


def parse_media_list(body: bytes, sha256: str) -> MediaReference | None:
    """The photo with this digest, if the platform holds it; the answer itself is compared."""
    for item in _objects(parse_json(body), "items"):
        if _text(item, "sha256") == sha256:
            return parse_media(item, sha256)
    return None


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ContractBroken(f"{name} is no object")
    return value


def _objects(value: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    items = value.get(name)
    if not isinstance(items, list):
        raise ContractBroken(f"{name} is no list")
    return [_object(item, name) for item in items]


def _text(value: Mapping[str, Any], name: str) -> str:
    text = value.get(name)
    if not isinstance(text, str):
        raise ContractBroken(f"{name} is no text")
    return kept_text(text, TEXT_LIMIT)


def _number(value: Mapping[str, Any], name: str) -> int:
    number = value.get(name)
    if not isinstance(number, int) or isinstance(number, bool):
        raise ContractBroken(f"{name} is no whole number")
    return number


def _flag(value: Mapping[str, Any], name: str) -> bool:
    flag = value.get(name)
    if not isinstance(flag, bool):
        raise ContractBroken(f"{name} is neither true nor false")
    return flag


def _moment(value: Mapping[str, Any], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(value, name))
    except ValueError as error:
        raise ContractBroken(f"{name} is no time") from error
    if moment.tzinfo is None:
        raise ContractBroken(f"{name} has no time zone")
    return moment.astimezone(UTC)
