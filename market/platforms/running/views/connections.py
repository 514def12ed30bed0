"""Connections: how they do, opening them, pausing them, their limits; and what waits on each."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.people.account.proof import freshly_proved
from core.people.models import Role
from core.people.queries import viewer_of
from core.people.views import for_roles
from market.platforms.engine.documents import settings_of
from market.platforms.models import Connection
from market.platforms.navigation import desk_tabs
from market.platforms.queries import state_of
from market.platforms.running.actions.connections import (
    ConnectionRefused,
    authorise_connection,
    connect_platform,
    pause_connection,
    resume_connection,
    set_limits,
)
from market.platforms.running.forms.connections import AuthoriseForm, ConnectForm, LimitsForm
from market.platforms.running.queries.connections import (
    LANE_FIELDS,
    connections_known,
    flow_or_none,
    pace_in_force,
    platforms_to_connect,
    queue_lines,
    rows_waiting,
    secret_tails,
    ways,
)
from market.platforms.running.rules import adapter_of, asked_for, is_by_sheets
from market.platforms.running.wording import HEALTH, LANES, WORK, breaker_words

operator_page = for_roles(Role.PLATFORM_OPERATOR)
FORM = ["GET", "HEAD", "POST"]
PER_PAGE = 25


@require_safe
@operator_page
def connections(request: HttpRequest) -> HttpResponse:
    """All connections: how each does, what waits."""
    page = Paginator(connections_known(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "ways": ways(list(page)), **_tabs(request)}
    return render(request, "market/platforms/running/connections.html", context)


@require_safe
@operator_page
def connection(request: HttpRequest, code: str) -> HttpResponse:
    """One connection, and what can be done to it."""
    found = _connection(code)
    (way,) = ways([found])
    context = {
        "connection": found,
        "way": way,
        "is_by_sheets": is_by_sheets(found),
        "may_authorise": bool(asked_for(found)),
        "tails": secret_tails(found),
        "pace": pace_in_force(found),
        **_tabs(request),
    }
    return render(request, "market/platforms/running/connection.html", context)


@require_http_methods(FORM)
@operator_page
def connect(request: HttpRequest) -> HttpResponse:
    """Choose a platform and the software that it runs; its key is asked for next."""
    platforms = platforms_to_connect()
    initial = {"platform": request.GET.get("san", "")}
    form = ConnectForm(request.POST if request.method == "POST" else None, platforms=platforms, initial=initial)
    if form.is_valid():
        try:
            made = connect_platform(**form.cleaned_data, by=viewer_of(request))
        except ConnectionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("platform_connection_authorise", made.platform.code)
    context = {"form": form, "has_platforms": platforms.exists(), **_tabs(request)}
    return render(request, "market/platforms/running/connect.html", context)


@require_POST
@operator_page
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Ask the platform now whether it would serve us."""
    found = _connection(code)
    adapter = adapter_of(found)
    if adapter is None:
        messages.error(request, _("Bản này chưa biết cách nối với sàn đó. Hãy hỏi người quản trị."))
        return redirect("platform_connection", code)
    if is_by_sheets(found):
        messages.info(request, _("Sàn này trao đổi bằng tệp, không có gì để gọi thử."))
        return redirect("platform_connection", code)
    health = adapter.health(settings_of(found))
    level, words = HEALTH[health.state]
    getattr(messages, level)(request, f"{words} {health.message_vi}".strip())
    return redirect("platform_connection", code)


@never_cache
@sensitive_post_parameters()
@require_http_methods(FORM)
@operator_page
@freshly_proved
def authorise(request: HttpRequest, code: str) -> HttpResponse:
    """Type in what the platform gave us; it is kept only when the platform takes it."""
    found = _connection(code)
    if not asked_for(found):
        raise Http404
    form = AuthoriseForm(request.POST if request.method == "POST" else None, connection=found)
    if form.is_valid():
        try:
            authorise_connection(connection=found, answers=form.answers(), by=viewer_of(request), **form.addresses())
        except ConnectionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Sàn đã nhận khóa. Hàng đợi chạy tiếp."))
            return redirect("platform_connection", code)
    context = {"connection": found, "form": form, **_tabs(request)}
    return render(request, "market/platforms/running/authorise.html", context)


@require_POST
@operator_page
def pause(request: HttpRequest, code: str) -> HttpResponse:
    """Send nothing until further notice."""
    found = _connection(code)
    pause_connection(connection=found, by=viewer_of(request))
    messages.info(request, _("Đã tạm dừng %(name)s. Bấm «Chạy tiếp» khi muốn gửi lại.") % {"name": found.platform.name})
    return redirect("platform_connection", code)


@require_POST
@operator_page
def resume(request: HttpRequest, code: str) -> HttpResponse:
    """Go on sending."""
    found = _connection(code)
    resume_connection(connection=found, by=viewer_of(request))
    messages.success(request, _("%(name)s chạy tiếp.") % {"name": found.platform.name})
    return redirect("platform_connection", code)


@require_http_methods(FORM)
@operator_page
def limits(request: HttpRequest, code: str) -> HttpResponse:
    """How fast calls may go."""
    found = _connection(code)
    if not asked_for(found):
        raise Http404
    flow = flow_or_none(found)
    rate = f"{flow.rate_limit:g}".replace(".", ",") if flow and flow.rate_limit else ""
    initial = {"rate_limit": rate, "daily_limit": flow.daily_limit if flow else None}
    form = LimitsForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        set_limits(connection=found, by=viewer_of(request), **form.cleaned_data)
        messages.success(request, _("Đã lưu giới hạn."))
        return redirect("platform_connection", code)
    context = {"connection": found, "form": form, "pace": pace_in_force(found), **_tabs(request)}
    return render(request, "market/platforms/running/limits.html", context)


@require_safe
@operator_page
def queue(request: HttpRequest, code: str) -> HttpResponse:
    """What waits on one connection, how fast it goes, and why it does not."""
    found = _connection(code)
    (way,) = ways([found])
    context = {
        "connection": found,
        "way": way,
        "lines": queue_lines(found),
        "pace": pace_in_force(found),
        "breaker": breaker_words(flow_or_none(found)),
        **_tabs(request),
    }
    return render(request, "market/platforms/running/queue.html", context)


@require_safe
@operator_page
def queue_rows(request: HttpRequest, code: str, lane: str, state: str) -> HttpResponse:
    """The listings in one state of one lane."""
    if lane not in LANE_FIELDS or state not in WORK:
        raise Http404
    found = _connection(code)
    page = Paginator(rows_waiting(found, lane, state), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "connection": found,
        "lane": LANES[lane],
        "state": WORK[state],  # type: ignore[index]
        "page_obj": page,
        "rows": [(row, state_of(row)) for row in page],
        **_tabs(request),
    }
    return render(request, "market/platforms/running/queue_rows.html", context)


def _connection(code: str) -> Connection:
    return get_object_or_404(connections_known(), platform__code=code)


def _tabs(request: HttpRequest) -> dict[str, Any]:
    return {"space_items": desk_tabs("platform_connections", viewer_of(request))}
