"""The marketplace's standing habits: set at the start, changed over the control API, back at the start after a reset."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, fields
from typing import Any

from market.platforms.sandbox.replies import Headers, Reply, error_reply

WINDOW_SECONDS = 1


@dataclass
class Habits:
    """`auto_review` decides by itself after so many seconds, `unique_sku` refuses a second listing with the same SKU,
    `tokens` exchanges keys for tokens that live so many seconds, `latency_ms` is how long each call takes at least, `rate`
    how many calls a second one key may make, `strict_categories` refuses goods outside the leaves of its tree."""

    auto_review: float | None = None
    unique_sku: bool = False
    tokens: float | None = None
    latency_ms: float = 0.0
    rate: float | None = None
    strict_categories: bool = False

    def change(self, given: dict[str, Any]) -> None:
        """Take up other habits. Raises ValueError for one that is not known."""
        unknown = given.keys() - {each.name for each in fields(self)}
        if unknown:
            raise ValueError(f"unknown habits {', '.join(sorted(unknown))}")
        for name, value in given.items():
            setattr(self, name, value)


class Limiter:
    """A bucket of calls for each key: a second's worth at most, filled at the rate."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def clear(self) -> None:
        """Everybody starts with a full bucket."""
        with self._lock:
            self._buckets.clear()

    def take(self, key: str, rate: float) -> tuple[Reply | None, Headers]:
        """The refusal, if this call is one too many, and the headers that every answer to this key bears."""
        now = time.monotonic()
        with self._lock:
            filled, at = self._buckets.get(key, (rate, now))
            filled = min(max(rate, 1.0), filled + (now - at) * rate)
            is_allowed = filled >= 1
            self._buckets[key] = (filled - 1 if is_allowed else filled, now)
        headers = [
            ("X-RateLimit-Limit", str(math.floor(rate * WINDOW_SECONDS))),
            ("X-RateLimit-Remaining", str(math.floor(filled - 1 if is_allowed else 0))),
            ("X-RateLimit-Window", str(WINDOW_SECONDS)),
        ]
        if is_allowed:
            return None, headers
        waiting = str(max(1, math.ceil((1 - filled) / rate)))
        return error_reply(429, "rate_limited", "Gửi quá nhanh, hãy chậm lại.", {"Retry-After": waiting}), headers
