"""Reading what was looked for in vain, and how the documents are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet, Sum

from core.kit import clock
from search.documents.models import SearchDocument
from search.documents.queries import documents_by_kind
from search.upkeep.models import Check, Miss
from search.upkeep.rules import KEPT, TOLD_FROM


def misses() -> QuerySet[Miss, Any]:
    """Words that found nothing three times or more in the last 90 days: {words, asked, last}, most asked first."""
    since = clock.today() - KEPT
    rows = Miss.objects.filter(day__gte=since).values("words").annotate(asked=Sum("times"), last=Max("day"))
    return rows.filter(asked__gte=TOLD_FROM).order_by("-asked", "words")


def kinds() -> list[tuple[str, int]]:
    """How many documents there are of each kind, in words; kinds without any too."""
    counts = documents_by_kind()
    return [(kind.label, counts.get(kind.value, 0)) for kind in SearchDocument.Kind]


def newest_change() -> datetime | None:
    """When a document was written last."""
    found: datetime | None = SearchDocument.objects.aggregate(last=Max("indexed_at"))["last"]
    return found


def last_check() -> Check | None:
    """The latest comparison with the books."""
    return Check.objects.order_by("-at", "-pk").first()
