"""Writing the trail. The vocabulary is fixed: each slice registers its words, others are refused."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from core.audit.models import AuditEntry
from core.kit import clock

_vocabulary: set[str] = set()


def register_vocabulary(words: Iterable[str]) -> None:
    """Add dotted action names ("listing.published") of one slice; called from `ready()`."""
    _vocabulary.update(words)


def record(
    action: str,
    *,
    actor_id: int | None,
    object_label: str,
    unit_code: str = "",
    on_behalf_of_id: int | None = None,
    via: str = "web",
) -> None:
    """Write one entry in the caller's transaction. `object_label` is "model:id", never personal text.

    Raises ValueError for a word outside the vocabulary, RuntimeError outside a transaction.
    """
    if action not in _vocabulary:
        raise ValueError(f"unknown audit action {action!r}")
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an audit entry belongs into the transaction of its change")
    AuditEntry.objects.create(
        at=clock.now(),
        actor_id=actor_id,
        on_behalf_of_id=on_behalf_of_id,
        via=via,
        action=action,
        object_label=object_label,
        unit_code=unit_code,
    )
