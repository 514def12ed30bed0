"""The board: how far an area is from its targets, where in it, and on which step people and products stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.kit import money
from core.people.queries import STAFF_ROLES
from core.people.views import for_roles
from core.places.models import Level
from ocop.boards.charts import Band, band_of, ground_of
from ocop.boards.standing import Rank, Standing, is_by_province, ranking, standing
from ocop.boards.trend import counted_points, kept_points
from ocop.boards.views.asked import Asked, asked_of, board_tabs
from ocop.boards.views.figures import figure_of
from ocop.comparison.rules import READERS
from ocop.indicators.lines import Line, line_of
from ocop.indicators.queries import Measurement, coverage
from ocop.indicators.registry import (
    HAMLETS,
    HOUSEHOLDS,
    INDICATORS,
    PRODUCTS,
    STALLS,
    Indicator,
    Subject,
    indicator_by_code,
)
from ocop.indicators.targets import TargetFor, targets_for
from ocop.wall.rules import MAKERS

USUAL = "I2both"
# What a unit is ranked by: the rates that somebody has to answer for.
RANKED = ("I2both", "I2any", "I1", "I1b", "I1d", "I3a")
_SHORT = {
    "I2both": "OCOP trên cả hai sàn",
    "I2any": "OCOP trên ít nhất một sàn",
    "I1": "Hộ có gian hàng",
    "I1b": "Hộ có hàng thật",
    "I1d": "Hộ có đơn hàng",
    "I3a": "Tổ công nghệ số hoạt động",
}


@require_safe
@for_roles(*STAFF_ROLES)
def board(request: HttpRequest) -> HttpResponse:
    """The rates of the chosen area on the chosen day, with map, ranking and the steps to an order."""
    asked = asked_of(request)
    found, chosen = standing(asked.scope), _chosen(request)
    aims = targets_for(INDICATORS.values(), asked.scope)
    target = aims[chosen.code].percent if chosen.code in aims else None
    whole = found.of(chosen.code)
    points = kept_points(chosen, asked.scope, (whole.numerator, whole.denominator))
    ranks = ranking(chosen, found, asked.parts)
    context = {
        "space_items": board_tabs(request),
        "asked": asked,
        "chosen": chosen,
        "choices": _choices(asked, chosen),
        "product_figures": _figures(found, PRODUCTS, asked, aims),
        "household_figures": _figures(found, HOUSEHOLDS, asked, aims),
        "hamlet_figures": _figures(found, HAMLETS, asked, aims),
        "stall_figures": _figures(found, STALLS, asked, aims),
        "coverage": coverage(asked.scope),
        "lapsed": found.lapsed,
        "lapsed_url": asked.address("board_products", han="vua-het"),
        "target": target,
        "line": line_of(points, target),
        "counted_at": found.counted_at,
        "has_trend": any(pair for _day, pair in points[:-1]),
        "trend_url": asked.address("board_trend", ma=chosen.code),
        "change_url": asked.address("board_changes", ma=chosen.code),
        "compare_url": _comparison(asked, chosen),
        "wall_url": asked.address("wall", on=""),
        "may_hang": asked.scope.viewer.has_role(*MAKERS),
        "map": _map(ranks, asked, target),
        "bars": [_bar(rank, asked) for rank in ranks if rank.place],
        "without": [_bar(rank, asked) for rank in ranks if not rank.place],
        "total": {"label": asked.area, "text": money.rate(whole.numerator, whole.denominator)}
        if whole.denominator
        else None,
        "rest": _rest(whole, ranks),
        "is_by_province": is_by_province(asked.scope),
        "product_steps": _product_steps(found, asked),
        "household_steps": _household_steps(found, asked),
        "definitions": list(INDICATORS.values()),
    }
    return render(request, "ocop/boards/board.html", context)


@require_safe
@for_roles(*STAFF_ROLES)
def trend(request: HttpRequest) -> HttpResponse:
    """One rate at the ends of twelve months; where nothing was kept, products are counted anew."""
    asked, chosen = asked_of(request), _chosen(request)
    recounted = chosen.subject is PRODUCTS
    if recounted:
        points = counted_points(chosen, asked.scope)
    else:
        whole = standing(asked.scope).of(chosen.code)
        points = kept_points(chosen, asked.scope, (whole.numerator, whole.denominator))
    aims = targets_for([chosen], asked.scope)
    target = aims[chosen.code].percent if aims else None
    line = line_of(points, target)
    context = {
        "space_items": board_tabs(request),
        "asked": asked,
        "chosen": chosen,
        "choices": _choices(asked, chosen, "board_trend"),
        "line": line,
        "target": target,
        "months": _months(line, asked, chosen),
        "is_recounted": recounted,
        "back_url": asked.address("board", ma=chosen.code),
    }
    return render(request, "ocop/boards/trend.html", context)


def _comparison(asked: Asked, chosen: Indicator) -> str:
    """Pilots beside the rest of the same province; a single commune has nothing to be compared with."""
    unit = asked.scope.unit
    if not asked.scope.viewer.has_role(*READERS) or (unit is not None and unit.level != Level.PROVINCE):
        return ""
    return asked.address("comparison", ma=chosen.code, on="")


def _chosen(request: HttpRequest) -> Indicator:
    found = indicator_by_code(request.GET.get("ma", ""))
    return found if found is not None and found.code in RANKED else INDICATORS[USUAL]


def _choices(asked: Asked, chosen: Indicator, page: str = "board") -> list[dict[str, Any]]:
    return [
        {"label": _SHORT[code], "url": asked.address(page, ma=code), "current": code == chosen.code} for code in RANKED
    ]


def _figures(found: Standing, subject: Subject, asked: Asked, aims: Mapping[str, TargetFor]) -> list[dict[str, Any]]:
    return [
        figure_of(each, asked, aims.get(each.indicator.code))
        for each in found.measurements
        if each.indicator.subject is subject
    ]


def _months(line: Line, asked: Asked, chosen: Indicator) -> list[dict[str, Any]]:
    return [{"dot": dot, "url": asked.address("board_rows", chosen.code, on=dot.on.isoformat())} for dot in line.dots]


def _bar(rank: Rank, asked: Asked) -> dict[str, Any]:
    """A row of `parts/bar_chart.html`."""
    measured = rank.measured
    return {
        "label": rank.label,
        "value": measured.numerator if measured.denominator else None,
        "maximum": measured.denominator,
        "text": money.rate(measured.numerator, measured.denominator),
        "url": _unit_address(rank, asked),
        "place": rank.place,
    }


def _rest(whole: Measurement, ranks: list[Rank]) -> str:
    """What of the whole is in none of the places, as a rate: goods of which only the province is known."""
    numerator = whole.numerator - sum(rank.measured.numerator for rank in ranks)
    denominator = whole.denominator - sum(rank.measured.denominator for rank in ranks)
    return money.rate(numerator, denominator) if denominator else ""


def _map(ranks: list[Rank], asked: Asked, target: int | None) -> dict[str, Any] | None:
    """The circles of the map: units without a rate first, so that they lie under the others."""
    places = [
        (float(rank.unit.latitude), float(rank.unit.longitude))
        if rank.unit.latitude is not None and rank.unit.longitude is not None
        else None
        for rank in ranks
    ]
    ground = ground_of(places)
    spots = [
        {
            "spot": spot,
            "band": band_of(rank.measured.numerator, rank.measured.denominator, target).value,
            "label": rank.label,
            "text": money.rate(rank.measured.numerator, rank.measured.denominator),
            "url": _unit_address(rank, asked),
        }
        for rank, spot in zip(ranks, ground.spots, strict=True)
        if spot is not None
    ]
    if len(spots) < 2:
        return None
    return {
        "width": ground.width,
        "height": ground.height,
        "without": [each for each in spots if each["band"] == Band.NONE],
        "spots": [each for each in spots if each["band"] != Band.NONE],
    }


def _unit_address(rank: Rank, asked: Asked) -> str:
    return asked.address("board", unit=rank.unit.code, ma=rank.measured.indicator.code)


def _step(label: str, count: int, whole: int, url: str) -> dict[str, Any]:
    return {"label": label, "value": count, "maximum": whole, "text": money.rate(count, whole), "url": url}


def _product_steps(found: Standing, asked: Asked) -> list[dict[str, Any]]:
    anywhere, both = found.of("I2any"), found.of("I2both")
    whole = both.denominator
    if not whole:
        return []
    rows = "board_rows"
    return [
        _step(_("Có giấy còn hạn"), whole, whole, asked.address(rows, "I2both", side="denominator")),
        _step(_("Đã gắn tin hoặc trang"), found.linked, whole, asked.address("board_products", han="con", gan="roi")),
        _step(
            _("Thấy trên ít nhất một sàn"), anywhere.numerator, whole, asked.address(rows, "I2any", side="numerator")
        ),
        _step(_("Thấy trên cả hai sàn"), both.numerator, whole, asked.address(rows, "I2both", side="numerator")),
    ]


def _household_steps(found: Standing, asked: Asked) -> list[dict[str, Any]]:
    steps = (
        ("I1a", _("Khai có gian hàng")),
        ("I1", _("Gian hàng đã xác minh")),
        ("I1b", _("Có hàng thật trên sàn")),
        ("I1d", _("Có đơn hàng")),
    )
    whole = found.of("I1").denominator
    if not whole:
        return []
    first = _step(_("Hộ trong mẫu số"), whole, whole, asked.address("board_rows", "I1", side="denominator"))
    return [first, *(_counted(label, found.of(code), asked) for code, label in steps)]


def _counted(label: str, measured: Measurement, asked: Asked) -> dict[str, Any]:
    url = asked.address("board_rows", measured.indicator.code, side="numerator")
    return _step(label, measured.numerator, measured.denominator, url)
