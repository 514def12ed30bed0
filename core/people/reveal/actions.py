"""Showing a masked value in full: asked, allowed, noted, then shown."""

from __future__ import annotations

from django.db import transaction

from core.audit.actions import record
from core.people.queries import Viewer
from core.people.reveal.registry import Revealed, revealable


class NotForYou(PermissionError):
    """There is no such value, or it is not for this person; which of the two is not said."""


@transaction.atomic
def reveal(*, code: str, number: int, by: Viewer) -> Revealed:
    """The value in full; that it was shown stands in the trail, or it is not shown. Raises NotForYou."""
    field = revealable(code)
    found = field.find(by, number) if field and by.is_signed_in else None
    if found is None or not found.text:
        raise NotForYou
    record(
        "field.revealed", actor_id=by.user_id, object_label=found.object_label, unit_code=found.unit_code,
    )  # fmt: skip
    return found
