"""Reading the trail. Who may read what is the business of the screens above; here are the rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from core.audit.models import AuditEntry
from core.audit.registry import labels_of_subject
from core.audit.sealing import head, unsealed
from core.kit import clock

LATE_AFTER = timedelta(minutes=2)
MANY = 1_000


@dataclass(frozen=True)
class ChainState:
    """How far the trail is sealed. `waiting` counts to `MANY`; `is_late` when something has waited for two minutes."""

    sealed_at: datetime | None
    position: int
    waiting: int
    is_late: bool


def chain_state() -> ChainState:
    """The last link, and what waits behind it."""
    last = head()
    waiting = list(unsealed().values_list("at", flat=True)[:MANY])
    is_late = bool(waiting) and min(waiting) < clock.now() - LATE_AFTER
    return ChainState(last.sealed_at if last else None, last.position if last else 0, len(waiting), is_late)


def entries_about(user_id: int) -> QuerySet[AuditEntry]:
    """Entries about a person and what belongs to them, newest first."""
    return AuditEntry.objects.filter(object_label__in=labels_of_subject(user_id)).order_by("-pk")
