"""A file of 1,000 listings for a platform's staff, and its answered file back, beside bare xlsxwriter writing the same cells.

Also proved here: the untouched file says nothing, and where LibreOffice is installed it opens the workbook."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import time
import zipfile
from datetime import date
from pathlib import Path

import xlsxwriter
from python_calamine import load_workbook

from benchmarks.figure import Figure
from core.kit import clock
from core.people.queries import SYSTEM
from core.places.queries import communes_of, unit_by_code
from market.goods.models import Category
from market.listings.models import Listing
from market.platforms.desk.actions import export_sheet, import_result
from market.platforms.models import Connection, PlatformListing
from market.platforms.sheets.layout import LINK_HEADING, RESULT_HEADING
from market.shops.models import Shop
from onboarding.producers.models import Producer

NAME = "sheet_exchange"
_LINES = 1_000
_OPENS_WITH = ("soffice", "libreoffice")
Grid = list[list[object]]


def run(full: bool) -> list[Figure]:
    """1,000 lines, `full` or not: a file holds no more."""
    connection = _waiting()
    began = time.perf_counter()
    batch = export_sheet(connection=connection, by=SYSTEM)
    out = time.perf_counter() - began
    assert batch.count == _LINES, batch.count
    with batch.file.open("rb") as file, zipfile.ZipFile(io.BytesIO(file.read())) as pack:
        workbook = pack.read(next(name for name in pack.namelist() if name.endswith(".xlsx")))
    grid: Grid = [list(row) for row in load_workbook(io.BytesIO(workbook)).get_sheet_by_index(0).to_python()]
    bare = _bare(grid)
    began = time.perf_counter()
    assert import_result(connection=connection, raw=workbook, by=SYSTEM).says_nothing, (
        "an untouched file says something"
    )
    untouched = time.perf_counter() - began
    answered = _answered(grid)
    began = time.perf_counter()
    report = import_result(connection=connection, raw=answered, by=SYSTEM)
    back = time.perf_counter() - began
    assert (report.claimed, report.problems) == (_LINES, []), (report.counts, report.problems[:3])
    peer = f"bare xlsxwriter, the same cells: {bare:.2f} s"
    opened, how = _opened(workbook)
    return [
        Figure(f"{_LINES} listings into a file for a platform, batch and lines kept", out, "s", peer, out / bare),
        Figure("… and its answered file read back, every line claimed", back, "s", peer, back / bare),
        Figure("both ways", out + back, "s", peer, (out + back) / bare, "<= 30"),
        Figure("the untouched file read back: nothing changes", untouched, "s", peer, untouched / bare),
        Figure("the workbook opens in LibreOffice", opened, "lines", how, None, f"= {_LINES}" if opened else ""),
    ]


def _waiting() -> Connection:
    """VoSo's connection with 1,000 listings that wait for its staff."""
    province = unit_by_code("province", "68", date(2026, 1, 1))
    assert province is not None, "load_reference first"
    commune = next(iter(communes_of(province)))
    producer = Producer.objects.create(
        kind="cooperative", name="Hợp tác xã Đo", commune=commune, registered_at=clock.now()
    )
    shop = Shop.objects.create(
        producer=producer, slug="do", name="Đo", state="open", made_at=clock.now(), opened_at=clock.now()
    )
    category = Category.objects.filter(is_offered=True).first()
    connection = Connection.objects.get(platform__code="voso")
    Listing.objects.bulk_create(
        Listing(
            shop=shop, sku=f"LSDO{number:06}", slug=f"do-{number}", name=f"Mật ong hoa cà phê {number}", category=category,
            description="Ong nuôi tại vườn, quay mật bằng tay, lọc thô. " * 12, price=55_000 + number, unit="bottle", stock=9,
            state="published", revision=1, made_at=clock.now(), changed_at=clock.now(), net_weight=500,
        )
        for number in range(_LINES)
    )  # fmt: skip
    PlatformListing.objects.bulk_create(
        PlatformListing(listing=each, connection=connection, revision=1, work="awaiting_operator")
        for each in Listing.objects.filter(shop=shop)
    )
    return connection


def _bare(grid: Grid) -> float:
    """Seconds that the writer alone needs for the same cells."""
    began = time.perf_counter()
    with xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(grid):
            for column, cell in enumerate(row):
                if isinstance(cell, float):
                    sheet.write_number(line, column, cell)
                elif cell:
                    sheet.write_string(line, column, str(cell))
    return time.perf_counter() - began


def _answered(grid: Grid) -> bytes:
    """The file with a page on every line, as a spreadsheet program would save it."""
    link, result = (grid[0].index(heading) for heading in (LINK_HEADING, RESULT_HEADING))
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(grid):
            if number:
                row[link], row[result] = f"https://voso.vn/mat-ong-p{number}.html", "Đã lên sàn"
            sheet.write_row(number, 0, row)
    return out.getvalue()


def _opened(workbook: bytes) -> tuple[float, str]:
    """How many lines LibreOffice reads of the workbook, and with which command; 0 and a word of it where it is not installed."""
    program = next(filter(None, map(shutil.which, _OPENS_WITH)), None)
    if program is None:
        return 0, "not measured: LibreOffice is not installed here"
    with tempfile.TemporaryDirectory(prefix="lensan-office-") as folder:
        path = Path(folder) / "lo.xlsx"
        path.write_bytes(workbook)
        subprocess.run(
            [program, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "csv", "--outdir", folder, path],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        text = (Path(folder) / "lo.csv").read_text(encoding="utf-8")
    return float(text.count("LSDO")), "soffice --convert-to csv"
