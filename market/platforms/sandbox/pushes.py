"""Messages that the marketplace sends by itself: signed hints that an order or a listing changed.

`POST <address>` with JSON `{"events": [{"id", "kind": "order.changed" or "listing.changed", "at", "subject"}]}` and the headers
`X-SanThu-Time` (seconds since 1970) and `X-SanThu-Signature`: `v1=` and the hex HMAC-SHA-256 over time, a dot and the raw body. The
secret is the hex SHA-256 of `push:` and the seller's key. A message that is not answered with 2xx may come again, with the same ids.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

FAULTS = ("", "bad_signature", "altered", "stale", "replay")
OLD_SECONDS = 3600


@dataclass(frozen=True)
class Message:
    """One message as it leaves."""

    headers: dict[str, str]
    body: bytes

    def shown(self) -> dict[str, Any]:
        """For the control API."""
        return {"headers": self.headers, "body": base64.b64encode(self.body).decode()}


def secret_of(key: str) -> bytes:
    """What messages to the seller with this key are signed with."""
    return hashlib.sha256(f"push:{key}".encode()).hexdigest().encode()


def event(kind: str, subject: str, event_id: str = "", at: str = "") -> dict[str, str]:
    """One hint."""
    now = datetime.now(UTC).isoformat()
    return {"id": event_id or f"ev-{secrets.token_hex(8)}", "kind": kind, "at": at or now, "subject": subject}


def message(key: str, events: list[dict[str, Any]], fault: str = "") -> Message:
    """These hints, signed; `fault` spoils the signature, the body behind it, or the time."""
    sent = str(int(time.time()) - (OLD_SECONDS if fault == "stale" else 0))
    body = json.dumps({"events": events}, ensure_ascii=False).encode()
    secret = secret_of("another key" if fault == "bad_signature" else key)
    signature = hmac.new(secret, sent.encode() + b"." + body, hashlib.sha256).hexdigest()
    if fault == "altered":
        # The last hint names something else than what was signed.
        changed = [*events[:-1], {**events[-1], "subject": f"{events[-1]['subject']}0"}]
        body = json.dumps({"events": changed}, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", "X-SanThu-Time": sent, "X-SanThu-Signature": f"v1={signature}"}
    return Message(headers, body)


class Postman:
    """Where messages go (nowhere at first), and what was answered; shared by all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.address = ""
        self.answers: list[int] = []

    def clear(self) -> None:
        """Nobody wants to be told any more."""
        with self._lock:
            self.address, self.answers = "", []

    def deliver(self, sent: Message) -> int:
        """Send it now; the status of the answer, 0 when there was none or nobody to send to."""
        if not self.address:
            return 0
        request = urllib.request.Request(self.address, data=sent.body, headers=sent.headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                status = int(answer.status)
        except urllib.error.HTTPError as error:
            status = error.code
        except OSError:
            status = 0
        with self._lock:
            self.answers.append(status)
        return status
