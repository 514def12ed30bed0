"""What an answer of «Sàn thử» means when it is not simply good: refusals, troubles, and what it says about the pace. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.kit import outbound
from market.platforms.complaints import REMOTE_TEXT_LIMIT, complaint
from market.platforms.contract import (
    AuthExpired,
    AuthRevoked,
    Conflict,
    ConflictKind,
    ContractBroken,
    Issue,
    NotFound,
    OutcomeUnknown,
    Permanent,
    PlatformFailure,
    RateLimited,
    RateNotice,
    Retryable,
    ShopSuspended,
    ValidationFailed,
    pause_seconds,
)
from market.platforms.foreign_json import json_if_any

ON_HOLIDAY = "Gian hàng trên sàn đang tạm nghỉ. Hãy mở lại gian hàng trên sàn."
# Their field → ours; a field missing here is kept as "" with the platform's words.
FIELDS = {
    "seller_sku": "sku",
    "name": "title",
    "detail": "description",
    "category": "category_code",
    "price_vnd": "price",
    "unit": "unit",
    "weight_g": "net_weight_grams",
    "quantity": "stock",
    "images": "photos",
    "photo": "photos",
    "certificates": "badges",
    "papers": "papers",
    "composition": "ingredients",
    "caution": "warnings",
    "keeps_for": "shelf_life",
    "maker": "producer_name",
    "origin.commune": "origin_commune",
    "origin.province": "origin_province",
}


@dataclass(frozen=True)
class Refusal:
    """The one shape of every error answer; `issues` name our fields."""

    code: str
    message: str
    issues: tuple[Issue, ...]


def failure_in(answer: outbound.Answer, *, is_safe: bool, creates: bool, has_body: bool) -> PlatformFailure | None:
    """What an answer means when it is not simply good; the body is judged, not only the status. `has_body`: a good answer tells
    what is there now."""
    refusal = parse_refusal(answer.body)
    detail = f"HTTP {answer.status}" + (f" {refusal.code}: {refusal.message}" if refusal else "")
    if answer.status < 300:
        return _failure_in_success(answer, refusal, detail, is_safe=is_safe, has_body=has_body)
    if answer.status == 429:
        return RateLimited(pause_seconds(answer.headers.get("Retry-After")), detail=detail)
    if answer.status >= 500:
        return OutcomeUnknown(detail) if creates else Retryable(detail)
    if refusal is None:
        return ContractBroken(detail)
    match answer.status:
        case 401 if refusal.code == "token_expired":
            return AuthExpired(detail)
        case 401:
            return AuthRevoked(detail)
        case 403 if refusal.code == "shop_suspended":
            return ShopSuspended(detail)
        case 403 if refusal.code == "shop_on_holiday":
            return ShopSuspended(detail, message_vi=ON_HOLIDAY)
        case 404:
            return NotFound(detail)
        case 409 if refusal.code == "duplicate_sku":
            return Conflict(ConflictKind.DUPLICATE, detail=detail)
        case 409 if refusal.code == "open_order":
            return Conflict(ConflictKind.LOCKED, detail=detail)
        case 422 if refusal.code == "bad_cursor":
            return Conflict(ConflictKind.VERSION, detail=detail)
        case 422 if refusal.issues:
            return ValidationFailed(refusal.issues, detail)
        case _:
            return Permanent(detail)


def _failure_in_success(
    answer: outbound.Answer, refusal: Refusal | None, detail: str, *, is_safe: bool, has_body: bool
) -> PlatformFailure | None:
    if refusal is not None:
        # An error inside a success does not say whether something was written first.
        return Retryable(detail) if is_safe else OutcomeUnknown(detail)
    if not has_body:
        return None
    if isinstance(json_if_any(answer.body), dict):
        return None
    # A read shows a broken contract at once; after a write, the first question is what was written.
    return (ContractBroken if is_safe else OutcomeUnknown)(f"{detail}, no JSON object")


def parse_notice(headers: Mapping[str, str]) -> RateNotice | None:
    """What an answer says about the pace: X-RateLimit-Limit (calls in a window), -Remaining, -Window (seconds). Nonsense says
    nothing."""
    limit, left, window = (_counted(headers.get(f"X-RateLimit-{name}")) for name in ("Limit", "Remaining", "Window"))
    if limit is None and left is None:
        return None
    per_second = limit / window if limit and window else None
    return RateNotice(per_second, left, float(window) if window else None)


def _counted(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else None


def parse_refusal(body: bytes) -> Refusal | None:
    """The error in an answer of any status, or None when it holds none (HTTP 200 proves nothing)."""
    value = json_if_any(body)
    error = value.get("error") if isinstance(value, dict) else None
    if not isinstance(error, dict):
        return None
    given = error.get("fields")
    fields = given if isinstance(given, dict) else {}
    version = str(error.get("rule_version", ""))[:40]
    issues = tuple(
        remote_issue("refused_by_platform", str(field), str(text), version)
        for field, texts in fields.items()
        for text in (texts if isinstance(texts, list) else [texts])
    )
    code, message = str(error.get("code", ""))[:80], str(error.get("message", ""))[:REMOTE_TEXT_LIMIT]
    return Refusal(code, message, issues)


def remote_issue(code: str, remote_field: str, text: str, rule_version: str = "") -> Issue:
    """An issue in our words for a complaint in theirs; their text is kept, cut short, with the version of the rules that it
    names."""
    return complaint(FIELDS.get(remote_field, ""), text, code, rule_version)
