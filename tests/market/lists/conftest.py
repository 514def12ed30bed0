"""An's list of goods, as a sheet that goes out and comes back, with or without a zip of pictures."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from PIL import Image

from core.imports.actions.applying import apply_import
from core.imports.actions.previewing import choose_mapping
from core.imports.actions.starting import start_import
from core.imports.models import ImportAttachment, ImportBatch
from core.imports.queries import findings_of
from core.imports.sheet.workbook import read_sheets
from core.jobs.work.runner import run_waiting_jobs
from market.lists.queries import category_names, listings_for_sheet
from market.lists.sheet import goods_sheet
from market.shops.models import Shop
from tests.core.imports.sheet_tools import xlsx
from tests.people import People

HEADS = ("Mã (SKU)", "Tên", "Loại hàng", "Mô tả", "Giá", "Đơn vị", "Số lượng", "Ảnh", "Tình trạng")
CATEGORY = "Mật ong và nông sản thô khác"


@pytest.fixture(autouse=True)
def attachments_stay_in_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model's storage is chosen once, when the model is made."""
    monkeypatch.setattr(ImportAttachment._meta.get_field("file"), "storage", FileSystemStorage(tmp_path / "private"))


class ListDesk:
    """Imports of An's shop as one person."""

    def __init__(self, people: People, shop: Shop, name: str = "an") -> None:
        self.people, self.shop, self.name = people, shop, name

    @property
    def viewer(self) -> Any:
        return self.people.viewer(self.name)

    def out(self) -> bytes:
        """The sheet of all goods."""
        return goods_sheet(listings_for_sheet(self.shop), category_names())

    def preview(self, sheet: Any, pictures: Mapping[str, bytes] | bytes | None = None) -> ImportBatch:
        """Brought, columns as found by themselves, looked at. `sheet` is bytes, or rows under HEADS."""
        content = sheet if isinstance(sheet, bytes) else xlsx([HEADS, *sheet])
        packed = zipped(pictures) if isinstance(pictures, Mapping) else pictures
        batch = start_import(
            kind_code="tin", unit=self.people.commune, owner=f"shop:{self.shop.pk}", content=content, file_name="hang.xlsx",
            attached=io.BytesIO(packed) if packed else None, attached_name="anh.zip", by=self.viewer,
        )  # fmt: skip
        choose_mapping(
            batch=batch, sheet_index=batch.sheet_index, header_row=batch.header_row,
            header_depth=batch.header_depth, mapping=batch.mapping, by=self.viewer,
        )  # fmt: skip
        run_waiting_jobs()
        return ImportBatch.objects.get(pk=batch.pk)

    def bring(self, sheet: Any, pictures: Mapping[str, bytes] | bytes | None = None) -> ImportBatch:
        """The whole way."""
        return self.apply(self.preview(sheet, pictures))

    def apply(self, batch: ImportBatch) -> ImportBatch:
        """Written by the worker."""
        apply_import(batch=batch, by=self.viewer)
        run_waiting_jobs()
        return ImportBatch.objects.get(pk=batch.pk)


@pytest.fixture
def desk(people: People, shop: Shop) -> ListDesk:
    """An's desk."""
    return ListDesk(people, shop)


def rows_of(content: bytes) -> list[list[Any]]:
    """The lines of a sheet that went out."""
    return [list(row) for row in read_sheets(content)[0].rows]


def edited(content: bytes, edit: Any) -> bytes:
    """The sheet as it comes back after `edit(rows)`; rows are dicts by heading."""
    heads, *lines = rows_of(content)
    rows = [dict(zip(heads, [*line, *[""] * (len(heads) - len(line))], strict=True)) for line in lines]
    edit(rows)
    return xlsx([heads, *([row.get(head, "") for head in heads] for row in rows)])


def outcomes(batch: ImportBatch) -> list[str]:
    """What each row is said to do, in the sheet's order."""
    return list(batch.rows.order_by("number").values_list("outcome", flat=True))


def said(batch: ImportBatch) -> list[tuple[str, ...]]:
    """Reasons and warnings of each row."""
    found = [findings_of(row) for row in batch.rows.order_by("number")]
    return [(*each.reasons, *each.warnings) for each in found]


def changes(batch: ImportBatch) -> list[list[tuple[str, str, str]]]:
    """The changes of each row."""
    found = [findings_of(row) for row in batch.rows.order_by("number")]
    return [[(each.label, each.before, each.after) for each in row.changes] for row in found]


def zipped(pictures: Mapping[str, bytes], **options: Any) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **options) as archive:
        for name, content in pictures.items():
            archive.writestr(name, content)
    return out.getvalue()


def picture(number: int, size: tuple[int, int] = (120, 90)) -> bytes:
    """A small photo that looks like no other."""
    shown = Image.new("RGB", size, (number * 37 % 256, number * 91 % 256, number * 53 % 256))
    shown.putpixel((number % size[0], number // size[0] % size[1]), (255, 255, 255))
    shown.paste((number % 251, 10, 200), (10, 10, 40 + number % 50, 50))
    out = io.BytesIO()
    shown.save(out, "JPEG", quality=95)
    return out.getvalue()
