"""Writing markets, stalls and their holders."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from core.kit import clock
from core.people.models import Role
from core.people.queries import viewer_of
from core.people.views import for_roles
from onboarding.markets import actions
from onboarding.markets.actions import MarketRefused, NotAllowed
from onboarding.markets.forms import EndForm, HolderForm, MarketForm, NewMarketForm, StallsForm
from onboarding.markets.notices import CURRENT, NOTICES
from onboarding.markets.queries.lists import communes_to_run
from onboarding.markets.queries.stalls import holder_on
from onboarding.markets.views.finding import attempt, market_of, stall_of

form_page = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@form_page
@for_roles(Role.COMMUNE)
def add(request: HttpRequest) -> HttpResponse:
    """A new market. Somebody with several communes chooses one first."""
    viewer = viewer_of(request)
    rows = communes_to_run(viewer).select_related("parent")
    first = list(rows[:2])
    commune = first[0] if len(first) == 1 else rows.filter(code=request.GET.get("xa", "")).first()
    if commune is None:
        return render(request, "onboarding/markets/commune.html", {"communes": rows.order_by("folded_name", "code")})
    form = NewMarketForm(_posted(request))
    if form.is_valid():
        made = attempt(form, lambda: actions.add_market(commune=commune, by=viewer, **form.cleaned_data))
        if made is not None:
            messages.success(request, _("Đã thêm chợ. Việc tiếp theo: thêm các sạp."))
            return redirect("market", made.pk)
    return _page(request, "market_new", form, commune=commune)


@never_cache
@form_page
@for_roles(Role.COMMUNE)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct name and address."""
    market = market_of(request, pk, to_run=True)
    form = MarketForm(_posted(request), initial={"name": market.name, "address": market.address})
    if form.is_valid():
        done = attempt(form, lambda: actions.change_market(market=market, by=viewer_of(request), **form.cleaned_data))
        if done is not None:
            messages.success(request, _("Đã ghi."))
            return redirect("market", market.pk)
    return _page(request, "market_change", form, market=market)


@never_cache
@form_page
@for_roles(Role.COMMUNE)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """The market ends; the page says what is lost."""
    market = market_of(request, pk, to_run=True)
    form = EndForm(_posted(request))
    if form.is_valid():
        done = attempt(form, lambda: actions.close_market(market=market, end=form.end, by=viewer_of(request)))
        if done is not None:
            messages.success(request, _("Đã ghi ngày chợ thôi hoạt động. Nếu nhầm, hãy mở lại chợ ngay hôm nay."))
            return redirect("market", market.pk)
    return _page(request, "market_close", form, market=market)


@require_POST
@for_roles(Role.COMMUNE)
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the end back."""
    market = market_of(request, pk, to_run=True)
    _press(request, lambda: actions.reopen_market(market=market, by=viewer_of(request)), _("Chợ lại hoạt động."))
    return redirect("market", market.pk)


@never_cache
@form_page
@for_roles(Role.COMMUNE)
def add_stalls(request: HttpRequest, pk: int) -> HttpResponse:
    """Many stalls at once."""
    market = market_of(request, pk, to_run=True)
    form = StallsForm(_posted(request))
    if form.is_valid():
        rows, first = form.cleaned_data["lines"], form.cleaned_data["valid_from"]
        made = attempt(
            form, lambda: actions.add_stalls(market=market, rows=rows, valid_from=first, by=viewer_of(request))
        )
        if made is not None:
            messages.success(request, _("Đã thêm %(count)s sạp.") % {"count": len(made)})
            return redirect("market", market.pk)
    return _page(request, "stalls_add", form, market=market, notice=NOTICES[CURRENT])


@sensitive_post_parameters("phone", "full_name")
@never_cache
@form_page
@for_roles(Role.COMMUNE)
def holder(request: HttpRequest, pk: int) -> HttpResponse:
    """Who holds the stall."""
    stall = stall_of(request, pk, to_run=True)
    now = holder_on(stall, clock.today())
    form = HolderForm(_posted(request), holder=now)
    if form.is_valid():
        try:
            actions.set_holder(stall=stall, facts=form.facts, is_correction=form.is_correction, by=viewer_of(request))
        except NotAllowed as error:
            raise Http404 from error
        except MarketRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Đã ghi chủ sạp."))
            return redirect("stall", stall.pk)
    return _page(request, "holder", form, stall=stall, holder=now, notice=NOTICES[CURRENT])


@never_cache
@form_page
@for_roles(Role.COMMUNE)
def close_stall(request: HttpRequest, pk: int) -> HttpResponse:
    """The stall ends; the page says what is lost."""
    stall = stall_of(request, pk, to_run=True)
    form = EndForm(_posted(request))
    if form.is_valid():
        done = attempt(form, lambda: actions.close_stall(stall=stall, end=form.end, by=viewer_of(request)))
        if done is not None:
            messages.success(request, _("Đã ghi ngày sạp thôi hoạt động. Nếu nhầm, hãy mở lại sạp ngay hôm nay."))
            return redirect("stall", stall.pk)
    return _page(request, "stall_close", form, stall=stall)


@require_POST
@for_roles(Role.COMMUNE)
def reopen_stall(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the end back."""
    stall = stall_of(request, pk, to_run=True)
    _press(request, lambda: actions.reopen_stall(stall=stall, by=viewer_of(request)), _("Sạp lại hoạt động."))
    return redirect("stall", stall.pk)


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _press(request: HttpRequest, act: Any, said: str) -> None:
    try:
        act()
    except NotAllowed as error:
        raise Http404 from error
    except MarketRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)


def _page(request: HttpRequest, name: str, form: Any, **more: object) -> HttpResponse:
    return render(request, f"onboarding/markets/{name}.html", {"form": form, **more})
