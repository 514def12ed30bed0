"""What the messages of gateways add to the registries below them, called once at start."""

from __future__ import annotations

from datetime import time, timedelta

from core.jobs.registry import register_periodic
from market.payments.messages.jobs import forget_old_messages


def register() -> None:
    """Forgetting old messages at night."""
    register_periodic(
        "payments.forget",
        timedelta(days=1),
        forget_old_messages,
        label="xóa tin cũ trao đổi với VNPAY",
        at=time(3, 50),
    )
