"""Which adapter speaks to which platform."""

from __future__ import annotations

from market.platforms.models import Connection
from onboarding.accounts.models import Platform

ADAPTERS = {"voso": "voso", "postmart": "postmart", "santhu": "santhu"}


def load_connections(*, with_simulation: bool) -> None:
    """Connect the known platforms; the simulated one only where asked for (never in production)."""
    for platform in Platform.objects.filter(code__in=ADAPTERS):
        if platform.is_simulation and not with_simulation:
            continue
        Connection.objects.get_or_create(platform=platform, defaults={"adapter": ADAPTERS[platform.code]})
