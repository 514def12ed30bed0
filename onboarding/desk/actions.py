"""What the desk itself writes: that lists were taken away."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from core.audit.actions import record
from core.people.queries import Viewer
from onboarding.households.models import Household


@transaction.atomic
def note_sheet(*, households: Sequence[Household], by: Viewer) -> None:
    """Note that the facts of these households were taken away as a file, once for each commune among them."""
    counts: dict[str, int] = {}
    for household in households:
        counts[household.commune.code] = counts.get(household.commune.code, 0) + 1
    for code, count in sorted(counts.items()):
        record(
            "household.exported",
            actor_id=by.user_id,
            object_label=f"rows:{count}",
            unit_code=code,
            changes={"tệp": ("", "danh sách hộ")},
        )
