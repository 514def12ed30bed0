"""A household list of 100,000 rows on its whole way, in rows a second and memory; and a list of hamlets, whose rows are
written one after the other.

Reading stands beside calamine alone, preview and apply of hamlets beside a bare bulk insert of the same rows.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

from benchmarks.figure import Figure
from benchmarks.household_list import HAMLETS_IN_A_COMMUNE
from core.imports.actions.applying import apply_import, apply_rows
from core.imports.actions.previewing import choose_mapping, make_preview
from core.imports.actions.starting import start_import
from core.imports.actions.undoing import undo_import, undo_rows
from core.imports.models import ImportBatch
from core.imports.sheet.workbook import read_sheets
from core.people.models import User
from core.people.queries import viewer_for
from core.places.models import Hamlet, Unit
from core.places.queries import communes_of, unit_by_code

NAME = "imports"
_STEP = "import django; django.setup(); from benchmarks.household_list import main; main()"
_ROWS, _ROWS_IN_FULL = 2_000, 20_000
_HOUSEHOLDS = int(os.environ.get("BENCH_ROWS", "100000"))
# The targets of hamlets: 20,000 rows are looked at in two minutes and written in ten.
_PREFIX = "Ấp đo"


def run(full: bool) -> list[Figure]:
    """100,000 households; 2,000 hamlets, `full` 20,000."""
    return [*_households(), *_hamlets(full)]


def _households() -> list[Figure]:
    """Each step in a process of its own, so that its memory is its own."""
    province = unit_by_code("province", "68", date(2026, 1, 1))
    assert province is not None, "load_reference first"
    names = ["Ấp 1", "Ấp 2", "Thôn Hòa Bình", "Ấp Tân Lập", "Khu phố 5", "Thôn Suối Đá"][:HAMLETS_IN_A_COMMUNE]
    Hamlet.objects.bulk_create(Hamlet(commune=each, name=name) for each in communes_of(province) for name in names)
    with tempfile.TemporaryDirectory(prefix="lensan-list-") as folder:
        path = Path(folder) / "danh-sach-ho.xlsx"
        _apart("write", path)
        alone, way = _apart("calamine", path), _apart("way", path)
    rows = way["rows"]
    busy = way["read_busy"] + way["preview_busy"] + way["apply_busy"]
    whole = way["read"] + way["preview"] + way["apply"]
    peer = f"calamine alone, all cells at once: {rows / alone['seconds']:.0f} rows/s ({alone['seconds']:.1f} s)"
    times = {name: alone["seconds"] / way[name] for name in ("read", "preview", "apply")}
    return [
        Figure(f"reading a messy list of {_HOUSEHOLDS} households, checked and kept", rows / way["read"], "rows/s", peer, times["read"]),
        Figure("… preview, every row matched against the register", rows / way["preview"], "rows/s", peer, times["preview"], ">= 2000"),
        Figure("… apply, households, notes and trail written", rows / way["apply"], "rows/s", peer, times["apply"], ">= 2000"),
        Figure("… the whole way, from the file to the register", rows / whole, "rows/s", peer, alone["seconds"] / whole),
        Figure("… in processor time, preview", rows / way["preview_busy"], "rows/s", peer, alone["busy"] / way["preview_busy"]),
        Figure("… in processor time, apply", rows / way["apply_busy"], "rows/s", peer, alone["busy"] / way["apply_busy"]),
        Figure("… in processor time, the whole way", rows / busy, "rows/s", peer, alone["busy"] / busy),
        Figure(
            "… peak memory of the process", way["memory"], "MB", f"calamine alone: {alone['memory']:.0f} MB",
            way["memory"] / alone["memory"], "< 400",
        ),
        Figure("… peak memory of helper processes", way["helpers"], "MB"),
    ]  # fmt: skip


def _apart(step: str, path: Path) -> dict[str, float]:
    command = [sys.executable, "-c", _STEP, step, str(path), str(_HOUSEHOLDS)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _hamlets(full: bool) -> list[Figure]:
    rows = _ROWS_IN_FULL if full else _ROWS
    province = unit_by_code("province", "68", date(2026, 1, 1))
    assert province is not None, "load_reference first"
    communes = list(communes_of(province))
    content = _sheet(communes, rows)
    read, alone = _seconds(lambda: read_sheets(content)), _seconds(lambda: _calamine(content))
    inserted = _seconds(lambda: _insert(communes, rows))
    Hamlet.objects.filter(name__startswith=_PREFIX).delete()
    previewed, applied, undone = _whole_way(content, province)
    bare = f"bare bulk insert: {rows / inserted:.0f} rows/s"
    return [
        Figure(
            f"reading a sheet of {rows} rows, checked", rows / read, "rows/s",
            f"calamine alone: {rows / alone:.0f} rows/s", alone / read,
        ),
        Figure("preview, rows stored encrypted with their verdicts", rows / previewed, "rows/s", bare, inserted / previewed, "> 170"),
        Figure("apply, row by row with what each needs for undoing", rows / applied, "rows/s", bare, inserted / applied, "> 33"),
        Figure("undo, row by row", rows / undone, "rows/s"),
    ]  # fmt: skip


def _whole_way(content: bytes, province: Unit) -> tuple[float, float, float]:
    """Seconds of preview, apply and undo."""
    person = User.objects.create_superuser(username="do", full_name="Đo")
    by = viewer_for(person)
    batch = start_import(kind_code="thon-ap", unit=province, content=content, file_name="do.xlsx", by=by)
    began = time.perf_counter()
    choose_mapping(
        batch=batch, sheet_index=0, header_row=batch.header_row, header_depth=1, mapping=batch.mapping, by=by
    )
    make_preview(batch_id=batch.pk, revision=1)
    previewed = time.perf_counter() - began
    batch = apply_import(batch=ImportBatch.objects.get(pk=batch.pk), by=by)
    applied = _seconds(lambda: apply_rows(batch_id=batch.pk, seconds=3600))
    batch.refresh_from_db()
    assert (batch.state, batch.created) == ("applied", batch.total), (batch.state, batch.created, batch.refused)
    undo_import(batch=batch, by=by)
    undone = _seconds(lambda: undo_rows(batch_id=batch.pk, seconds=3600))
    assert not Hamlet.objects.filter(name__startswith=_PREFIX).exists()
    return previewed, applied, undone


def _sheet(communes: list[Unit], rows: int) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["DANH SÁCH THÔN, ẤP"])
        sheet.write_row(2, 0, ["TT", "Xã, phường", "Tên thôn, ấp", "Số hộ", "Ghi chú"])
        for number in range(rows):
            commune = communes[number % len(communes)]
            cells = [number + 1, f"{commune.kind} {commune.name}", f"{_PREFIX} {number + 1}", number % 300, "ghi chú"]
            sheet.write_row(number + 3, 0, cells)
    return out.getvalue()


def _calamine(content: bytes) -> Any:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def _insert(communes: list[Unit], rows: int) -> Any:
    made = (Hamlet(commune=communes[at % len(communes)], name=f"{_PREFIX} {at}") for at in range(rows))
    return Hamlet.objects.bulk_create(made, batch_size=500)


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
