"""Looking at the rows of a sheet one after the other: what each would do, and which speak twice of the same thing.

A sheet of a hundred thousand rows goes through here with little memory: of the rows behind, only digests are kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from core.imports.contract import Claim, ImportKind, Outcome, RowVerdict, refused
from core.imports.models import ImportBatch
from core.imports.queries import ReadTable
from core.imports.sheet.columns import Parsed, RowParser
from core.imports.sheet.rows import DataRow, SkippedRow
from core.people.queries import Viewer

_SKIPPED_KEPT = 200


@dataclass(frozen=True)
class LookedAt:
    """A row and its verdict."""

    row: DataRow
    verdict: RowVerdict


@dataclass(frozen=True, slots=True)
class _Said:
    """Who claimed something: the line, how it was written and marked, and a digest of all the row says."""

    line: int
    writing: str
    marks: tuple[str, ...]
    content: bytes


class Looking:
    """One way through a sheet. `skipped` are the first lines that are no data, complete when the pieces are.

    What rows claim is remembered over the whole file, so a run that goes on after another looks again at all rows."""

    def __init__(self, kind: ImportKind[Any], batch: ImportBatch, table: ReadTable, viewer: Viewer) -> None:
        self._kind, self._batch, self._table, self._viewer = kind, batch, table, viewer
        self._parser = RowParser(kind.columns, batch.mapping, batch.given)
        self._said: dict[bytes, tuple[_Said, ...]] = {}
        self.skipped: list[SkippedRow] = []

    def pieces(self, size: int) -> Iterator[list[LookedAt]]:
        """All rows of data with their verdicts, so many at a time."""
        rows = self._data()
        while piece := list(islice(rows, size)):
            yield self._looked_at(piece)

    def _data(self) -> Iterator[DataRow]:
        for row in self._table:
            if isinstance(row, DataRow):
                yield row
            elif len(self.skipped) < _SKIPPED_KEPT:
                self.skipped.append(row)

    def _looked_at(self, rows: list[DataRow]) -> list[LookedAt]:
        kind = self._kind
        parsed = [self._parser.parse(row.cells) for row in rows]
        good = [each.values for each in parsed if not each.problems]
        desk = kind.open_desk(unit=self._batch.unit, viewer=self._viewer, rows=good, locked=False)
        verdicts = [self._verdict(row, each, desk) for row, each in zip(rows, parsed, strict=True)]
        added = [at for at, verdict in enumerate(verdicts) if verdict.outcome == Outcome.CREATED]
        for at, doubles in zip(added, kind.find_doubles([verdicts[at] for at in added], desk), strict=True):
            verdicts[at] = replace(verdicts[at], doubles=(*verdicts[at].doubles, *doubles))
        return [LookedAt(row, verdict) for row, verdict in zip(rows, verdicts, strict=True)]

    def _verdict(self, row: DataRow, parsed: Parsed, desk: Any) -> RowVerdict:
        if parsed.problems:
            return refused(*parsed.problems)
        verdict = self._kind.preview_row(parsed.values, desk)
        key = self._kind.row_key(parsed.values)
        claims = (*((Claim(f"row:{key}"),) if key else ()), *verdict.claims)
        content = _digest(repr(sorted(parsed.values.items())))
        first = self._first_with(claims)
        self._remember(row, claims, content)
        if first is None:
            return verdict
        if first.content == content:
            warning = f"Giống hệt dòng {first.line}, chỉ tính một lần."
            return RowVerdict(Outcome.UNCHANGED, verdict.title, warnings=(*verdict.warnings, warning))
        return refused(self._kind.said_twice.format(line=first.line), title=verdict.title)

    def _first_with(self, claims: tuple[Claim, ...]) -> _Said | None:
        """The first row before that has claimed one of these things."""
        found = [
            said
            for claim in claims
            for said in self._said.get(_digest(claim.key), ())
            if not claim.is_apart(said.writing, said.marks)
        ]
        return min(found, key=lambda said: said.line, default=None)

    def _remember(self, row: DataRow, claims: tuple[Claim, ...], content: bytes) -> None:
        for claim in claims:
            key = _digest(claim.key)
            self._said[key] = (*self._said.get(key, ()), _Said(row.number, claim.writing, claim.marks, content))


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).digest()
