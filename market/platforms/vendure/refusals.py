"""What an answer of Vendure means when it is not simply good. Pure.

Nearly everything comes with HTTP 200: trouble is in `errors`, told apart by `extensions.code`; what the shop expected to happen is an
error type within `data`, which whoever asked looks at. Texts are in the shop's language, and where it did not see something coming they are
its database's own words: nothing is concluded from them, and those are not kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.kit import outbound
from market.platforms.complaints import complaint
from market.platforms.contract import (
    AuthExpired,
    AuthRevoked,
    Conflict,
    ConflictKind,
    ContractBroken,
    NotFound,
    OutcomeUnknown,
    PlatformFailure,
    RateLimited,
    Retryable,
    ValidationFailed,
    kept_text,
    pause_seconds,
)
from market.platforms.foreign_json import json_if_any
from market.platforms.vendure.operations import CREATE_VARIANT, Operation

SESSION_HEADER = "vendure-auth-token"
DETAIL_LIMIT = 200
_NOT_UNDERSTOOD = {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT", "BAD_REQUEST"}


def failure_in(answer: outbound.Answer, operation: Operation) -> PlatformFailure | None:
    """What an answer means when it is not simply good."""
    value = json_if_any(answer.body)
    detail = f"HTTP {answer.status} to {operation.name}"
    if answer.status == 429:
        return RateLimited(pause_seconds(answer.headers.get("Retry-After")), detail=detail)
    if isinstance(value, dict) and value.get("errors"):
        return _refusal(value["errors"], answer, operation)
    if answer.status >= 500:
        return _trouble(operation, detail)
    if answer.status >= 300:
        return ContractBroken(detail)
    if isinstance(value, dict) and isinstance(value.get("data"), dict):
        return None
    # A read shows a broken contract at once; after a write, the first question is what was written.
    return (ContractBroken if operation.is_safe else OutcomeUnknown)(f"{detail}, no data")


def _refusal(errors: Any, answer: outbound.Answer, operation: Operation) -> PlatformFailure:
    first = errors[0] if isinstance(errors, list) and isinstance(errors[0], dict) else {}
    extensions = first.get("extensions")
    code = str(extensions.get("code") or "") if isinstance(extensions, Mapping) else ""
    detail = f"{operation.name}: {kept_text(code, DETAIL_LIMIT) or 'no code'}"
    if code in {"FORBIDDEN", "UNAUTHORIZED"}:
        # A session that is over is taken back, in so many words; without that the account itself may not do this.
        return AuthExpired(detail) if answer.headers.get(SESSION_HEADER) == "" else AuthRevoked(detail)
    if code == "ENTITY_NOT_FOUND":
        return NotFound(detail)
    if code == "USER_INPUT_ERROR" and operation is CREATE_VARIANT:
        # There is one for each choice that buyers have, and ours have none to choose: somebody else has made it meanwhile.
        return Conflict(ConflictKind.DUPLICATE, detail=detail)
    if code == "USER_INPUT_ERROR" and not operation.reads:
        return ValidationFailed([complaint("", kept_text(str(first.get("message") or ""), DETAIL_LIMIT))], detail)
    if code in _NOT_UNDERSTOOD or code == "USER_INPUT_ERROR":
        return ContractBroken(detail)
    return _trouble(operation, detail)


def _trouble(operation: Operation, detail: str) -> PlatformFailure:
    """The shop's own: what may not be made twice may have been made."""
    return OutcomeUnknown(detail) if operation.creates else Retryable(detail)
