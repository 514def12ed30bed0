"""What an answer of oscarapi means when it is not simply good. Pure.

Refusals are 400 with texts by field (`{"upc": ["Product with this UPC already exists."]}`), nested for what is nested; all others
have one text (`{"detail": "Invalid token."}`). Texts are in the shop's language: nothing is concluded from their words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from core.kit import outbound
from market.platforms.complaints import complaint
from market.platforms.contract import (
    AuthRevoked,
    Conflict,
    ConflictKind,
    ContractBroken,
    NotFound,
    OutcomeUnknown,
    Permanent,
    PlatformFailure,
    RateLimited,
    Retryable,
    ValidationFailed,
    kept_text,
    pause_seconds,
)
from market.platforms.foreign_json import json_if_any

ISSUES_MOST = 50
# Their field → ours; a field missing here is kept as "" with the shop's words.
FIELDS = {
    "upc": "sku",
    "partner_sku": "sku",
    "title": "title",
    "slug": "title",
    "description": "description",
    "categories": "category_code",
    "price": "price",
    "num_in_stock": "stock",
    "images": "photos",
}
# Fields that the shop keeps unique, and that are ours for good: refused, they are taken.
UNIQUE = {"upc", "partner_sku"}


def failure_in(answer: outbound.Answer, *, is_safe: bool, creates: bool, has_body: bool) -> PlatformFailure | None:
    """What an answer means when it is not simply good. `has_body`: a good answer tells what is there now."""
    value = json_if_any(answer.body)
    detail = f"HTTP {answer.status} {_detail(value)}".strip()
    if answer.status < 300:
        if not has_body or isinstance(value, dict | list):
            return None
        # A read shows a broken contract at once; after a write, the first question is what was written.
        return (ContractBroken if is_safe else OutcomeUnknown)(f"{detail}, no JSON")
    if answer.status == 429:
        return RateLimited(pause_seconds(answer.headers.get("Retry-After")), detail=detail)
    if answer.status >= 500:
        return OutcomeUnknown(detail) if creates else Retryable(detail)
    if value is None:
        return ContractBroken(detail)
    match answer.status:
        case 400:
            return _refusal(value, detail, creates=creates)
        case 401 | 403:
            # The token is unknown or its holder is no keeper of the shop any more.
            return AuthRevoked(detail)
        case 404:
            return NotFound(detail)
        case _:
            return Permanent(detail)


def _refusal(value: Any, detail: str, *, creates: bool) -> PlatformFailure:
    # A bare list comes from photos that could not be fetched: nothing else is refused after the fields were looked at.
    complaints = list(_complaints(value, "images" if isinstance(value, list) else ""))[:ISSUES_MOST]
    if creates and any(name in UNIQUE for name, _ in complaints):
        return Conflict(ConflictKind.DUPLICATE, detail=detail)
    if not complaints:
        return Permanent(detail)
    return ValidationFailed([complaint(FIELDS.get(name, ""), text) for name, text in complaints], detail)


def _complaints(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """The texts of a refusal, each with the innermost field that we know."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _complaints(inner, key if key in FIELDS else name)
    elif isinstance(value, list):
        for inner in value:
            yield from _complaints(inner, name)
    else:
        yield name, str(value)


def _detail(value: Any) -> str:
    if isinstance(value, dict) and isinstance(value.get("detail"), str):
        return kept_text(value["detail"], 200)
    return kept_text(json.dumps(value, ensure_ascii=False), 400) if isinstance(value, dict | list) else ""
