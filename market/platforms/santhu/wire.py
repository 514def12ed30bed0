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
    return Grant(text_in(value, "token"), text_in(value, "refresh_token"), number_in(value, "expires_in"))


def parse_json(body: bytes) -> dict[str, Any]:
    """The JSON object in an answer. Raises ContractBroken when it is none."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ContractBroken(f"no JSON: {body[:80]!r}") from error
    if not isinstance(value, dict):
        raise ContractBroken(f"no JSON object but {type(value).__name__}")
    return value


def parse_listing(value: Any, *, public_url: str, seen_at: datetime) -> RemoteSnapshot:
    """A listing as the platform shows it to its seller. The page address is built on `public_url`:
    the platform names a path, never a host. Texts are cut far beyond what it takes from us. Raises ContractBroken."""
    listing = _object(value, "listing")
    origin = _object(listing.get("origin"), "origin")
    path = text_in(listing, "path")
    if not _PAGE_PATH.fullmatch(path):
        raise ContractBroken(f"path {path[:80]!r}")
    return RemoteSnapshot(
        remote=RemoteIds(product_id=str(number_in(listing, "id")), url=public_url.rstrip("/") + path),
        sku=text_in(listing, "seller_sku"),
        title=text_in(listing, "name"),
        description=text_in(listing, "detail"),
        category_code=text_in(listing, "category"),
        price=number_in(listing, "price_vnd"),
        unit=text_in(listing, "unit"),
        net_weight_grams=None if listing.get("weight_g") is None else number_in(listing, "weight_g"),
        stock=number_in(listing, "quantity"),
        photo_digests=tuple(text_in(image, "sha256") for image in objects_in(listing, "images")),
        origin_commune=text_in(origin, "commune"),
        origin_province=text_in(origin, "province"),
        producer_name=text_in(listing, "maker"),
        badge_codes=tuple(text_in(item, "code") for item in objects_in(listing, "certificates")),
        paper_numbers=tuple(text_in(item, "number") for item in objects_in(listing, "papers")),
        ingredients=text_in(listing, "composition"),
        warnings=text_in(listing, "caution"),
        shelf_life=text_in(listing, "keeps_for"),
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


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ContractBroken(f"{name} is no object")
    return value


def objects_in(value: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The list of objects under this name. Raises ContractBroken."""
    items = value.get(name)
    if not isinstance(items, list):
        raise ContractBroken(f"{name} is no list")
    return [_object(item, name) for item in items]


def texts_in(value: Mapping[str, Any], name: str) -> list[str]:
    """The list of texts under this name. Raises ContractBroken."""
    items = value.get(name)
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ContractBroken(f"{name} is no list of texts")
    return [kept_text(item, TEXT_LIMIT) for item in items]


def text_in(value: Mapping[str, Any], name: str) -> str:
    """The text under this name, cut far beyond what it may be. Raises ContractBroken."""
    text = value.get(name)
    if not isinstance(text, str):
        raise ContractBroken(f"{name} is no text")
    return kept_text(text, TEXT_LIMIT)


def number_in(value: Mapping[str, Any], name: str) -> int:
    """The whole number under this name. Raises ContractBroken."""
    number = value.get(name)
    if not isinstance(number, int) or isinstance(number, bool):
        raise ContractBroken(f"{name} is no whole number")
    return number


def flag_in(value: Mapping[str, Any], name: str) -> bool:
    """What is true or false under this name. Raises ContractBroken."""
    flag = value.get(name)
    if not isinstance(flag, bool):
        raise ContractBroken(f"{name} is neither true nor false")
    return flag


def moment_in(value: Mapping[str, Any], name: str) -> datetime:
    """The time under this name, in UTC. Raises ContractBroken."""
    try:
        moment = datetime.fromisoformat(text_in(value, name))
    except ValueError as error:
        raise ContractBroken(f"{name} is no time") from error
    if moment.tzinfo is None:
        raise ContractBroken(f"{name} has no time zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ContractBroken(f"{name} is no time of this world") from error
