"""What the stalls of a market told of a month, all on one page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.kit import clock
from core.people.queries import viewer_of
from core.people.views import for_roles
from onboarding.markets.actions import MarketRefused, NotAllowed, Told, tell_use
from onboarding.markets.models import MonthUse
from onboarding.markets.queries.lists import in_order, stalls_in_month
from onboarding.markets.queries.stalls import told_in
from onboarding.markets.rules import CHECKERS, MONTHS_BACK
from onboarding.markets.views.finding import market_of

USED, UNUSED = "co", "khong"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*CHECKERS)
def month(request: HttpRequest, pk: int) -> HttpResponse:
    """Who used the code in the month, how often; `thang` 2026-11, this month by default."""
    market = market_of(request, pk, to_check=True)
    chosen = _month(request.GET.get("thang", ""))
    stalls = in_order(stalls_in_month(market, chosen))
    told = told_in([each.pk for each in stalls], chosen)
    problem = ""
    if request.method == "POST":
        try:
            said = {each.pk: _told(request.POST, each.pk, each.number) for each in stalls}
            count = tell_use(
                market=market, month=chosen, told=said, told_by=request.POST.get("ai-khai", ""), by=viewer_of(request)
            )
        except NotAllowed as error:
            raise Http404 from error
        except MarketRefused as refusal:
            problem = str(refusal)
        else:
            messages.success(
                request, _("Đã ghi %(count)s sạp.") % {"count": count} if count else _("Không có gì thay đổi.")
            )
            return redirect(f"{reverse('market_month', args=[market.pk])}?thang={chosen:%Y-%m}")
    context = {
        "market": market,
        "month": chosen,
        "months": _months(chosen),
        "problem": problem,
        "tellers": MonthUse.ToldBy.choices,
        "teller": request.POST.get("ai-khai", MonthUse.ToldBy.HOLDER.value),
        "rows": [_row(each, told.get(each.pk), request.POST if problem else None) for each in stalls],
        "told_count": len(told),
    }
    return render(request, "onboarding/markets/month.html", context, status=422 if problem else 200)


def _row(stall: Any, told: MonthUse | None, posted: QueryDict | None) -> dict[str, Any]:
    if posted is not None:
        answer, often = posted.get(f"dung-{stall.pk}", ""), posted.get(f"lan-{stall.pk}", "")
    else:
        answer = "" if told is None else USED if told.did_use else UNUSED
        often = str(told.payments or "") if told else ""
    holders = stall.holders.all()
    name = holders[0].full_name if holders else ""
    return {"stall": stall, "holder": name, "answer": answer, "often": often, "told": told}


def _told(posted: QueryDict, pk: int, number: str) -> Told:
    answer, often = posted.get(f"dung-{pk}", ""), posted.get(f"lan-{pk}", "").strip().replace(".", "")
    if answer not in ("", USED, UNUSED):
        raise MarketRefused(_("Hãy chọn có dùng, không dùng hoặc chưa khai cho sạp %(number)s.") % {"number": number})
    if often and (not often.isdecimal() or len(often) > 9):
        raise MarketRefused(_("Số lần nhận tiền của sạp %(number)s phải là số.") % {"number": number})
    if often and answer != USED:
        raise MarketRefused(
            _("Sạp %(number)s có số lần nhận tiền: hãy chọn «có dùng», hoặc bỏ trống số lần.") % {"number": number}
        )
    return Told({"": None, USED: True, UNUSED: False}[answer], int(often) if often else None)


def _month(written: str) -> date:
    this = clock.today().replace(day=1)
    try:
        asked = date.fromisoformat(f"{written}-01")
    except ValueError:
        return this
    return asked if clock.add_months(this, -MONTHS_BACK) <= asked <= this else this


def _months(chosen: date) -> list[dict[str, Any]]:
    this = clock.today().replace(day=1)
    days = [clock.add_months(this, -back) for back in range(MONTHS_BACK + 1)]
    return [
        {"value": f"{day:%Y-%m}", "label": f"tháng {day.month}/{day.year}", "chosen": day == chosen} for day in days
    ]
