"""Indicators for programs: the number, its definition, and its rows with evidence. `request.auth` is the Viewer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from django.utils.http import urlencode
from ninja import Query, Router, Schema
from ninja.errors import HttpError

from core.kit import clock
from core.people.queries import Viewer
from ocop.indicators.evidence import HamletRow, HouseholdRow, Row, StallRow, evidence_rows
from ocop.indicators.queries import (
    ROWS_PER_PAGE,
    NotVisible,
    Scope,
    measure,
    rows_on,
    scope_for,
)
from ocop.indicators.registry import Indicator, Side, indicator_by_code
from ocop.presence.rules import EARLIEST_DAY

router = Router(tags=["indicators"])


class IndicatorOut(Schema):
    """A rate as two integers. `unit` and `on` repeat the question; `missing` rows are in neither number."""

    code: str
    version: int
    name: str
    definition: str
    unit: str
    on: date
    numerator: int
    denominator: int
    missing: int
    rows_url: str


class CertificateOut(Schema):
    """The certificate that speaks for a product. `recognised_on` is "2024-05-07", "2024-05", "2024" or ""."""

    check_code: str
    state: str
    stars: int | None
    decision_number: str
    recognised_on: str
    holds_until_at_least: date | None


class PageOut(Schema):
    """A page on a platform, and the last time it was seen there or gone. `result` is what was seen of a product ("live",
    "gone"), of a household's account its state ("claimed", "verified", "dead")."""

    platform: str
    url: str
    seen_at: datetime | None
    result: str
    counts: bool


class RowOut(Schema):
    """One product, household, hamlet or market stall. Households and stallholders carry no name here: number and place are enough to
    check."""

    id: int
    sides: list[str]
    name: str
    producer: str
    place: str
    unit: str
    source_url: str
    certificate: CertificateOut | None
    pages: list[PageOut]


class RowsOut(Schema):
    """One page of rows; `count` is that of all pages."""

    code: str
    version: int
    on: date
    count: int
    page: int
    pages: int
    rows: list[RowOut]


AskedDay = Annotated[date | None, Query(ge=EARLIEST_DAY)]


@router.get("/indicators/{code}", response=IndicatorOut)
def get_indicator(
    request: HttpRequest, code: str, unit: str = "", area: str = "", on: AskedDay = None
) -> dict[str, Any]:  # fmt: skip
    """One indicator within `unit` (today's province or commune) or `area` (a province of before 1 July 2025)
    as of `on` (today in Vietnam by default). 404 for what the person may not see,
    422 for a day that has not come."""
    indicator, scope = _asked(request, code, unit, area, on)
    [measured] = measure([indicator], scope)
    query = urlencode({"unit": unit, "area": area, "on": scope.on.isoformat()})
    return {
        "code": indicator.code,
        "version": indicator.version,
        "name": indicator.name,
        "definition": indicator.definition,
        "unit": unit,
        "on": scope.on,
        "numerator": measured.numerator,
        "denominator": measured.denominator,
        "missing": measured.missing,
        "rows_url": request.build_absolute_uri(f"{request.path}/rows?{query}"),
    }


@router.get("/indicators/{code}/rows", response=RowsOut)
def list_indicator_rows(
    request: HttpRequest,
    code: str,
    unit: str = "",
    area: str = "",
    on: AskedDay = None,
    side: Side | None = None,
    page: int = 1,
) -> dict[str, Any]:
    """The rows on both sides and beside them, or of one `side`, 50 a page, each with its evidence."""
    indicator, scope = _asked(request, code, unit, area, on)
    pages = Paginator(rows_on(indicator, scope, side), ROWS_PER_PAGE)
    shown = pages.get_page(page)
    return {
        "code": indicator.code,
        "version": indicator.version,
        "on": scope.on,
        "count": pages.count,
        "page": shown.number,
        "pages": pages.num_pages,
        "rows": [_row(row) for row in evidence_rows(indicator, shown.object_list, scope.on)],
    }


def _asked(request: HttpRequest, code: str, unit: str, area: str, on: date | None) -> tuple[Indicator, Scope]:
    if on is not None and on > clock.today():
        raise HttpError(422, "Ngày này chưa đến. Hãy chọn hôm nay hoặc một ngày trước.")
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    indicator = indicator_by_code(code)
    if indicator is None:
        raise Http404
    try:
        return indicator, scope_for(viewer, unit_code=unit, former_area=area, on=on)
    except NotVisible as error:
        raise Http404 from error


def _row(row: Row) -> dict[str, Any]:
    if isinstance(row, HamletRow):
        return {
            "id": row.hamlet.pk, "sides": row.sides, "name": row.hamlet.name, "producer": "", "place": row.place,
            "unit": row.hamlet.commune.code, "source_url": "", "certificate": None, "pages": [],
        }  # fmt: skip
    if isinstance(row, StallRow):
        return {
            "id": row.stall.pk, "sides": row.sides, "name": row.stall.number, "producer": "", "place": row.place,
            "unit": row.stall.market.commune.code, "source_url": "", "certificate": None, "pages": [],
        }  # fmt: skip
    if isinstance(row, HouseholdRow):
        accounts = [
            {
                "platform": account.platform_name,
                "url": account.url,
                "seen_at": account.seen_at,
                "result": account.state,
                "counts": account.counts,
            }
            for account in row.accounts
        ]
        return {
            "id": row.household.pk, "sides": row.sides, "name": "", "producer": "", "place": row.place,
            "unit": row.household.commune.code, "source_url": "", "certificate": None, "pages": accounts,
        }  # fmt: skip
    product, paper = row.product, row.certificate
    certificate = paper and {
        "check_code": paper.check_code,
        "state": row.state.value,
        "stars": paper.stars,
        "decision_number": paper.decision_number,
        "recognised_on": _written(paper.recognised_on, paper.precision),
        "holds_until_at_least": paper.earliest_end,
    }
    pages = [
        {
            "platform": page.platform_name,
            "url": page.url,
            "seen_at": page.at,
            "result": page.result,
            "counts": page.counts,
        }
        for page in row.pages
    ]
    return {
        "id": product.pk,
        "sides": row.sides,
        "name": product.shown_name,
        "producer": product.shown_maker,
        "place": row.place,
        "unit": product.unit.code if product.unit else "",
        "source_url": product.source_url,
        "certificate": certificate,
        "pages": pages,
    }


def _written(day: date | None, precision: str) -> str:
    if day is None:
        return ""
    return day.isoformat()[: {"year": 4, "month": 7}.get(precision, 10)]
