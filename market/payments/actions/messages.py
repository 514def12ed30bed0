"""Keeping what is said to and heard from gateways."""

from __future__ import annotations

from core.kit import clock
from market.payments.models import GatewayMessage, PaymentAttempt


def log_message(
    *, kind: str, raw: str, verdict: str, attempt: PaymentAttempt | None = None, caller_address: str = ""
) -> None:
    """Keep a message exchanged with the gateway (at least two months, VNPAY's acceptance minutes)."""
    GatewayMessage.objects.create(
        at=clock.now(), kind=kind, raw=raw[:4000], verdict=verdict, attempt=attempt, caller_address=caller_address
    )
