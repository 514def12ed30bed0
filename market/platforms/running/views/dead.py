"""Listings that stopped: groups by cause, one group, sending again."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.people.models import Role
from core.people.queries import viewer_of
from core.people.views import for_roles
from market.platforms.models import Connection, PlatformListing
from market.platforms.navigation import desk_tabs
from market.platforms.running.actions.dead import send_group_again, send_one_again
from market.platforms.running.queries.connections import LANE_FIELDS, connections_known
from market.platforms.running.queries.dead import ERROR_FIELDS, dead_groups, dead_rows, drive_of
from market.platforms.running.wording import LANES, cause_words

operator_page = for_roles(Role.PLATFORM_OPERATOR)
PER_PAGE = 25


@require_safe
@operator_page
def groups(request: HttpRequest) -> HttpResponse:
    """What stopped, by connection and cause."""
    page = Paginator(dead_groups(), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "groups": [(group, group_address(group.code, group.lane, group.cause)) for group in page],
        **_tabs(request),
    }
    return render(request, "market/platforms/running/dead.html", context)


@require_safe
@operator_page
def group(request: HttpRequest, code: str, lane: str) -> HttpResponse:
    """The listings of one group, and how far their sending again is."""
    connection, cause = _group(request, code, lane)
    page = Paginator(dead_rows(connection, lane, cause), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "connection": connection,
        "lane": lane,
        "lane_words": LANES[lane],
        "cause": cause,
        "words": cause_words(cause),
        "page_obj": page,
        "rows": [(row, getattr(row, ERROR_FIELDS[lane])) for row in page],
        "drive": drive_of(connection, lane, cause),
        "address": group_address(code, lane, cause),
        "is_removed": cause.startswith("NotFound"),
        **_tabs(request),
    }
    return render(request, "market/platforms/running/dead_group.html", context)


@require_POST
@operator_page
def again(request: HttpRequest, code: str, lane: str) -> HttpResponse:
    """Send all of a group again."""
    connection, cause = _group(request, code, lane)
    done, left = send_group_again(connection=connection, lane=lane, cause=cause, by=viewer_of(request))
    if left:
        words = _("Đã đưa %(done)d tin vào hàng đợi, %(left)d tin còn lại đang được đưa vào dần.")
        messages.success(request, words % {"done": done, "left": left})
        return redirect(group_address(code, lane, cause))
    if done:
        messages.success(
            request, _("Đã đưa %(done)d tin vào hàng đợi. Tin nào lại dừng sẽ hiện ở đây.") % {"done": done}
        )
    else:
        messages.info(request, _("Nhóm này không còn tin nào bị dừng."))
    return redirect("platform_dead")


@require_POST
@operator_page
def again_one(request: HttpRequest, code: str, lane: str, row_id: int) -> HttpResponse:
    """Send one listing again."""
    connection, cause = _group(request, code, lane)
    row = get_object_or_404(PlatformListing.objects.select_related("listing"), pk=row_id, connection=connection)
    if send_one_again(row=row, lane=lane, by=viewer_of(request)):
        messages.success(request, _("Đã đưa %(name)s vào hàng đợi.") % {"name": row.listing.name})
    else:
        messages.info(request, _("%(name)s không còn bị dừng.") % {"name": row.listing.name})
    return redirect(group_address(code, lane, cause))


def group_address(code: str, lane: str, cause: str) -> str:
    """The page of one group."""
    return f"{reverse('platform_dead_group', args=[code, lane])}?{urlencode({'vi': cause})}"


def _group(request: HttpRequest, code: str, lane: str) -> tuple[Connection, str]:
    if lane not in LANE_FIELDS:
        raise Http404
    asked = request.POST if request.method == "POST" else request.GET
    return get_object_or_404(connections_known(), platform__code=code), asked.get("vi", "")[:80]


def _tabs(request: HttpRequest) -> dict[str, Any]:
    return {"space_items": desk_tabs("platform_dead", viewer_of(request))}
