"""A household list of a whole province as a sheet, as messy as real ones, and the whole way of it: what a part of the
benchmark does in processes of its own, so that the memory of each can be told.

    python -c "import django; django.setup(); from benchmarks.household_list import main; main()" (write|calamine|way) FILE ROWS
"""

from __future__ import annotations

import io
import itertools
import json
import random
import resource
import sys
import time
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

from config.bigworld.names import GIVEN, MIDDLE, SURNAMES
from core.imports.actions.applying import apply_import, apply_rows
from core.imports.actions.previewing import choose_mapping, make_preview
from core.imports.actions.starting import start_import
from core.imports.models import ImportBatch
from core.people.models import User
from core.people.queries import viewer_for
from core.places.models import Hamlet
from onboarding.households.models import Household

_GOODS = (
    "điều", "tiêu", "cà phê", "cao su; nuôi heo", "lúa", "Chăn nuôi", "xoài, bưởi", "sầu riêng", "cá tra", "rau", "gà", "đan lát", "",
)  # fmt: skip
_HEADINGS = (
    "TT", "Xã, phường", "Thôn, ấp", "Họ và tên chủ hộ", "Nam/nữ", "Ngày sinh", "Số CCCD", "Số điện thoại", "Điện thoại của ai",
    "Nghề", "Diện tích (ha)", "Số con", "Mùa vụ", "Đăng ký kinh doanh", "Có tài khoản ngân hàng", "Ghi chú",
)  # fmt: skip
HAMLETS_IN_A_COMMUNE = 6


def write(path: Path, rows: int) -> None:
    """The list: sorted by place, with capitals, NFD, lost zeros, old phones, dates of all kinds, totals, doubles, unknown
    places and test rows in between."""
    places = _places()
    dice = random.Random(20261122)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ["DANH SÁCH HỘ SẢN XUẤT NÔNG NGHIỆP"])
        sheet.write_row(2, 0, _HEADINGS)
        before: list[Any] = []
        for number in range(rows):
            commune, hamlet = places[number * len(places) // rows]
            cells = _row(number, commune, hamlet, dice)
            if number % 5_000 == 4_999:
                cells = ["Tổng cộng", "", "", 5_000]
            elif number % 500 == 499:
                cells = before
            before = cells
            for at, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(number + 3, at, cell, day)
                elif cell != "":
                    sheet.write(number + 3, at, cell)


def _row(number: int, commune: str, hamlet: str, dice: random.Random) -> list[Any]:
    name = f"{dice.choice(SURNAMES)} {dice.choice(MIDDLE)} {dice.choice(GIVEN)}"
    year, phone = dice.randint(1945, 2004), f"{dice.choice('3579')}{dice.randint(10_000_000, 99_999_999)}"
    digits = f"0{dice.randint(10, 96)}{dice.randint(0, 1)}{year % 100:02d}{dice.randint(0, 999_999):06d}"
    mess = dice.random()
    if mess < 0.1:
        name = name.upper()
    elif mess < 0.15:
        name = unicodedata.normalize("NFD", name)
    elif mess < 0.2:
        name = f" {name}  "
    elif mess < 0.205:
        hamlet = "Thôn Không Ai Biết"
    elif mess < 0.207:
        name = "test"
    phones: list[Any] = [
        f"09{phone[1:]}", int(f"9{phone[1:]}"), f"0168{phone[2:]}", f"09{phone[1:3]} {phone[3:6]} {phone[6:]}", "", "không có",
    ]  # fmt: skip
    return [
        number + 1, commune, hamlet, name, dice.choice(("Nam", "nữ", "")),
        dice.choice((year, f"12/5/{year}", date(year, 5, 12), "")),
        dice.choice((digits, digits, int(digits), f"{digits}.0", "")),
        dice.choices(phones, (50, 20, 5, 10, 10, 5))[0], dice.choice(("", "chủ hộ", "con")) if mess < 0.3 else "",
        dice.choice(_GOODS), dice.choice((0.5, 1, "1,5", 2.25, "")), dice.choice(("", "", 20)), dice.choice(("", "tháng 2–4")),
        dice.choice(("x", "không", "")), dice.choice(("có", "chưa", "")), "",
    ]  # fmt: skip


def _places() -> list[tuple[str, str]]:
    hamlets = Hamlet.objects.select_related("commune").order_by("commune__code", "pk")
    return [(f"{each.commune.kind} {each.commune.name}", each.name) for each in hamlets]


def calamine(path: Path, rows: int) -> dict[str, float]:
    """The reading library alone: seconds, and its memory."""
    content, began = path.read_bytes(), time.process_time()
    seconds = _seconds(lambda: CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python())
    return {"seconds": seconds, "busy": time.process_time() - began, "memory": _memory()}


def way(path: Path, rows: int) -> dict[str, float]:
    """The whole way: seconds of reading, preview and apply, rows a second time, and the memory of this process and of those
    it started, MB."""
    by = viewer_for(User.objects.create_superuser(username="do-danh-sach", full_name="Đo"))
    province = Hamlet.objects.select_related("commune__parent").order_by("pk")[0].commune.parent
    assert province is not None
    marks, busy = [time.perf_counter()], [time.process_time()]
    batch = start_import(kind_code="ho", unit=province, content=path.read_bytes(), file_name=path.name, by=by)
    _mark(marks, busy)
    choose_mapping(
        batch=batch, sheet_index=0, header_row=batch.header_row, header_depth=1, mapping=batch.mapping, by=by
    )
    make_preview(batch_id=batch.pk, revision=1)
    _mark(marks, busy)
    batch = ImportBatch.objects.get(pk=batch.pk)
    assert batch.state == "previewed" and batch.created > 0.9 * rows, (batch.state, batch.created, batch.refused)
    previewed = batch.created
    apply_import(batch=batch, by=by)
    apply_rows(batch_id=batch.pk, seconds=3600)
    _mark(marks, busy)
    batch.refresh_from_db()
    assert (batch.state, batch.created, Household.objects.count()) == ("applied", previewed, previewed), batch.created
    read, preview, apply = (later - earlier for earlier, later in itertools.pairwise(marks))
    processor = dict(
        zip(("read_busy", "preview_busy", "apply_busy"), (b - a for a, b in itertools.pairwise(busy)), strict=True)
    )
    helpers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {
        "rows": batch.total, "created": batch.created, "refused": batch.refused, "read": read, "preview": preview, "apply": apply,
        **processor, "memory": _memory(), "helpers": helpers,
    }  # fmt: skip


def _mark(marks: list[float], busy: list[float]) -> None:
    marks.append(time.perf_counter())
    busy.append(time.process_time())


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    """One step, its answer as JSON; the process has set up Django."""
    steps: dict[str, Callable[[Path, int], Any]] = {"write": write, "calamine": calamine, "way": way}
    print(json.dumps(steps[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))))
