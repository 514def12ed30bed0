"""A commune's desk: Chi brings sheets, Phương watches the province, Dũng sees nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.imports.actions.applying import apply_import
from core.imports.actions.previewing import choose_mapping
from core.imports.actions.starting import start_import
from core.imports.models import ImportBatch
from core.jobs.work.runner import run_waiting_jobs
from core.places.models import Hamlet, Unit
from tests.core.imports.sheet_tools import xlsx
from tests.people import People


class Desk:
    """Imports as one person."""

    def __init__(self, people: People, name: str = "chi") -> None:
        self.people, self.name = people, name

    @property
    def viewer(self) -> Any:
        return self.people.viewer(self.name)

    def bring(self, rows: Any, *, kind: str = "thon-ap", unit: Unit | None = None, **options: Any) -> ImportBatch:
        """A sheet as a file; `rows` may be bytes."""
        content = rows if isinstance(rows, bytes) else xlsx(rows, **options)
        return start_import(
            kind_code=kind, unit=unit or self.people.commune, content=content, file_name="ds.xlsx", by=self.viewer
        )

    def preview(self, rows: Any, **options: Any) -> ImportBatch:
        """Brought, columns as found by themselves, looked at."""
        batch = self.bring(rows, **options)
        choose_mapping(
            batch=batch, sheet_index=batch.sheet_index, header_row=batch.header_row,
            header_depth=batch.header_depth, mapping=batch.mapping, by=self.viewer,
        )  # fmt: skip
        run_waiting_jobs()
        return ImportBatch.objects.get(pk=batch.pk)

    def import_rows(self, rows: Any, **options: Any) -> ImportBatch:
        """The whole way."""
        batch = apply_import(batch=self.preview(rows, **options), by=self.viewer)
        run_waiting_jobs()
        return ImportBatch.objects.get(pk=batch.pk)


@pytest.fixture
def desk(people: People) -> Desk:
    """Chi's desk."""
    return Desk(people)


@pytest.fixture
def desk_of(people: People) -> Callable[[str], Desk]:
    """Somebody's desk."""
    return lambda name: Desk(people, name)


def counts(batch: ImportBatch) -> dict[str, int]:
    """The five numbers, zeros left out."""
    names = ("created", "changed", "unchanged", "refused", "warnings")
    return {name: count for name in names if (count := getattr(batch, name))}


def hamlets(commune: Unit) -> list[str]:
    """The hamlets' names in the order they were made."""
    return list(Hamlet.objects.filter(commune=commune).order_by("pk").values_list("name", flat=True))
