"""What a kind of import must say: its columns, who may, what a row would change, how it is written and taken back.

The machinery (reading, mapping, preview, apply, undo, refused sheet) is the same for all kinds and lives in this slice;
upper slices register theirs (docs/imports.md tells how).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO, Any, Generic, Self, TypeVar

from django.db.models import QuerySet

from core.imports.models import ImportAttachment
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
class Claim:
    """Something of which a file may speak once: "household:12", or somebody of a name in a place.

    Two rows with one `key` speak of the same thing unless they are told apart: by another `writing` (where both have
    one; an equal one tells nothing), else by the first of the `marks` that both have (a personal ID, a birth year, a
    phone), which decides. A claim without either is never told apart.
    """

    key: str
    writing: str = ""
    marks: tuple[str, ...] = ()

    def is_apart(self, writing: str, marks: tuple[str, ...]) -> bool:
        """Whether a claim of the same key that is written and marked so is another thing for certain."""
        if self.writing and writing and self.writing != writing:
            return True
        both = ((ours, theirs) for ours, theirs in zip(self.marks, marks, strict=False) if ours and theirs)
        return next((ours != theirs for ours, theirs in both), False)


@dataclass(frozen=True)
class RowVerdict:
    """What a row would do. `reasons` say why it is refused; `data` is what `write_row` needs, never stored.

    `doubles` are warnings of a kind of their own: this may be there already ("perhaps a duplicate of …"), a person decides.
    """

    outcome: Outcome
    title: str = ""
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    doubles: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    claims: tuple[Claim, ...] = field(default=(), compare=False)
    data: Any = field(default=None, compare=False)


@dataclass(frozen=True)
class Source:
    """Whose list the rows are of ("" for the staff's kinds), and the file that came beside the sheet."""

    owner: str = ""
    attachment: ImportAttachment | None = None


@dataclass(frozen=True)
class SaidAbove:
    """What stands over a table for a column that the table may lack: `values` as a cell would hold them, `quote` the words they
    stand in. A person chooses among several, and of what is not sure."""

    values: tuple[str, ...]
    quote: str
    is_sure: bool = True

    @property
    def proposed(self) -> str:
        """The value that is chosen unless a person says otherwise; "" where they must say."""
        return self.values[0] if self.is_sure and len(self.values) == 1 else ""


def refused(*reasons: str, title: str = "") -> RowVerdict:
    """A row that cannot be taken, and what to mend."""
    return RowVerdict(Outcome.REFUSED, title, reasons)


class RowRefused(Exception):
    """A row turned out not to be writable; the message says why and what to mend, in Vietnamese."""


class AttachmentRefused(Exception):
    """The file beside the sheet cannot be used; the message says why and what to do, in Vietnamese."""


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
    # How many rows share a transaction and a desk: more than one only where rows do not change what the desk says of each
    # other (or writing them notices it); some hundred where `write_rows` writes them in bulk.
    rows_at_once = 1
    # Said of a second row about the same thing; `line` is the first one's.
    said_twice = "Cùng một mục với dòng {line} nhưng nội dung khác. Hãy giữ lại một dòng."
    # Whether people take such a sheet out of here and send it back: then its headings are known to the letter.
    goes_both_ways = False
    # Where an import is written to, and what an undo makes of what was added, as sentences say it.
    into = "sổ"
    added_back = "sẽ bị bỏ"
    # What the file beside the sheet is called and how large it may be; "" for kinds that take none.
    attachment_label = ""
    attachment_hint = ""
    attachment_bytes = 0

    def bound_to(self, source: Source) -> Self:
        """This kind as it is for one import: those that ask whose list it is or look into the attachment keep `source`."""
        return self

    def read_above(self, lines: Sequence[str]) -> Mapping[str, SaidAbove]:
        """What the lines over the heading say for all rows, by column: only ever used for a column that the sheet does not
        have, and only once a person has seen it."""
        return {}

    def check_attachment(self, file: IO[bytes]) -> str:
        """Look through the file beside the sheet and return what is worth keeping of it (`ImportAttachment.facts`).
        Raises AttachmentRefused."""
        raise NotImplementedError

    def prepare_rows(self, rows: Sequence[Values], *, viewer: Viewer) -> None:
        """Slow work before these rows are written, outside of any transaction (pictures); what it makes must be found
        again when it is done twice. Nothing a buyer or officer sees may change by it."""
        return

    @abstractmethod
    def units_for(self, viewer: Viewer) -> QuerySet[Unit]:
        """The units for which this person may import sheets of this kind; none without a right (fails closed)."""

    def row_key(self, values: Values) -> str:
        """What makes two rows of one file the same thing; "" when the row does not say (the kind may claim more with the
        verdict, when it knows what the row means)."""
        return ""

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

    def write_rows(self, verdicts: Sequence[RowVerdict], desk: Desk) -> list[Effect]:
        """`write_row` for several rows in one transaction, an effect for each; kinds that have many rows write in bulk.

        Whatever it raises undoes them all; then each row is tried alone, so that one that breaks is refused alone.
        """
        return [self.write_row(verdict, desk) for verdict in verdicts]

    def find_doubles(self, verdicts: Sequence[RowVerdict], desk: Desk) -> Sequence[tuple[str, ...]]:
        """For every row that would be added, the sentences about what it may be a double of; only asked in a preview, for
        many rows at once, so that it may cost a fixed number of queries."""
        return [()] * len(verdicts)

    @abstractmethod
    def undo_obstacle(self, effect: Effect) -> str:
        """Why the row can no longer be taken back (somebody changed or used it since); "" when it can."""

    def undo_obstacles(self, effects: Sequence[Effect]) -> list[str]:
        """`undo_obstacle` of many rows."""
        return [self.undo_obstacle(effect) for effect in effects]

    @abstractmethod
    def undo_row(self, effect: Effect, *, viewer: Viewer) -> None:
        """Take one row back, locked, in the caller's transaction. Raises UndoRefused, and then nothing has changed."""

    def may_import(self, viewer: Viewer, unit: Unit, owner: str = "") -> bool:
        """Whether this person may import this kind for this unit, or for this owner there. A kind with owners answers
        both by itself; for all others there are none."""
        return not owner and self.units_for(viewer).filter(pk=unit.pk).exists()

    @property
    def required(self) -> tuple[Column, ...]:
        """The columns without which no row can be taken."""
        return tuple(column for column in self.columns if column.required)
