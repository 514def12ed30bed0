"""Whole HTTP answers, made outside the views: by troubles and by the limiter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Reply:
    """A whole HTTP answer; with `pause`, one byte in so many seconds."""

    status: int
    headers: Headers
    body: bytes
    pause: float = 0.0


def error_reply(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Reply:
    """The one shape of every refusal."""
    reply = json_reply(status, {"error": {"code": code, "message": message, "fields": {}}})
    return Reply(reply.status, [*reply.headers, *(headers or {}).items()], reply.body)


def json_reply(status: int, body: Any) -> Reply:
    """Any JSON."""
    text = json.dumps(body, ensure_ascii=False).encode()
    return Reply(status, [("Content-Type", "application/json"), ("Content-Length", str(len(text)))], text)


def with_header(headers: Headers, name: str, value: str) -> Headers:
    """The headers with this one instead of any former one of its name."""
    return [*((each, text) for each, text in headers if each.lower() != name.lower()), (name, value)]
