"""Pilot communes beside the rest, to read, to print and to take away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.kit import clock
from core.kit.sheets import XLSX
from core.people.models import Role
from core.people.queries import viewer_of
from core.people.views import for_roles
from core.places.models import Unit
from ocop.comparison.queries import Comparison, areas_to_compare, comparison
from ocop.comparison.rules import READERS
from ocop.comparison.sheets import as_csv, as_workbook
from ocop.comparison.wording import doubts, has_moved, latest_words, month_words, pilot_words
from ocop.frames.tabs import board_tabs
from ocop.indicators.lines import line_of
from ocop.indicators.queries import Scope
from ocop.indicators.registry import INDICATORS, Indicator, indicator_by_code

USUAL, SAME = "I1", "cung"
SHOWN = 200


@dataclass(frozen=True)
class Asked:
    """What a request compares, and what one may choose instead; `areas` are (code, words)."""

    scope: Scope
    area: str
    areas: list[tuple[str, str]]
    indicator: Indicator
    same_group: bool

    def address(self, name: str, *, same_group: bool | None = None) -> str:
        """A page or file of the same comparison."""
        wanted = {"unit": self.scope.unit.code if self.scope.unit else "", "ma": self.indicator.code}
        if self.same_group if same_group is None else same_group:
            wanted["nhom"] = SAME
        return f"{reverse(name)}?{urlencode(wanted)}"

    @property
    def grouping(self) -> str:
        """How the communes are put into groups, in words."""
        return _("cùng một nhóm xã") if self.same_group else _("theo từng tháng")

    @property
    def file_name(self) -> str:
        """ "thi-diem-I1-68-2026-11-23", for an ending of its own."""
        unit = self.scope.unit.code if self.scope.unit else "ca-nuoc"
        return "-".join(
            ["thi-diem", self.indicator.code, unit, *([SAME] if self.same_group else []), str(self.scope.on)]
        )


def asked_of(request: HttpRequest) -> Asked:
    """Read area, indicator and grouping. Raises Http404 for an area of which the person does not see all."""
    viewer = viewer_of(request)
    units, code = areas_to_compare(viewer), request.GET.get("unit", "")
    is_whole = viewer.sees_everything(*READERS)
    unit: Unit | None = next((each for each in units if each.code == code), None)
    if unit is None and (code or not (units or is_whole)):
        raise Http404
    if unit is None and not is_whole:
        unit = units[0]
    areas = [("", _("Cả nước"))] if is_whole else []
    areas += [(each.code, capfirst(str(each))) for each in units]
    return Asked(
        Scope(viewer, clock.today(), unit),
        capfirst(str(unit)) if unit else _("Cả nước"),
        areas,
        indicator_by_code(request.GET.get("ma", "")) or INDICATORS[USUAL],
        request.GET.get("nhom") == SAME,
    )


@require_safe
@never_cache
@for_roles(*READERS)
def comparison_page(request: HttpRequest) -> HttpResponse:
    """The months in a table and a drawing, what weakens them, and the pilots one by one."""
    asked = asked_of(request)
    found = _found(asked)
    return render(request, "ocop/comparison/page.html", {"space_items": board_tabs(request)} | _shown(asked, found))


@require_safe
@never_cache
@for_roles(*READERS)
def comparison_csv(request: HttpRequest) -> HttpResponse:
    """The months as text."""
    asked = asked_of(request)
    content = as_csv(_found(asked), asked.indicator, asked.area, asked.grouping)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{asked.file_name}.csv"'
    return response


@require_safe
@never_cache
@for_roles(*READERS)
def comparison_file(request: HttpRequest) -> HttpResponseBase:
    """Months, pilots and explanations as a workbook."""
    asked = asked_of(request)
    found = _found(asked)
    moved = [_moved()] if has_moved(found.months) else []
    said = [_compared(asked), _no_cause(), *moved, *doubts(found, asked.indicator)]
    pieces = as_workbook(found, asked.indicator, asked.area, asked.grouping, said)
    response = StreamingHttpResponse(pieces, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{asked.file_name}.xlsx"'
    return response


def _found(asked: Asked) -> Comparison:
    return comparison(asked.indicator, asked.scope, same_group=asked.same_group)


def _compared(asked: Asked) -> str:
    if asked.same_group:
        return _("So các xã đang thí điểm hôm nay, theo ngược về từng tháng trước, với mọi xã còn lại của địa bàn.")
    return _("So các xã thí điểm trong tháng đó với mọi xã còn lại của địa bàn, theo ngày đếm cuối của mỗi tháng.")


def _no_cause() -> str:
    return _(
        "Chênh lệch không chứng minh là nhờ thí điểm: xã thí điểm được chọn, không phải bốc thăm, nên có thể vốn đã khác các xã kia."
    )


def _moved() -> str:
    return _(
        "Các xã thí điểm không như nhau qua các tháng: tỷ lệ của nhóm đổi cả khi không hộ nào đổi. Muốn so một nhóm không đổi, hãy chọn "
        "«Cùng một nhóm xã»."
    )


def _shown(asked: Asked, found: Comparison) -> dict[str, Any]:
    days = [(month.on or month.first, month) for month in found.months]
    latest = found.latest
    return {
        "asked": asked,
        "indicators": list(INDICATORS.values()),
        "groupings": [
            {"label": _("Theo từng tháng"), "url": asked.address("comparison", same_group=False), "current": not asked.same_group},
            {"label": _("Cùng một nhóm xã"), "url": asked.address("comparison", same_group=True), "current": asked.same_group},
        ],
        "compared": _compared(asked),
        "no_cause": _no_cause(),
        "doubts": doubts(found, asked.indicator),
        "months": [month_words(month) for month in found.months],
        "latest": latest_words(latest) if latest else "",
        "lines": {
            "pilots": line_of([(on, month.pilots.pair if month.pilots else None) for on, month in days], None),
            "rest": line_of([(on, month.rest.pair if month.rest else None) for on, month in days], None),
        },
        "moved": _moved() if has_moved(found.months) else "",
        "pilots": [pilot_words(each) for each in found.pilots[:SHOWN]],
        "more": max(len(found.pilots) - SHOWN, 0),
        "csv_url": asked.address("comparison_csv"),
        "file_url": asked.address("comparison_file"),
        "pilots_url": reverse("commune_pilots") if asked.scope.viewer.has_role(Role.PROVINCE) else "",
        "back_url": reverse("board"),
    }  # fmt: skip
