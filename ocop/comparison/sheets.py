"""A comparison as files: the months, the pilots, and what was compared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from core.kit.sheets import BYTE_ORDER_MARK, csv_lines
from ocop.comparison.queries import Comparison, Part
from ocop.comparison.wording import month_words, pilot_words
from ocop.indicators.registry import Indicator
from ocop.snapshots.workbooks import Sheet, written

NONE = "chưa có số liệu"
_MONTHS = (
    "Địa bàn", "Chỉ số", "Cách chia nhóm", "Tháng", "Tính đến ngày", "Tháng đang chạy", "Tử số thí điểm", "Mẫu số thí điểm", "Số xã thí điểm",
    "Số xã thí điểm có số liệu", "Tử số còn lại", "Mẫu số còn lại", "Số xã còn lại", "Số xã còn lại có số liệu", "Chênh lệch",
)  # fmt: skip
_PILOTS = (
    "Mã xã", "Xã", "Thí điểm", "Quyết định", "Ghi lúc nào", "Trước khi sáp nhập", "Lúc bắt đầu, ngày", "Lúc bắt đầu", "Đếm khi đã thí điểm",
    "Mới nhất hoặc lúc kết thúc, ngày", "Mới nhất hoặc lúc kết thúc", "Thay đổi",
)  # fmt: skip
Cells = list[str | int | None]


def as_csv(found: Comparison, indicator: Indicator, area: str, grouping: str) -> str:
    """The months; begins with the mark that makes Excel read UTF-8."""
    rows = [["" if cell is None else str(cell) for cell in row] for row in _months(found, indicator, area, grouping)]
    return BYTE_ORDER_MARK + csv_lines([_MONTHS, *rows])


def as_workbook(found: Comparison, indicator: Indicator, area: str, grouping: str, said: list[str]) -> Iterator[bytes]:
    """Months, pilots and explanations, in pieces."""
    about: list[Cells] = [
        ["Chỉ số", indicator.name],
        ["Cách tính", f"{indicator.definition} (bản {indicator.version})"],
    ]
    about += [["Cần biết", sentence] for sentence in said]
    return written(
        [
            Sheet("Từng tháng", _MONTHS, _months(found, indicator, area, grouping), (24, 40, 24, 12, 14)),
            Sheet("Xã thí điểm", _PILOTS, _pilots(found), (10, 28, 36, 36, 22, 28, 14, 18)),
            Sheet("Cách so", ("Mục", "Nội dung"), about, (16, 120)),
        ]
    )


def _months(found: Comparison, indicator: Indicator, area: str, grouping: str) -> Iterator[Cells]:
    for month in found.months:
        words = month_words(month)
        running = "có" if month.is_running else ""
        head: Cells = [area, indicator.name, grouping, words.month, _day(month.on) or NONE, running]
        yield [*head, *_part(month.pilots), *_part(month.rest), _plain(words.difference) or NONE]


def _part(part: Part | None) -> Cells:
    if part is None:
        return [NONE, NONE, None, None]
    counts: Cells = [part.numerator, part.denominator] if part.pair else [NONE, NONE]
    return [*counts, part.communes, part.counted]


def _pilots(found: Comparison) -> Iterator[Cells]:
    for each in found.pilots:
        words = pilot_words(each)
        row: Cells = [words.place, words.commune, words.period, words.decision, words.recorded, words.before]
        yield [
            *row,
            _day(words.first_on),
            words.first or NONE,
            "có" if words.is_late else "",
            _day(words.last_on),
            words.last or NONE,
            _plain(words.difference),
        ]


def _plain(difference: str) -> str:
    """Without the plus, which a spreadsheet would take for a formula."""
    return difference.removeprefix("+")


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""
