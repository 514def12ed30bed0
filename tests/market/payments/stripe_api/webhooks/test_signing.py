"""Signatures: against hashes that OpenSSL made, and against Stripe's own library."""

from __future__ import annotations

import time

import pytest
import stripe

from market.payments.stripe_api.webhooks.signing import signature

BODY = '{"id": "evt_1", "name": "Nước mắm Phú Quốc"}'.encode()
AT = 1_700_000_000
# printf '1700000000.%s' "$BODY" | openssl dgst -sha256 -hmac SECRET
OF_NEW = "7af834568d9abea174d51ca194ad10a92e3a344e2f28fec266b381d6b1b62174"
OF_OLD = "ef60262ed77aa4142eff396d21c7b5759ab5409ca2a2fe3a8a198bfdb00935f2"
EVENT = b'{"id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "data": {"object": {"id": "pi_1"}}}'


def test_the_header_is_what_openssl_says() -> None:
    assert signature(BODY, ["whsec_test_secret"], AT) == f"t=1700000000,v1={OF_NEW}"
    both = signature(BODY, ["whsec_test_secret", "whsec_older"], AT)
    assert both == f"t=1700000000,v1={OF_NEW},v1={OF_OLD}" and " " not in both


@pytest.mark.parametrize("secret", ["whsec_new", "whsec_old"])
def test_stripes_library_believes_it_under_either_secret(secret: str) -> None:
    header = signature(EVENT, ["whsec_new", "whsec_old"], int(time.time()))
    assert stripe.Webhook.construct_event(EVENT, header, secret).id == "evt_1"  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("body", "age", "secret"),
    [(EVENT + b" ", 0, "whsec_new"), (EVENT, 301, "whsec_new"), (EVENT, 0, "whsec_other")],
)
def test_and_does_not_believe_what_was_changed_or_is_old(body: bytes, age: int, secret: str) -> None:
    header = signature(EVENT, ["whsec_new"], int(time.time()) - age)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, header, secret)  # type: ignore[no-untyped-call]
