"""The sheet for a platform's or the post office's staff: what they need to open an account, and room for their answer.

Their forms ask for a person's name, a mobile phone, a shop's name, an address and what is sold; the shop's name is
chosen with the household on the phone. No personal ID, no tax code, no bank account. The columns and their order stay.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import xlsxwriter
from django.utils.text import capfirst

from core.kit import phones
from core.kit.sheets import safe_cell
from onboarding.households.actions import production_of
from onboarding.households.models import Production
from onboarding.opening.models import OpeningBatch, OpeningLine

ASKED = (("Lô", 8), ("Số", 6), ("Họ tên", 28), ("Số điện thoại", 16), ("Địa chỉ", 44), ("Hàng bán", 32))
ANSWERED = (("Kết quả", 16), ("Mã người bán", 18), ("Liên kết gian hàng", 40), ("Lý do chưa mở", 40))
OPENED_WORD, REFUSED_WORD = "Đã mở", "Chưa mở"
HEAD_ROWS = 3
# The same batch gives the same bytes, so that the digest says whether it is the sheet that went out.
_FIXED_MOMENT = datetime(2020, 1, 1, tzinfo=UTC)


def sheet_bytes(batch: OpeningBatch, lines: Sequence[OpeningLine]) -> bytes:
    """An xlsx with a line that says what it is, the headings, and one row for each line."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True, "strings_to_urls": False}) as book:
        book.set_properties({"title": f"Lên Sàn – lô {batch.pk}", "created": _FIXED_MOMENT})
        sheet = book.add_worksheet(f"Lô {batch.pk}")
        ours = book.add_format({"bold": True, "bg_color": "#E6F0E8", "text_wrap": True})
        theirs = book.add_format({"bold": True, "bg_color": "#FFF2CC", "text_wrap": True})
        text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        columns = [*ASKED, *ANSWERED]
        for index, (_, width) in enumerate(columns):
            sheet.set_column(index, index, width, text)
        place = f"{batch.hamlet}, {batch.commune}" if batch.hamlet else str(batch.commune)
        sheet.write_string(0, 0, safe_cell(f"Lô {batch.pk}: mở gian hàng trên {batch.platform.name} cho hộ ở {place}"))
        sheet.write_string(1, 0, f"Ghi «{OPENED_WORD}» kèm mã người bán hoặc liên kết, hay «{REFUSED_WORD}» kèm lý do. Giữ nguyên cột Lô và Số.")  # fmt: skip
        for index, (heading, _) in enumerate(columns):
            sheet.write_string(HEAD_ROWS - 1, index, heading, ours if index < len(ASKED) else theirs)
        for row, line in enumerate(lines, HEAD_ROWS):
            for index, cell in enumerate(_cells(batch, line)):
                sheet.write_string(row, index, safe_cell(cell), text)
        choice = {"validate": "list", "source": [OPENED_WORD, REFUSED_WORD], "ignore_blank": True}
        sheet.data_validation(HEAD_ROWS, len(ASKED), HEAD_ROWS + len(lines), len(ASKED), choice)
    return target.getvalue()


def _cells(batch: OpeningBatch, line: OpeningLine) -> Iterable[str]:
    home = line.household
    goods = [each.goods or each.scale or str(Production(each.kind).label) for each in production_of(home)]
    address = f"{home.hamlet}, {home.commune}, {home.commune.parent}"
    return (
        str(batch.pk),
        str(line.number),
        home.head_name,
        phones.national(home.phone).replace(" ", ""),
        capfirst(address),
        ", ".join(goods),
    )
