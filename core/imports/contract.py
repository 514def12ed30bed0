"""What a kind of import must say: its columns, who may, what a row would change, how it is written and taken back.

The machinery (reading, mapping, preview, apply, undo, refused sheet) is the same for all kinds and lives in this slice;
upper slices register theirs (docs/imports.md tells how).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

from core.imports.sheet.columns import Column, Values
from core.people.queries import Viewer
from core.places.models import Unit

Effect = dict[str, Any]
Desk = TypeVar("Desk")


class Outcome(StrEnum):
    """What a row does. Warnings come with any of these and stop nothing."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class Change:
    """One thing that becomes different, in words a person reads; "" for nothing there."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class RowVerdict:
    """What a row would do. `reasons` say why it is refused; `data` is what `write_row` needs, never stored."""

    outcome: Outcome
    title: str = ""
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    data: Any = field(default=None, compare=False)


def refused(*reasons: str, title: str = "") -> RowVerdict:
    """A row that cannot be taken, and what to mend."""
    return RowVerdict(Outcome.REFUSED, title, reasons)


class RowRefused(Exception):
    """A row turned out not to be writable; the message says why and what to mend, in Vietnamese."""


class UndoRefused(Exception):
    """A row cannot be taken back; the message says why, in Vietnamese."""


class ImportKind(ABC, Generic[Desk]):
    """One kind of sheet. Kinds hold no state; what is known while rows are looked at is on their desk.

    `code` is an address part and is stored with every import; it never changes.
    """

    code: str
    label: str
    lead: str
    columns: tuple[Column, ...]

    @abstractmethod
    def units_for(self, viewer: Viewer) -> QuerySet[Unit]:
        """The units for which this person may import sheets of this kind; none without a right (fails closed)."""

    @abstractmethod
    def row_key(self, values: Values) -> str:
        """What makes two rows of one file the same thing; "" when the row does not say."""

    @abstractmethod
    def open_desk(self, *, unit: Unit, viewer: Viewer, rows: Sequence[Values], locked: bool) -> Desk:
        """Read everything these rows may touch, in a number of queries that does not grow with them.

        `locked`: the rows are about to be written, in a transaction; lock in a fixed order what may change meanwhile.
        """

    def note_file(self, desk: Desk, *, sha256: str) -> None:
        """Told before rows are written from which file they come: for kinds to whom the file itself is evidence."""
        return

    @abstractmethod
    def preview_row(self, values: Values, desk: Desk) -> RowVerdict:
        """What this row would do. Pure reading of the desk; a row already applied says UNCHANGED."""

    @abstractmethod
    def write_row(self, verdict: RowVerdict, desk: Desk) -> Effect:
        """Do what the verdict says (created or changed only), through the owner slice's actions, in the caller's
        transaction. Returns what `undo_row` needs, as JSON; it is stored encrypted. Raises RowRefused."""

    @abstractmethod
    def undo_obstacle(self, effect: Effect) -> str:
        """Why the row can no longer be taken back (somebody changed or used it since); "" when it can."""

    @abstractmethod
    def undo_row(self, effect: Effect, *, viewer: Viewer) -> None:
        """Take one row back, locked, in the caller's transaction. Raises UndoRefused, and then nothing has changed."""

    def may_import(self, viewer: Viewer, unit: Unit) -> bool:
        """Whether this person may import this kind for this unit."""
        return self.units_for(viewer).filter(pk=unit.pk).exists()

    @property
    def required(self) -> tuple[Column, ...]:
        """The columns without which no row can be taken."""
        return tuple(column for column in self.columns if column.required)
