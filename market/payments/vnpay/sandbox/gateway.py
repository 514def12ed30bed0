"""The parts of one running double, handed to the views through Django's settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.conf import settings as django_settings

from market.payments.vnpay.sandbox.notify import Notifier
from market.payments.vnpay.sandbox.settings import Settings
from market.payments.vnpay.sandbox.store import Store


@dataclass(frozen=True)
class Gateway:
    """Everything a view may need."""

    settings: Settings
    store: Store
    notifier: Notifier


def running_gateway() -> Gateway:
    """The gateway of this process."""
    return cast(Gateway, getattr(django_settings, "GATEWAY"))  # noqa: B009 - set by this process, unknown to the types
