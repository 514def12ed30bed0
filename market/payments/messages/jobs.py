"""The daily job that forgets old messages."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from market.payments.messages.actions import forget_messages


def forget_old_messages() -> int:
    """Forget what is older than `GATEWAY_MESSAGE_DAYS`; returns how many messages went."""
    return forget_messages(older_than=timedelta(days=settings.GATEWAY_MESSAGE_DAYS))
