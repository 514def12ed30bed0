"""The producer's money: where it is, and month by month how it came to be there."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.kit.sheets import XLSX
from core.people.queries import viewer_of
from core.people.views import signed_in
from market.ledger.sheets import money_csv, money_xlsx
from market.shops.navigation import seller_places
from market.statements.queries import months_of, standing_of, statement_of
from market.statements.wording import HEADING, rows_of, words_of
from onboarding.producers.models import Producer
from onboarding.producers.queries import producers_at_work

PER_PAGE = 100


@require_safe
@never_cache
@signed_in
def seller_money(request: HttpRequest) -> HttpResponse:
    """Held, owed, paid out and taken directly; below it a month's rows."""
    producers = list(producers_at_work(viewer_of(request)).select_related("shop"))
    context: dict[str, Any] = {"space_items": seller_places("seller_orders"), "producer": None}
    if producers:
        producer = _chosen(request, producers)
        months = months_of(producer)
        month = _month(request, months)
        statement = statement_of(producer, month)
        page = Paginator(statement.lines, PER_PAGE).get_page(request.GET.get("page"))
        context |= {
            "producer": producer,
            "producers": producers if len(producers) > 1 else [],
            "standing": standing_of(producer),
            "has_account": bool(getattr(producer, "shop", None) and producer.shop.bank_account),
            "months": [(f"{day:%Y-%m}", f"tháng {day.month}/{day.year}") for day in months],
            "month": f"{month:%Y-%m}",
            "month_words": f"{month.month}/{month.year}",
            "statement": statement,
            "page_obj": page,
            "lines": [(line, words_of(line)) for line in page],
            "query": urlencode({"nha": str(producer.pk), "thang": f"{month:%Y-%m}"}),
        }
    return render(request, "market/statements/money.html", context)


@require_safe
@never_cache
@signed_in
def seller_money_file(request: HttpRequest, kind: str) -> HttpResponse:
    """A month's rows as a csv file or a workbook."""
    producers = list(producers_at_work(viewer_of(request)))
    if not producers or kind not in {"csv", "xlsx"}:
        raise Http404
    producer = _chosen(request, producers)
    month = _month(request, months_of(producer))
    rows = rows_of(statement_of(producer, month))
    if kind == "csv":
        answer = HttpResponse(money_csv(HEADING, rows), content_type="text/csv; charset=utf-8")
    else:
        answer = HttpResponse(money_xlsx(f"Tháng {month:%m-%Y}", HEADING, rows), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="tien-ban-hang-{month:%Y-%m}.{kind}"'
    return answer


def _chosen(request: HttpRequest, producers: list[Producer]) -> Producer:
    """The producer asked for among those one works for now; 404 for any other."""
    asked = request.GET.get("nha", "")
    if not asked:
        return producers[0]
    found = next((each for each in producers if str(each.pk) == asked), None)
    if found is None:
        raise Http404
    return found


def _month(request: HttpRequest, months: list[date]) -> date:
    """The month asked for, if money could have moved in it; else this one."""
    asked = request.GET.get("thang", "")
    return next((month for month in months if f"{month:%Y-%m}" == asked), months[0])
