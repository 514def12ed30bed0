"""Households as a workbook. Pure: rows in, bytes out."""

from __future__ import annotations

import io
from collections.abc import Iterable

import xlsxwriter

from core.kit import clock, phones
from core.kit.sheets import safe_cell
from onboarding.desk.queries.households import production_words_of
from onboarding.households.models import Household

MOST = 20_000
_HEADINGS = (
    ("Mã hộ", 38), ("Họ tên chủ hộ", 28), ("Xã, phường", 22), ("Thôn, ấp, khu phố", 20), ("Nghề và quy mô", 44), ("Điện thoại", 16),
    ("Điện thoại của ai", 22), ("Đăng ký kinh doanh", 12), ("Tài khoản ngân hàng", 12), ("Ví điện tử", 12), ("Định danh mức 2", 12),
    ("Mã QR", 12), ("Có gian hàng", 12), ("Xác minh", 22), ("Ghi ngày", 12), ("Thôi tính từ", 12),
)  # fmt: skip


def households_sheet(households: Iterable[Household]) -> bytes:
    """One row a household, phones masked. Text stays text: no cell runs as a formula or opens a link."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Hộ")
        head = book.add_format({"bold": True, "bg_color": "#E6F0E8", "text_wrap": True})
        text = book.add_format({"num_format": "@", "valign": "top"})
        sheet.freeze_panes(1, 0)
        for column, (heading, width) in enumerate(_HEADINGS):
            sheet.set_column(column, column, width, text)
            sheet.write_string(0, column, heading, head)
        for line, household in enumerate(households, start=1):
            for column, cell in enumerate(_cells(household)):
                sheet.write_string(line, column, safe_cell(cell), text)
    return target.getvalue()


def _cells(row: Household) -> list[str]:
    answers = (
        row.has_business_registration,
        row.has_bank_account,
        row.has_e_wallet,
        row.has_e_identity,
        row.has_payment_qr,
    )
    verified = f"{row.get_verified_how_display()}, {_day(row.verified_at)}" if row.verified_at else "chưa"
    return [
        str(row.record_id),
        row.head_name,
        str(row.commune),
        row.hamlet.name,
        production_words_of(row),
        phones.masked(row.phone),
        str(row.get_phone_owner_display()),
        *("chưa hỏi" if answer is None else "có" if answer else "không" for answer in answers),
        "có" if getattr(row, "has_shop", False) else "chưa",
        verified,
        _day(row.registered_at),
        f"{row.ended_on:%d/%m/%Y}" if row.ended_on else "",
    ]


def _day(moment: object) -> str:
    return f"{moment.astimezone(clock.VIETNAM):%d/%m/%Y}" if hasattr(moment, "astimezone") else ""
