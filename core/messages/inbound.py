"""Who may bring SMS in: the provider's call is signed with `SMS_INBOUND_KEY`. Pure but for the clock.

`X-Timestamp` holds Unix seconds, `X-Signature` the hex HMAC-SHA256 of "<timestamp>.<body>". An old or unsigned call is
refused before anything is stored.
"""

from __future__ import annotations

import hashlib
import hmac

from core.kit import clock

FRESH_SECONDS = 300


def signature_of(key: str, timestamp: str, body: bytes) -> str:
    """The signature that a call must carry."""
    return hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_authentic(key: str, timestamp: str, signature: str, body: bytes) -> bool:
    """Whether the call is the provider's and at most five minutes old; never without a key."""
    if not key or not timestamp.isascii() or not timestamp.isdigit():
        return False
    if abs(clock.now().timestamp() - int(timestamp[:12])) > FRESH_SECONDS:
        return False
    return hmac.compare_digest(signature_of(key, timestamp, body).encode(), signature.lower().encode())
