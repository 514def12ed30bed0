"""What an answer of Medusa means when it is not simply good. Pure.

Refusals are `{"type": "invalid_data", "message": "Product with handle: x, already exists."}`: the type is coarse, and which field it is
about stands in English prose. Words are believed where they say that something is taken or held; all others are told to people as
they are.
"""

from __future__ import annotations

from typing import Any

from core.kit import outbound
from market.platforms import foreign_json
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

# Their word → our field, the first that stands in the message; without one the complaint is on the whole.
FIELDS = (
    ("sku", "sku"),
    ("title", "title"),
    ("handle", "title"),
    ("description", "description"),
    ("categor", "category_code"),
    ("stocked_quantity", "stock"),
    ("amount", "price"),
    ("price", "price"),
    ("image", "photos"),
    ("file", "photos"),
)
TAKEN, HELD = "already exists", "reservation"


def failure_in(answer: outbound.Answer, *, is_safe: bool, creates: bool) -> PlatformFailure | None:
    """What an answer means when it is not simply good. `creates`: the call may not be repeated."""
    value = foreign_json.json_if_any(answer.body)
    message = _message(value)
    detail = f"HTTP {answer.status} {message}".strip()
    if answer.status < 300:
        if isinstance(value, dict):
            return None
        # A read shows a broken contract at once; after a write, the first question is what was written.
        return (ContractBroken if is_safe else OutcomeUnknown)(f"{detail}, no JSON")
    if answer.status == 429:
        return RateLimited(pause_seconds(answer.headers.get("Retry-After")), detail=detail)
    if answer.status >= 500 or answer.status == 409:
        # 409: two requests were in each other's way.
        return OutcomeUnknown(detail) if creates else Retryable(detail)
    if not isinstance(value, dict):
        return ContractBroken(detail)
    match answer.status:
        case 400 | 422:
            return _refusal(message, detail, creates=creates)
        case 401 | 403:
            # The key is unknown, or was taken back.
            return AuthRevoked(detail)
        case 404:
            return _refusal(message, detail, creates=creates) if "product_category" in message else NotFound(detail)
        case _:
            return Permanent(detail)


def _refusal(message: str, detail: str, *, creates: bool) -> PlatformFailure:
    words = message.lower()
    if TAKEN in words:
        # What is written to one place only was written by somebody else just now: reading again shows it.
        return Conflict(ConflictKind.DUPLICATE, detail=detail) if creates else Retryable(detail)
    if HELD in words:
        return Conflict(ConflictKind.LOCKED, detail=detail)
    field = next((ours for theirs, ours in FIELDS if theirs in words), "")
    return ValidationFailed([complaint(field, message)], detail) if message else Permanent(detail)


def _message(value: Any) -> str:
    message = value.get("message") if isinstance(value, dict) else None
    return kept_text(message, 400) if isinstance(message, str) else ""
