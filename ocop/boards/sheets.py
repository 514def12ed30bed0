"""Rows of an indicator as a csv file that a spreadsheet opens without running anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.core.paginator import Paginator
from django.utils import timezone

from core.kit import clock
from core.kit.sheets import BYTE_ORDER_MARK, csv_lines
from ocop.indicators.evidence import HamletRow, HouseholdRow, ProductRow, Row, StallRow, evidence_rows
from ocop.indicators.queries import Scope, rows_on
from ocop.indicators.registry import HAMLETS, HOUSEHOLDS, PRODUCTS, STALLS, Indicator, Side
from ocop.presence.rules import POSTMART, VOSO

_AT_ONCE = 500
_SIDES = {Side.NUMERATOR: "tử số", Side.DENOMINATOR: "mẫu số", Side.MISSING: "chưa rõ"}
_SHARED = "Điện thoại dùng chung, chờ xã xem."
_PRODUCT_HEADING = [
    "Mã", "Sản phẩm", "Chủ thể", "Nơi sản xuất", "Nằm ở", "Hạng sao", "Số quyết định", "Công nhận",
    "Còn hạn đến", "Tình trạng", "Mã kiểm tra", "VoSo", "Thấy trên VoSo", "Postmart", "Thấy trên Postmart",
    "Nguồn",
]  # fmt: skip
_HOUSEHOLD_HEADING = [
    "Mã hộ", "Nơi ở", "Nằm ở", "Sàn", "Khai ngày", "Thấy trên sàn", "Liên kết", "Tình trạng", "Hoạt động",
]  # fmt: skip
_HAMLET_HEADING = ["Mã ấp", "Ấp, thôn", "Xã", "Nằm ở", "Tổ phụ trách", "Hoạt động 30 ngày"]
_STALL_HEADING = ["Mã sạp", "Sạp", "Chợ, xã", "Nằm ở", "Mã nhận tiền", "Kiểm tra ngày", "Dùng mã (tự khai)"]
_HEADINGS = {
    PRODUCTS.name: _PRODUCT_HEADING,
    HOUSEHOLDS.name: _HOUSEHOLD_HEADING,
    HAMLETS.name: _HAMLET_HEADING,
    STALLS.name: _STALL_HEADING,
}


def rows_as_csv(indicator: Indicator, scope: Scope, side: Side | None) -> Iterator[str]:
    """The file in pieces of at most 500 rows; begins with the mark that makes Excel read UTF-8. Households
    carry their number, not their name: files travel."""
    yield BYTE_ORDER_MARK + csv_lines([_HEADINGS[indicator.subject.name]])
    for page in Paginator(rows_on(indicator, scope, side), _AT_ONCE):
        found = evidence_rows(indicator, page.object_list, scope.on)
        yield csv_lines([_cells(row) for row in found])


def file_name(indicator: Indicator, scope: Scope) -> str:
    """ "I2both-79-2026-11-22.csv"."""
    parts = [indicator.code, scope.unit.code if scope.unit else "", scope.on.isoformat()]
    return "-".join(part for part in parts if part) + ".csv"


def _cells(row: Row) -> list[str]:
    if isinstance(row, HouseholdRow):
        return _household(row)
    if isinstance(row, StallRow):
        return _stall(row)
    return _hamlet(row) if isinstance(row, HamletRow) else _product(row)


def _product(row: ProductRow) -> list[str]:
    product, paper = row.product, row.certificate
    pages = {page.platform: page for page in reversed(row.pages)}
    cells = [str(product.pk), product.shown_name, product.shown_maker, row.place, _sides(row.sides)]
    cells += [
        str(paper.stars or "") if paper else "",
        paper.decision_number if paper else "",
        paper.written_date() if paper else "",
        row.until,
        row.state_word,
        paper.check_code if paper else "",
    ]
    for platform in (VOSO, POSTMART):
        page = pages.get(platform)
        cells += [page.url if page else "", _day(page.at) if page else ""]
    return [*cells, product.source_url]


def _household(row: HouseholdRow) -> list[str]:
    accounts = row.accounts
    return [
        str(row.household.pk),
        row.place,
        _sides(row.sides),
        ", ".join(account.platform_name for account in accounts),
        ", ".join(_day(account.claimed_at) for account in accounts),
        ", ".join(_day(account.seen_at) or "chưa thấy" for account in accounts),
        " ".join(account.url for account in accounts if account.url),
        " ".join([*(account.words for account in accounts), *([_SHARED] if row.is_phone_shared else [])]),
        " ".join(f"{doing.words}, {doing.happened_on:%d/%m/%Y}, {doing.source}." for doing in row.doings),
    ]


def _hamlet(row: HamletRow) -> list[str]:
    active = "có" if row.is_team_active else "chưa"
    return [str(row.hamlet.pk), row.hamlet.name, row.place, _sides(row.sides), row.team, active if row.team else ""]


def _stall(row: StallRow) -> list[str]:
    state = row.state
    checked = _day(state.check.at) if state.check else ""
    return [str(row.stall.pk), row.stall.number, row.place, _sides(row.sides), state.words, checked, state.use_words]


def _sides(sides: list[str]) -> str:
    return ", ".join(_SIDES[Side(side)] for side in sides)


def _day(at: datetime | None) -> str:
    return f"{timezone.localtime(at, clock.VIETNAM):%d/%m/%Y}" if at else ""
