"""The parts of one running double, handed to the views through Django's settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from django.conf import settings as django_settings

from market.payments.vnpay.sandbox.notify import Notifier
from market.payments.vnpay.sandbox.settings import Settings, clock_text
from market.payments.vnpay.sandbox.store import Store


@dataclass(frozen=True)
class Gateway:
    """Everything a view may need."""

    settings: Settings
    store: Store
    notifier: Notifier

    def settle_old_refunds(self) -> None:
        """Money takes its time to come back; looked at whenever somebody asks."""
        if self.settings.refund_seconds is not None:
            before = datetime.now(UTC) - timedelta(seconds=self.settings.refund_seconds)
            self.store.settle_refunds_before(clock_text(before))


def running_gateway() -> Gateway:
    """The gateway of this process."""
    return cast(Gateway, getattr(django_settings, "GATEWAY"))  # noqa: B009 - set by this process, unknown to the types
