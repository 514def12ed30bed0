"""Chi's desk for lists of households: a commune with a few hamlets."""

from __future__ import annotations

from typing import Any

import pytest

from core.imports.actions.undoing import undo_import
from core.imports.models import ImportBatch, ImportRow
from core.imports.queries import findings_of
from core.jobs.work.runner import run_waiting_jobs
from core.places.models import Hamlet
from onboarding.households.models import Household
from tests.core.imports.conftest import Desk
from tests.people import People


class ListDesk(Desk):
    """Lists of households as one person."""

    def bring(self, rows: Any, **options: Any) -> ImportBatch:
        return super().bring(rows, **{"kind": "ho"} | options)

    def undo(self, batch: ImportBatch) -> ImportBatch:
        """Taken back."""
        undo_import(batch=batch, by=self.viewer)
        run_waiting_jobs()
        batch.refresh_from_db()
        return batch

    def household(self, name: str) -> Household:
        """The living household of this head in Chi's commune."""
        return Household.objects.get(commune=self.people.commune, head_name=name, ended_on=None)


@pytest.fixture
def lists(people: People) -> ListDesk:
    """Chi's desk; beside «Thôn 1» the commune has «Ấp 3» and «Ấp Tân Lập»."""
    for name in ("Ấp 3", "Ấp Tân Lập"):
        Hamlet.objects.create(commune=people.commune, name=name)
    return ListDesk(people)


def said(batch: ImportBatch) -> dict[int, tuple[str, str]]:
    """Line → outcome and all that was said."""
    return {
        row.number: (row.outcome, " ".join((*findings_of(row).reasons, *findings_of(row).warnings)))
        for row in ImportRow.objects.filter(batch=batch).order_by("number")
    }
