"""What the accountant's place itself writes down."""

from __future__ import annotations

from django.db import transaction

from core.audit.actions import record
from core.people.queries import Viewer


@transaction.atomic
def note_book_export(*, count: int, by: Viewer) -> None:
    """Note that this many entries of the book were taken away as a file."""
    record("ledger.exported", actor_id=by.user_id, object_label=f"rows:{count}")
