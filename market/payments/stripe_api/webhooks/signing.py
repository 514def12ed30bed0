"""How a sent event is signed. Pure.

Source: Stripe's manual scheme of webhook signatures: `Stripe-Signature: t=<Unix seconds>,v1=<hex>`, where hex is HMAC-SHA256 of
`<t>.<body>` under the endpoint's secret, once for every secret that is valid.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

HEADER = "Stripe-Signature"


def signature(body: bytes, secrets: Sequence[str], at: int) -> str:
    """The header's value for these very bytes, at this Unix second. No spaces: Stripe's libraries split at the comma alone."""
    signed = b"%d.%s" % (at, body)
    hashes = (hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets)
    return ",".join([f"t={at}", *(f"v1={each}" for each in hashes)])
