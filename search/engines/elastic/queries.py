"""How far the server is behind, and what it does not take."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Min, QuerySet

from core.kit import clock
from search.engines.elastic.models import Outgoing, Refused


@dataclass(frozen=True)
class Lag:
    """Changes that are not sent yet: how many, and for how many seconds the oldest has waited (0 without any)."""

    unsent: int
    seconds: int


def lag() -> Lag:
    """How far the server is behind the documents. Always nothing with the embedded engine."""
    found = Outgoing.objects.aggregate(unsent=Count("pk"), oldest=Min("changed_at"))
    oldest = found["oldest"]
    return Lag(found["unsent"], max(0, int((clock.now() - oldest).total_seconds())) if oldest else 0)


def refused() -> QuerySet[Refused]:
    """Documents the server does not take, the newest refusal first."""
    return Refused.objects.order_by("-refused_at", "-pk")
