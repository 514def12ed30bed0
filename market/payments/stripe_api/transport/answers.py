"""Answers as Stripe gives them: JSON with the headers its SDKs read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse

API_VERSION = "2023-08-16"


@dataclass(frozen=True)
class Answered:
    """A status and the very bytes of the body; `of_request` is the first request's number where this only repeats it."""

    status: int
    body: str
    of_request: str = ""
    is_worth_repeating: bool | None = None


def written(value: Any) -> str:
    """A body's text."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def respond(answered: Answered, *, request_id: str, version: str, idempotency_key: str) -> HttpResponse:
    """The HTTP answer."""
    response = HttpResponse(answered.body, status=answered.status, content_type="application/json")
    response["Request-Id"] = request_id
    response["Stripe-Version"] = version or API_VERSION
    response["Cache-Control"] = "no-cache, no-store"
    if idempotency_key:
        response["Idempotency-Key"] = idempotency_key
    if answered.of_request:
        response["Idempotent-Replayed"] = "true"
        response["Original-Request"] = answered.of_request
    if answered.is_worth_repeating is not None:
        response["Stripe-Should-Retry"] = "true" if answered.is_worth_repeating else "false"
    return response
