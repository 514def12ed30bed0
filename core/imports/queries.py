"""Reading imports: which a viewer may see, the sheet behind one, its rows, how far it is."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from core.imports.contract import Change, ImportKind
from core.imports.models import ColumnMapping, ImportBatch, ImportRow
from core.imports.rules import IMPORTERS, UNFINISHED, State
from core.imports.sheet.cells import Cell, SheetRefused, text_of
from core.imports.sheet.headings import Header, header_at, match_columns, remembered_mapping
from core.imports.sheet.rows import DataRow, SkippedRow, lines_below
from core.imports.sheet.storing import unpacked
from core.imports.sheet.workbook import Sheet, read_sheets
from core.people.queries import Viewer
from core.places.models import Unit

SAMPLES = 3
OBSTACLES_LOOKED_AT = 200
ERASED = "Tệp này đã được xóa theo thời hạn giữ. Hãy gửi lại tệp."


@dataclass(frozen=True)
class Findings:
    """What was said about a row."""

    title: str
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    changes: tuple[Change, ...]

    def as_json(self) -> str:
        """The stored form, short: most rows of a large sheet have only a title or a few changes."""
        changes = [[change.label, change.before, change.after] for change in self.changes]
        found = {"title": self.title, "reasons": self.reasons, "warnings": self.warnings, "changes": changes}
        said = {name: value for name, value in found.items() if value}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class ReadTable:
    """One sheet under one heading, and the columns in use."""

    sheet: Sheet
    header: Header
    used: tuple[int, ...]

    def __iter__(self) -> Iterator[DataRow | SkippedRow]:
        """The rows under the heading, data and not, in their order."""
        return lines_below(self.sheet, self.header, self.used)

    @property
    def lines(self) -> int:
        """How many lines there are under the heading, whatever they hold."""
        return max(len(self.sheet.rows) - self.header.row - self.header.depth, 0)

    @property
    def has_data(self) -> bool:
        """Whether there is anything to import."""
        return any(isinstance(row, DataRow) for row in self)

    def first_rows(self, limit: int) -> list[DataRow]:
        """The first rows of data."""
        return list(islice((row for row in self if isinstance(row, DataRow)), limit))


@dataclass(frozen=True)
class Progress:
    """How far the worker is."""

    done: int
    total: int


def batches_visible_to(viewer: Viewer) -> QuerySet[ImportBatch]:
    """The staff's imports of the viewer's area, newest first; those of owners are not theirs to see."""
    found = ImportBatch.objects.filter(viewer.area(*IMPORTERS), owner="")
    return found.select_related("unit", "made_by", "applied_by", "undone_by")


def batches_of_owner(kind: str, owner: str) -> QuerySet[ImportBatch]:
    """The imports of one kind of one owner, newest first; whether the viewer may act there has been asked."""
    found = ImportBatch.objects.filter(kind=kind, owner=owner) if owner else ImportBatch.objects.none()
    return found.select_related("unit", "made_by", "applied_by", "undone_by")


def unfinished_of(kind: str, owner: str) -> QuerySet[ImportBatch]:
    """The imports of one owner that still hold what came with them, the oldest first."""
    return ImportBatch.objects.filter(UNFINISHED, kind=kind, owner=owner).order_by("made_at", "pk")


def sheets_of(batch: ImportBatch) -> list[Sheet]:
    """The sheets as they were read when the file came. Raises SheetRefused when they have been erased."""
    parts = batch.parts.order_by("number").values_list("content", flat=True)
    content = b"".join(base64.b64decode(part) for part in parts)
    if not content:
        raise SheetRefused(ERASED)
    # Imports begun before sheets were kept hold the file itself.
    kept = unpacked(content)
    return read_sheets(content) if kept is None else kept


def likely_mapping(
    kind: ImportKind[Any], unit: Unit, header: Header, owner: str = ""
) -> tuple[dict[str, int], set[str], bool]:
    """Which column is which: as remembered for such a sheet in this unit, else by the words.

    Returns the mapping, the columns that were only guessed, and whether it was remembered.
    """
    known = ColumnMapping.objects.filter(kind=kind.code, unit=unit, owner=owner, fingerprint=header.fingerprint).first()
    if known is not None:
        return remembered_mapping(header, known.mapping), set(), True
    found = match_columns(header.headings, kind.columns)
    guessed = {name for name, match in found.items() if not match.is_sure}
    return {name: match.index for name, match in found.items()}, guessed, False


def read_table(batch: ImportBatch) -> ReadTable:
    """The batch's sheet under its heading, with its mapping. Raises SheetRefused."""
    sheets = sheets_of(batch)
    sheet = sheets[min(batch.sheet_index, len(sheets) - 1)]
    header = header_at(sheet, batch.header_row, batch.header_depth)
    return ReadTable(sheet, header, tuple(batch.mapping.values()))


def samples_of(rows: Sequence[DataRow], index: int) -> list[str]:
    """The first different values that stand in a column."""
    found: list[str] = []
    for row in rows:
        text = text_of(row.cells[index]) if index < len(row.cells) else ""
        if text and text not in found:
            found.append(text[:60])
        if len(found) == SAMPLES:
            break
    return found


def earlier_import(batch: ImportBatch) -> ImportBatch | None:
    """The last time this very file was applied here as this kind, and not taken back."""
    same = ImportBatch.objects.filter(
        kind=batch.kind, unit=batch.unit, owner=batch.owner, sha256=batch.sha256, state=State.APPLIED
    )
    return same.exclude(pk=batch.pk).order_by("-applied_at").first()


def counts_of(batch: ImportBatch) -> dict[str, int]:
    """Rows by outcome, and warnings, as they stand now."""
    rows = ImportRow.objects.filter(batch=batch)
    counted: dict[str, Any] = rows.aggregate(
        total=Count("pk"),
        warnings=Sum("warning_count", default=0),
        doubles=Count("pk", filter=Q(may_be_double=True)),
        kept=Count("pk", filter=Q(state=ImportRow.State.KEPT)),
        **{str(outcome): Count("pk", filter=Q(outcome=outcome)) for outcome in ImportRow.Outcome.values},
    )
    return counted


def progress_of(batch: ImportBatch) -> Progress:
    """How many rows the running work has behind it."""
    rows = ImportRow.objects.filter(batch=batch)
    if batch.state == State.PREVIEWING:
        return Progress(rows.count(), batch.total)
    if batch.state == State.UNDOING:
        touched = rows.filter(outcome__in=_WRITTEN)
        return Progress(touched.exclude(state=ImportRow.State.DONE).count(), touched.count())
    return Progress(rows.exclude(state=ImportRow.State.WAITING).count(), batch.total)


_WRITTEN = (ImportRow.Outcome.CREATED, ImportRow.Outcome.CHANGED)


def waiting_rows(batch: ImportBatch) -> QuerySet[ImportRow]:
    """Rows still to be applied, in the sheet's order."""
    return ImportRow.objects.filter(batch=batch, state=ImportRow.State.WAITING).order_by("number")


def rows_to_undo(batch: ImportBatch) -> QuerySet[ImportRow]:
    """Rows still to be taken back, the last first."""
    rows = ImportRow.objects.filter(batch=batch, state=ImportRow.State.DONE, outcome__in=_WRITTEN)
    return rows.order_by("-number")


def rows_shown(batch: ImportBatch, view: str = "") -> QuerySet[ImportRow]:
    """Rows of one outcome, those with warnings ("warned"), those that may be doubles ("doubles"), those kept at an undo
    ("kept"), or all."""
    rows = ImportRow.objects.filter(batch=batch).order_by("number")
    if view == "warned":
        return rows.filter(warning_count__gt=0)
    if view == "doubles":
        return rows.filter(may_be_double=True)
    if view == "kept":
        return rows.filter(state=ImportRow.State.KEPT)
    return rows.filter(outcome=view) if view in ImportRow.Outcome.values else rows


def findings_of(row: ImportRow) -> Findings:
    """What was said about the row; empty once erased."""
    found = json.loads(row.findings or "{}")
    return Findings(
        title=found.get("title", ""),
        reasons=tuple(found.get("reasons", ())),
        warnings=tuple(found.get("warnings", ())),
        changes=tuple(Change(*change) for change in found.get("changes", ())),
    )


def cells_of(row: ImportRow) -> list[Cell]:
    """The cells as they were written; [] once erased."""
    cells: list[Cell] = json.loads(row.cells or "[]")
    return cells


def undo_obstacles(batch: ImportBatch, kind: ImportKind[Any]) -> list[tuple[int, str]]:
    """(Line, why) of rows that can no longer be taken back, among the last OBSTACLES_LOOKED_AT."""
    rows = list(rows_to_undo(batch).only("number", "effect")[:OBSTACLES_LOOKED_AT])
    obstacles = kind.undo_obstacles([json.loads(row.effect or "{}") for row in rows])
    return [(row.number, why) for row, why in zip(rows, obstacles, strict=True) if why]
