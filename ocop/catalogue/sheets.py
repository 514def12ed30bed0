"""The catalogue of a province as a workbook: what stands, and every figure ever entered."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone

from core.kit import clock
from core.places.models import Unit
from ocop.catalogue.models import HandFigure
from ocop.catalogue.queries import GroupLines, area_label
from ocop.catalogue.wording import TargetWords, figure_words, line_words
from ocop.snapshots.workbooks import Sheet, written

NONE = "chưa có"
_HEADING = (
    "Địa bàn", "Nhóm", "Mã", "Chỉ số", "Cách có số", "Số liệu", "Tính đến ngày", "Nguồn", "Liên kết", "Mục tiêu của tỉnh", "Văn bản của tỉnh",
    "Mục tiêu cả nước", "Văn bản cả nước", "Cơ quan phụ trách", "Cách tính", "Phiên bản cách tính",
)  # fmt: skip
_HISTORY = (
    "Địa bàn", "Mã", "Chỉ số", "Tính đến ngày", "Số liệu", "Tử số", "Mẫu số", "Nguồn", "Liên kết", "Phiên bản cách tính", "Số nhập",
    "Thay số nhập", "Lý do sửa", "Nhập lúc",
)  # fmt: skip


def workbook(unit: Unit, groups: list[GroupLines], history: list[HandFigure]) -> Iterator[bytes]:
    """The file in pieces; every line says its province and that the figures are entered by hand."""
    area = area_label(unit)
    return written(
        [
            Sheet("Danh mục", _HEADING, _lines(area, groups), (24, 20, 20, 48, 12, 16, 14, 40, 30, 24, 40)),
            Sheet("Lịch sử số liệu", _HISTORY, (_figure(area, each) for each in history), (24, 20, 48, 14, 16)),
        ]
    )


def _lines(area: str, groups: list[GroupLines]) -> Iterator[list[str | int | None]]:
    for group in groups:
        for line in group.lines:
            words, terms = line_words(line), line.terms
            yield [
                area,
                group.group.label,
                line.indicator.code,
                line.indicator.name,
                "nhập tay",
                words.value or NONE,
                words.on or NONE,
                words.source or NONE,
                line.figure.link if line.figure else "",
                *_target(words.target),
                *_target(words.national),
                (terms.owner if terms else "") or NONE,
                (terms.formula if terms else "") or NONE,
                terms.version if terms else None,
            ]


def _target(words: TargetWords | None) -> tuple[str, str]:
    return (words.value, words.document) if words else (NONE, NONE)


def _figure(area: str, each: HandFigure) -> list[str | int | None]:
    return [
        area,
        each.indicator.code,
        each.indicator.name,
        f"{each.as_of:%d/%m/%Y}",
        figure_words(each.indicator, each) or "đã rút",
        each.numerator,
        each.denominator,
        each.source,
        each.link,
        each.terms_version or None,
        each.pk,
        each.replaces_id,
        each.reason,
        f"{timezone.localtime(each.entered_at, clock.VIETNAM):%d/%m/%Y %H:%M}",
    ]
