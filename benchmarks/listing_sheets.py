"""A shop's list of goods with a picture in each row, from the file to the shop: rows a second and peak memory, beside the
photo pipeline alone on the same pictures, Pillow alone writing the same four files of each, and as many bare inserts as a row
needs. The pictures of a phone as messengers pass them on (0.8 megapixels, some 100 kB), in one zip."""

from __future__ import annotations

import io
import tempfile
import time
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import xlsxwriter
from django.db import connection, transaction
from PIL import Image, ImageDraw

from benchmarks.figure import Figure
from core.files.pipeline import render
from core.imports.actions.applying import apply_import, apply_rows
from core.imports.actions.previewing import choose_mapping, make_preview
from core.imports.actions.starting import start_import
from core.imports.models import ImportBatch
from core.imports.queries import cells_of
from core.imports.registry import kind_of
from core.imports.sheet.columns import RowParser
from core.kit import clock
from core.people.models import User
from core.people.queries import Viewer, viewer_for
from core.places.queries import communes_of, unit_by_code
from market.lists.models import SheetPicture
from market.lists.queries import category_names, listings_for_sheet
from market.lists.sheet import goods_sheet
from market.shops.models import Shop
from onboarding.producers.models import Membership, Producer

NAME = "listing_sheets"
_ROWS, _ROWS_IN_FULL = 40, 2_000
_SIZE, _SMALL = (1024, 768), (480, 360)
_ROWS_AT_ONCE = 20
# What a row leaves behind: the goods, a photo shown, stock, price, trail and its words twice, platforms, the search.
_INSERTS = 12
_HEADS = ("Tên", "Loại hàng", "Mô tả", "Giá", "Đơn vị", "Số lượng", "Ảnh", "Tình trạng")


def run(full: bool) -> list[Figure]:
    """40 rows, `full` 2,000."""
    rows = _ROWS_IN_FULL if full else _ROWS
    shop, by = _shop()
    with tempfile.TemporaryDirectory(prefix="lensan-goods-") as folder:
        path = Path(folder) / "anh.zip"
        _write_pictures(path, rows)
        bare_photos, alone = _pillow_alone(path), _pipeline_alone(path)
        memory_alone = _peak_megabytes()
        took = _whole_way(shop, by, path, rows)
        memory = _peak_megabytes()
        weight = path.stat().st_size / 1e6
    began = time.perf_counter()
    out = goods_sheet(listings_for_sheet(shop), category_names())
    written = time.perf_counter() - began
    again = _previewed(shop, by, out)
    assert (again.unchanged, again.total) == (rows, rows), "an untouched sheet changes something"
    inserted = _bare_inserts(rows)
    peer = f"the photo pipeline alone: {rows / alone:.1f} pictures/s"
    return [
        Figure(f"{rows} new goods with a picture each ({weight:.0f} MB), from the file to the shop", rows / took.all, "rows/s", peer, took.all / alone, "< 2x"),
        Figure("… the pictures, looked through and made into photos, in processor time", took.photos / rows * 1000, "ms/row", f"Pillow alone, the same four files: {bare_photos / rows * 1000:.0f} ms", took.photos / bare_photos),
        Figure("… goods, stock, trail, platforms and search written, in processor time", took.goods / rows * 1000, "ms/row", f"{_INSERTS} bare inserts: {inserted / rows * 1000:.2f} ms", took.goods / inserted),
        Figure("… peak memory of the process", memory, "MB", f"the photo pipeline alone: {memory_alone:.0f} MB", memory / memory_alone, "< 400"),
        Figure("the sheet of these goods taken out", rows / written, "rows/s"),
    ]  # fmt: skip


@dataclass(frozen=True)
class _Took:
    """Seconds: of the clock for the whole way, of the processor for its two parts."""

    all: float
    photos: float
    goods: float


def _whole_way(shop: Shop, by: Viewer, path: Path, rows: int) -> _Took:
    began, from_here = time.perf_counter(), time.process_time()
    with path.open("rb") as pictures:
        batch = start_import(
            kind_code="tin", unit=shop.producer.commune, owner=f"shop:{shop.pk}", content=_sheet(rows), file_name="do.xlsx",
            attached=pictures, attached_name="anh.zip", by=by,
        )  # fmt: skip
    looked_through = time.process_time() - from_here
    batch = apply_import(batch=_looked_at(batch, by), by=by)
    # What `apply_rows` does portion by portion, first for all: it then finds the photos there and writes the goods only.
    from_here = time.process_time()
    parser = RowParser(kind_of(batch).columns, batch.mapping)
    wanted = [parser.parse(cells_of(row)).values for row in batch.rows.order_by("number")]
    for start in range(0, rows, _ROWS_AT_ONCE):
        kind_of(batch).prepare_rows(wanted[start : start + _ROWS_AT_ONCE], viewer=by)
    made = time.process_time()
    apply_rows(batch_id=batch.pk, seconds=36_000)
    ended, applied = time.perf_counter(), time.process_time()
    batch.refresh_from_db()
    assert (batch.state, batch.created) == ("applied", rows), (batch.state, batch.created, batch.refused)
    assert SheetPicture.objects.filter(shop=shop, photo__isnull=False).count() == rows
    return _Took(ended - began, looked_through + made - from_here, applied - made)


def _pillow_alone(path: Path) -> float:
    """Seconds of the processor to decode the pictures and to write each as JPEG and WebP, large and small."""
    began = time.process_time()
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            large = Image.open(io.BytesIO(archive.read(name))).convert("RGB")
            for picture in (large, large.resize(_SMALL, Image.Resampling.LANCZOS)):
                picture.save(io.BytesIO(), "JPEG", quality=82, optimize=True)
                picture.save(io.BytesIO(), "WEBP", quality=78, method=4)
    return time.process_time() - began


def _bare_inserts(rows: int) -> float:
    """Seconds of the processor for as many inserts into one plain table, in transactions of as many rows."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare_line (id integer PRIMARY KEY, name varchar(200), price integer, words text)")
        began = time.process_time()
        for start in range(0, rows, _ROWS_AT_ONCE):
            with transaction.atomic():
                for number in range(start * _INSERTS, min(rows, start + _ROWS_AT_ONCE) * _INSERTS):
                    line: list[int | str] = [number, f"Hàng đo {number}", 55_000, "Ngọt thanh, hoa điều." * 4]
                    cursor.execute("INSERT INTO bare_line VALUES (%s, %s, %s, %s)", line)
        took = time.process_time() - began
        cursor.execute("DROP TABLE bare_line")
    return took


def _previewed(shop: Shop, by: Viewer, content: bytes) -> ImportBatch:
    unit = shop.producer.commune
    owner = f"shop:{shop.pk}"
    return _looked_at(
        start_import(kind_code="tin", unit=unit, owner=owner, content=content, file_name="ra.xlsx", by=by), by
    )


def _looked_at(batch: ImportBatch, by: Viewer) -> ImportBatch:
    header = batch.header_row
    choose_mapping(batch=batch, sheet_index=0, header_row=header, header_depth=1, mapping=batch.mapping, by=by)
    make_preview(batch_id=batch.pk, revision=1)
    return ImportBatch.objects.get(pk=batch.pk)


def _shop() -> tuple[Shop, Viewer]:
    province = unit_by_code("province", "68", date(2026, 1, 1))
    assert province is not None, "load_reference first"
    person = User.objects.create_user(username="do", full_name="Đo")
    producer = Producer.objects.create(
        kind="cooperative", name="Hợp tác xã Đo", commune=next(iter(communes_of(province))), registered_at=clock.now()
    )
    Membership.objects.create(
        user=person, producer=producer, right="owner", valid_from=clock.today(), recorded_how="đo"
    )
    shop = Shop.objects.create(
        producer=producer, slug="do", name="Đo", state="open", made_at=clock.now(), opened_at=clock.now()
    )
    return shop, viewer_for(person)


def _sheet(rows: int) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, _HEADS)
        for number in range(rows):
            words = (
                f"Hàng đo {number}",
                "Mật ong nguyên chất",
                "Ngọt thanh, hoa điều.",
                55_000,
                "chai",
                9,
                f"{number}.jpg",
                "đang bán",
            )
            sheet.write_row(number + 1, 0, words)
    return out.getvalue()


def _write_pictures(path: Path, rows: int) -> None:
    """Pictures as hard to encode as photos, each another one."""
    grain = Image.effect_noise(_SIZE, 20).convert("RGB")
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(rows):
            shown = grain.copy()
            ImageDraw.Draw(shown).text((40, 40), f"{number}", fill=(255, 0, 0), font_size=200)
            raw = io.BytesIO()
            shown.save(raw, "JPEG", quality=70)
            archive.writestr(f"{number}.jpg", raw.getvalue())


def _pipeline_alone(path: Path) -> float:
    began = time.perf_counter()
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            render(archive.read(name))
    return time.perf_counter() - began


def _peak_megabytes() -> float:
    """The largest resident memory so far of this process."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1000
    return 0.0
