"""The markets of an area, one market with its stalls, one stall with what was found there."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.kit import clock, money
from core.kit.numbers import masked_end
from core.people.models import Role
from core.people.queries import Viewer, viewer_of
from core.people.views import for_roles
from core.places.models import in_force
from onboarding.markets.forms import last_day_of
from onboarding.markets.models import CodeCheck, Market, PaymentCode, Stall
from onboarding.markets.queries.lists import (
    communes_of,
    history_of,
    in_order,
    markets_visible_to,
    uses_of,
    with_counts,
)
from onboarding.markets.queries.states import StallState, stall_states, use_words
from onboarding.markets.rules import AREA_READERS, READERS, can_check, can_decide_name, can_run_markets
from onboarding.markets.views.finding import market_of, stall_of

PER_PAGE = 25
STALLS_PER_PAGE = 50


@require_safe
@never_cache
@for_roles(*READERS)
def markets(request: HttpRequest) -> HttpResponse:
    """The markets somebody sees: how many stalls, how many with a right code, how many use it."""
    viewer, today = viewer_of(request), clock.today()
    communes = communes_of(viewer)
    commune = (
        communes[0]
        if len(communes) == 1
        else next((each for each in communes if each.code == request.GET.get("xa")), None)
    )
    with_past = request.GET.get("het") == "1"
    found = markets_visible_to(viewer)
    if commune is not None:
        found = found.filter(commune=commune)
    if not with_past:
        found = found.filter(in_force(today))
    page = Paginator(found.order_by("commune__name", "commune_id", "name", "pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "communes": communes if len(communes) > 1 else [],
        "commune": commune,
        "with_past": with_past,
        "page_obj": page,
        "rows": [_market_row(*row) for row in with_counts(list(page.object_list), today)],
        "may_add": viewer.has_role(Role.COMMUNE),
        "add_url": reverse("market_add") + (f"?xa={commune.code}" if commune else ""),
    }
    return render(request, "onboarding/markets/markets.html", context)


@require_safe
@never_cache
@for_roles(*READERS)
def market(request: HttpRequest, pk: int) -> HttpResponse:
    """One market: its stalls, how the code of each stands, what each told of the month."""
    viewer, today = viewer_of(request), clock.today()
    found = market_of(request, pk)
    with_past, only_open = request.GET.get("het") == "1", request.GET.get("xem") == "can"
    stalls = in_order(found.stalls.all() if with_past else found.stalls.filter(in_force(today)))
    states = stall_states([each.pk for each in stalls], today)
    shown = [each for each in stalls if not only_open or states[each.pk].kind != "good"]
    page = Paginator(shown, STALLS_PER_PAGE).get_page(request.GET.get("page"))
    [(_market, whole, right, used)] = with_counts([found], today)
    context = {
        "market": found,
        "last_day": last_day_of(found),
        "is_open": _is_open(found),
        "may_run": can_run_markets(viewer, found.commune),
        "may_check": can_check(viewer, found.commune),
        "whole": whole,
        "right": right,
        "used": used,
        "right_words": money.rate(right, whole) if whole else "",
        "used_words": money.rate(used, whole) if whole else "",
        "page_obj": page,
        "rows": [{"stall": each, "state": states[each.pk], "is_open": _is_open(each)} for each in page.object_list],
        "has_stalls": bool(stalls),
        "only_open": only_open,
        "with_past": with_past,
        "open_count": sum(1 for each in stalls if states[each.pk].kind != "good"),
        "all_count": len(stalls),
    }
    return render(request, "onboarding/markets/market.html", context)


@require_safe
@never_cache
@for_roles(*READERS)
def market_on_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The list to walk the market with: every stall, what is known, and room to write."""
    found, today = market_of(request, pk), clock.today()
    stalls = in_order(found.stalls.filter(in_force(today)))
    states = stall_states([each.pk for each in stalls], today)
    rows = [{"stall": each, "state": states[each.pk]} for each in stalls]
    return render(request, "onboarding/markets/paper.html", {"market": found, "rows": rows, "today": today})


@require_safe
@never_cache
@for_roles(*READERS)
def stall(request: HttpRequest, pk: int) -> HttpResponse:
    """One stall: holder, code, every check, every month it told of."""
    viewer, today = viewer_of(request), clock.today()
    found = stall_of(request, pk)
    state = stall_states([found.pk], today)[found.pk]
    commune = found.market.commune
    checks = history_of(found)
    context = {
        "stall": found,
        "state": state,
        "is_open": _is_open(found),
        "last_day": last_day_of(found),
        "facts": _facts(found, state),
        "code_facts": _code_facts(state.check.code) if state.check and state.check.code else [],
        "may_run": can_run_markets(viewer, commune),
        "may_check": can_check(viewer, commune),
        "may_call": viewer.covers(commune, *AREA_READERS),
        "to_decide": _to_decide(viewer, found, state),
        "checks": [_check_line(each) for each in checks],
        "uses": [
            {
                "title": use_words(each),
                "meta": f"{each.get_told_by_display()}, ghi ngày {clock.day_of(each.at):%d/%m/%Y}",
            }
            for each in uses_of(found)
        ],
    }
    return render(request, "onboarding/markets/stall.html", context)


def _is_open(row: Market | Stall) -> bool:
    return row.valid_to is None or row.valid_to > clock.today()


def _market_row(found: Market, whole: int, right: int, used: int) -> dict[str, Any]:
    return {
        "market": found,
        "whole": whole,
        "right": money.rate(right, whole) if whole else "",
        "used": money.rate(used, whole) if whole else "",
        "last_day": last_day_of(found),
    }


def _facts(found: Stall, state: StallState) -> list[dict[str, str]]:
    holder = state.holder
    facts = [
        {"label": _("Chợ"), "value": found.market.name, "url": reverse("market", args=[found.market_id])},
        {"label": _("Chủ sạp"), "value": holder.full_name if holder else _("chưa ghi")},
        {"label": _("Tính từ ngày"), "value": f"{found.valid_from:%d/%m/%Y}"},
    ]
    if found.valid_to:
        facts.append({"label": _("Ngày cuối cùng"), "value": f"{last_day_of(found):%d/%m/%Y}"})
    if holder and holder.household_id:
        facts.append({"label": _("Hộ trong sổ"), "value": _("số %(number)s") % {"number": holder.household_id}})
    return facts


def _code_facts(code: PaymentCode) -> list[dict[str, str]]:
    facts = [
        {"label": _("Ngân hàng (mã NAPAS)"), "value": code.bank_bin or _("ví hoặc điểm nhận thẻ")},
        {"label": _("Số tài khoản"), "value": masked_end(code.account)},
        {"label": _("Tên nằm trong mã"), "value": code.name_on_code or _("mã không ghi tên")},
    ]
    if code.name_in_app:
        facts.append(
            {
                "label": _("Tên ứng dụng ngân hàng hiện ra"),
                "value": _("%(name)s (người kiểm tra chép lại)") % {"name": code.name_in_app},
            }
        )
    return facts


def _check_line(check: CodeCheck) -> dict[str, str]:
    words = [str(check.get_finding_display())]
    if check.finding == CodeCheck.Finding.READ:
        words.append(_("số kiểm tra đúng") if check.crc_is_right else _("số kiểm tra sai"))
        words.append(str(check.get_name_match_display()))
    decision = getattr(check, "decision", None)
    if decision is not None:
        said = _("đúng một người") if decision.is_same else _("người khác")
        words.append(_("%(name)s xem: %(said)s") % {"name": decision.decided_by or _("hệ thống"), "said": said})
    who = check.checked_by or _("hệ thống")
    return {
        "title": f"{clock.day_of(check.at):%d/%m/%Y}: {'; '.join(words)}",
        "meta": f"{check.get_how_display()}, {who}",
    }


def _to_decide(viewer: Viewer, found: Stall, state: StallState) -> dict[str, Any] | None:
    """The two names side by side, for whoever may say that they are one; and whether this person may."""
    check = state.check
    if (
        check is None
        or check.code is None
        or check.name_match != CodeCheck.NameMatch.NEAR
        or state.decision is not None
    ):
        return None
    check.stall = found
    return {
        "pk": check.pk,
        "name": check.code.name_in_app or check.code.name_on_code,
        "holder": state.holder.full_name if state.holder else "",
        "may": can_decide_name(viewer, check),
    }
