"""Who calls: the application behind a key, and how often it may."""

from __future__ import annotations

import base64
import binascii
import time
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from django.conf import settings
from django.http import HttpRequest

from core.people.queries import key_hash
from market.payments.stripe_api.models import ApplicationKey, ConnectedApplication
from market.payments.stripe_api.transport.problems import Problem


@dataclass(frozen=True)
class Caller:
    """An application in one mode. What it makes belongs to both; nothing else is there for it."""

    application: ConnectedApplication
    is_live: bool
    key: ApplicationKey
    request_id: str
    idempotency_key: str
    address: str


# Every request reads these, and nothing else of whom they belong to.
_OF_KEY = (
    "is_live", "key_hash", "revoked_at", "last_used_at", "application__public_id", "application__name",
    "application__closed_at", "application__producer__is_demo",
)  # fmt: skip


def key_of(request: HttpRequest) -> ApplicationKey:
    """The open key of this request, with its application. Raises Problem (401)."""
    secret = _secret(request.headers.get("Authorization", ""))
    if not secret:
        raise Problem(
            "You did not provide an API key. Provide it in the Authorization header, using Bearer auth "
            "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            status=401,
        )
    rows = ApplicationKey.objects.select_related("application__producer").only(*_OF_KEY)
    key = rows.filter(key_hash=key_hash(secret)).first()
    # Keys of the demo world are known to everybody.
    if key is None or (settings.PRODUCTION and key.application.producer.is_demo):
        raise Problem(f"Invalid API Key provided: {_hidden(secret)}", status=401)
    if key.revoked_at is not None or key.application.closed_at is not None:
        raise Problem("Expired API Key provided.", status=401, code="api_key_expired")
    return key


def _secret(header: str) -> str:
    """Of `Bearer sk_…`, or of `Basic` with the key as user name, as curl's -u sends it."""
    kind, _, value = header.partition(" ")
    value = value.strip()
    if kind.lower() == "bearer":
        return value
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return ""
    return ""


def _hidden(secret: str) -> str:
    """As much of a wrong key as may be said: its kind and its end."""
    return f"{secret[:8]}…{secret[-4:]}" if len(secret) > 16 and secret.isascii() and secret.isprintable() else "…"


class _Buckets:
    """Requests a key may still make at this moment, refilled steadily. Counted by each web process for itself: a count shared by all
    would be a write for every question that only reads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, rate: int) -> bool:
        """One request of this key; False when it is one too many. A burst may be as large as two seconds' worth."""
        now = time.monotonic()
        with self._lock:
            left, at = self._left.pop(key, (2.0 * rate, now))
            left = min(2.0 * rate, left + (now - at) * rate)
            allowed = left >= 1
            self._left[key] = (left - 1 if allowed else left, now)
            while len(self._left) > 10_000:
                self._left.popitem(last=False)
        return allowed


_buckets = _Buckets()


def count_request(key: ApplicationKey) -> None:
    """Count one request of this key. Raises Problem (429)."""
    rate = int(settings.STRIPE_API_REQUESTS_PER_SECOND)
    if rate and not _buckets.take(key.key_hash, rate):
        raise Problem(
            "Too many requests made to the API too quickly.",
            status=429,
            code="rate_limit",
            is_worth_repeating=True,
        )
