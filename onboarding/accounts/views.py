"""One account on a platform: what is known of it; officers close it and open it again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.kit import clock
from core.people.queries import viewer_of
from core.people.views import for_roles
from onboarding.accounts.actions import AccountRefused, close_account, record_activity, reopen_account
from onboarding.accounts.forms import ActivityForm, CloseForm, ReopenForm
from onboarding.accounts.live_pages import with_last_told
from onboarding.accounts.models import Observation
from onboarding.accounts.queries import accounts_kept_by, shop_pages, state_words, with_states
from onboarding.accounts.rules import KEEPERS, State

PER_PAGE, PAGES = 25, 20
FORM = ["GET", "HEAD", "POST"]
keeper_page = for_roles(*KEEPERS)
_LOOK_TONES = {
    Observation.Result.LIVE: "good",
    Observation.Result.GONE: "bad",
    Observation.Result.UNCHECKABLE: "info",
}
_KINDS = {State.CLAIMED: "wait", State.VERIFIED: "good", State.DEAD: "bad", State.CLOSED: "info"}


@require_safe
@never_cache
@keeper_page
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """What is known of it, and everything that was said about it."""
    found = _account(request, pk)
    reports = found.reports.select_related("reported_by").order_by("-at", "-pk")
    page = Paginator(reports, PER_PAGE).get_page(request.GET.get("page"))
    done = found.activities.select_related("reported_by").order_by("-happened_on", "-pk")[:10]
    context = {**_common(found), "facts": _facts(found), "page_obj": page, "activities": done, "pages": _pages(found)}
    return render(request, "onboarding/accounts/account.html", context)


@require_http_methods(FORM)
@never_cache
@keeper_page
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """It is no more, and this page shows it."""
    found = _account(request, pk)
    if found.state == State.CLOSED:
        messages.info(request, _("Gian hàng này đã đóng rồi."))
        return redirect("platform_account", pk)
    initial = {"evidence_url": shop_pages([pk]).get(pk, "")}
    form = CloseForm(request.POST if request.method == "POST" else None, initial=initial)
    return _step(request, found, form, close_account, _("Đã ghi gian hàng đóng. Ghi nhầm thì mở lại được ở trang này."))


@require_http_methods(FORM)
@never_cache
@keeper_page
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """It was closed by mistake, or sells again."""
    found = _account(request, pk)
    if found.state != State.CLOSED:
        messages.info(request, _("Gian hàng này đang mở."))
        return redirect("platform_account", pk)
    form = ReopenForm(request.POST if request.method == "POST" else None)
    done = _("Đã mở lại. Gian hàng được tính là mới khai cho đến khi có người thấy trên sàn.")
    return _step(request, found, form, reopen_account, done)


@require_http_methods(FORM)
@never_cache
@keeper_page
def activity(request: HttpRequest, pk: int) -> HttpResponse:
    """Something was done with it, on somebody's word."""
    found = _account(request, pk)
    form = ActivityForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            record_activity(
                account=found,
                kind=said["kind"],
                happened_on=said["happened_on"],
                source=said["source"],
                note_text=said["note"],
                by=viewer_of(request),
            )
        except AccountRefused as refusal:
            form.add_error(None, str(refusal))
        except PermissionError as error:
            raise Http404 from error
        else:
            messages.success(request, _("Đã ghi hoạt động. Người xem bảng số liệu thấy rõ ai báo."))
            return redirect("platform_account", pk)
    return render(request, "onboarding/accounts/activity.html", {**_common(found), "form": form})


def _step(request: HttpRequest, found: Any, form: ReopenForm, action: Any, done: str) -> HttpResponse:
    if form.is_valid():
        try:
            action(account=found, by=viewer_of(request), **form.cleaned_data)
        except AccountRefused as refusal:
            form.add_error(None, str(refusal))
        except PermissionError as error:
            raise Http404 from error
        else:
            messages.success(request, done)
            return redirect("platform_account", found.pk)
    return render(request, "onboarding/accounts/step.html", {**_common(found), "form": form})


def _account(request: HttpRequest, pk: int) -> Any:
    return get_object_or_404(with_states(accounts_kept_by(viewer_of(request)), clock.today()), pk=pk)


def _common(found: Any) -> dict[str, Any]:
    return {
        "account": found,
        "words": state_words(found, clock.today()),
        "kind": _KINDS[State(found.state)],
        "is_closed": found.state == State.CLOSED,
    }


def _pages(found: Any) -> list[dict[str, Any]]:
    """Its pages, the one looked at last first: who or what looked, when, and what was there."""
    links = with_last_told(found.links.all()).order_by(F("last_look_at").desc(nulls_last=True), "pk")
    return [_page(link, link.last_told) for link in links[:PAGES]]


def _page(link: Any, told: dict[str, Any] | None) -> dict[str, Any]:
    page = {"url": link.url, "kind_words": link.get_kind_display(), "at": link.last_look_at}
    if told is None:
        return page
    result = Observation.Result(told["result"])
    reason = Observation.Reason(told["reason"]).label if told["reason"] else ""
    return page | {
        "tone": _LOOK_TONES[result],
        "result": result.label,
        "seen": told["title"] or reason,
        "price": told["price"],
        "who": told["who"] or Observation.Observer(told["observer"]).label,
        "code": told["hash"][:8],
    }


def _facts(found: Any) -> list[dict[str, str]]:
    unsaid = _("chưa ghi")
    pairs = [
        (_("Mã người bán"), found.seller_id or unsaid),
        (_("Ngày mở"), f"{found.opened_on:%d/%m/%Y}" if found.opened_on else unsaid),
        (_("Ai mở"), found.get_opened_by_display() or unsaid),
        (_("Ai khai"), str(found.claimed_by) if found.claimed_by else _("hệ thống")),
    ]
    if found.closed_on:
        pairs.append((_("Đóng từ ngày"), f"{found.closed_on:%d/%m/%Y}"))
    return [{"label": label, "value": value} for label, value in pairs]
