"""A record of Kinto as data: our document into its JSON, its JSON into our types, its refusals into ours. Pure.

A collection takes whatever its schema lets through, so that our fields keep their names. Refusals are
`{"errno": 107, "message": "…", "details": [{"name": "data.price", "description": "…"}]}`.
Source: Kinto's own documentation (api 1.x: records, errors, pagination), and what a real server answers.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core.kit import clock, outbound
from market.platforms.complaints import FIELD_NAMES_VI, complaint
from market.platforms.contract import (
    AuthRevoked,
    Conflict,
    ConflictKind,
    ContractBroken,
    ListingDocument,
    NotFound,
    OutcomeUnknown,
    Permanent,
    PhotoReference,
    PlatformFailure,
    RateLimited,
    RemoteIds,
    RemoteSnapshot,
    Retryable,
    ReviewResult,
    ReviewState,
    ValidationFailed,
    kept_text,
    normalised_text,
    pause_seconds,
)
from market.platforms.foreign_json import (
    flag_in,
    json_if_any,
    json_of,
    number_between,
    number_in,
    object_in,
    object_of,
    objects_in,
    text_in,
)

TEXTS = (
    *("title", "description", "category_code", "unit", "origin_commune", "origin_province", "producer_name"),
    *("ingredients", "warnings", "shelf_life"),
)
ISSUES_MOST = 50
_LATEST = 4_102_444_800_000  # the year 2100, in milliseconds


def record_id(sku: str) -> str:
    """Where our listing stands, and no other: ids there have fewer letters than our SKUs may have."""
    return "ls-" + hashlib.sha256(sku.encode("utf-8", "backslashreplace")).hexdigest()[:32]


def content_data(document: ListingDocument) -> dict[str, Any]:
    """Everything but the offer."""
    return {
        "sku": document.reference.sku,
        **{name: normalised_text(getattr(document, name)) for name in TEXTS},
        "net_weight_grams": document.net_weight_grams,
        "photos": [_photo(photo) for photo in document.photos],
        "badges": [
            {
                "code": badge.check_code,
                "number": normalised_text(badge.decision_number),
                "stars": badge.stars,
                "valid_until": badge.valid_until.isoformat() if badge.valid_until else None,
                "check_url": badge.check_url,
            }
            for badge in document.badges
        ],
        "papers": [
            {
                "kind": paper.kind,
                "name": normalised_text(paper.name),
                "number": normalised_text(paper.number),
                "issuer": normalised_text(paper.issuer),
                "valid_until": paper.valid_until.isoformat() if paper.valid_until else None,
            }
            for paper in document.papers
        ],
    }


def _photo(photo: PhotoReference) -> dict[str, str]:
    return {"sha256": photo.sha256, "address": photo.address, "alt": normalised_text(photo.alt)}


def offer_data(price: int, stock: int) -> dict[str, int]:
    """Price in đồng and pieces, both absolute."""
    return {"price": price, "stock": stock}


def parse_record(value: Any, seen_at: datetime) -> RemoteSnapshot:
    """A record as it stands there. Raises ContractBroken."""
    record = object_of(value, "record")
    texts = {name: text_in(record, name) for name in TEXTS}
    written_at = number_between(record, "last_modified", 0, _LATEST)
    return RemoteSnapshot(
        remote=RemoteIds(text_in(record, "id")),
        sku=text_in(record, "sku"),
        price=number_in(record, "price"),
        stock=number_in(record, "stock"),
        net_weight_grams=None if record.get("net_weight_grams") is None else number_in(record, "net_weight_grams"),
        photo_digests=tuple(text_in(photo, "sha256") for photo in objects_in(record, "photos")),
        badge_codes=tuple(text_in(badge, "code") for badge in objects_in(record, "badges")),
        paper_numbers=tuple(text_in(paper, "number") for paper in objects_in(record, "papers")),
        is_visible=flag_in(record, "visible"),
        review=ReviewResult(ReviewState.LIVE, seen_at=seen_at),
        updated_at=datetime.fromtimestamp(written_at / 1000, UTC),
        **texts,
    )


def parse_one(body: bytes) -> RemoteSnapshot:
    """The record in an answer. Raises ContractBroken."""
    return parse_record(object_in(object_of(json_of(body), "answer"), "data"), clock.now())


def parse_page(body: bytes) -> tuple[RemoteSnapshot, ...]:
    """Records that are ours; others may keep theirs in the same collection. Raises ContractBroken."""
    items = objects_in(object_of(json_of(body), "answer"), "data")
    return tuple(parse_record(item, clock.now()) for item in items if str(item.get("id", "")).startswith("ls-"))


def next_token(header: str | None) -> str:
    """The token in the address of the next page, "" at the end. The address itself is not followed. Raises ContractBroken."""
    if not header:
        return ""
    found = parse_qs(urlsplit(header).query).get("_token", [])
    if not found:
        raise ContractBroken(f"next page {header[:80]!r}")
    return found[0]


def failure_in(answer: outbound.Answer, *, is_safe: bool, creates: bool) -> PlatformFailure | None:
    """What an answer means when it is not simply good. `creates`: it was to be made only where nothing stands."""
    value = json_if_any(answer.body)
    message = value.get("message") if isinstance(value, dict) else None
    detail = f"HTTP {answer.status} {kept_text(message, 200) if isinstance(message, str) else ''}".strip()
    if answer.status < 300:
        if isinstance(value, dict):
            return None
        # A read shows a broken contract at once; after a write, the first question is what was written.
        return (ContractBroken if is_safe else OutcomeUnknown)(f"{detail}, no JSON object")
    if answer.status == 429:
        return RateLimited(pause_seconds(answer.headers.get("Retry-After")), detail=detail)
    if answer.status >= 500:
        return OutcomeUnknown(detail) if creates else Retryable(detail)
    if not isinstance(value, dict):
        return ContractBroken(detail)
    match answer.status:
        case 400 if value.get("details"):
            return ValidationFailed(_complaints(value["details"]), detail)
        case 401 | 403:
            return AuthRevoked(detail)
        case 404:
            return NotFound(detail)
        case 412 if creates:
            return Conflict(ConflictKind.DUPLICATE, detail=detail)
        case _:
            return Permanent(detail)


def _complaints(details: Any) -> list[Any]:
    found = []
    for each in (details if isinstance(details, list) else [])[:ISSUES_MOST]:
        name, text = (str(each.get(key, "")) for key in ("name", "description")) if isinstance(each, dict) else ("", "")
        # "data.photos.0.alt", or the field alone where a schema is broken.
        field = next((part for part in name.split(".") if part in FIELD_NAMES_VI), "")
        found.append(complaint(field, text))
    return found or [complaint("", "")]
