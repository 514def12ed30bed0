"""The door at which platforms knock, and the operator's list of orders."""

from __future__ import annotations

import logging
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from core.people.models import Role
from core.people.queries import SYSTEM, viewer_of
from core.people.views import for_roles
from market.platforms.contract import PlatformFailure, adapter_for
from market.platforms.engine.documents import settings_of
from market.platforms.models import PlatformOrder
from market.platforms.navigation import desk_tabs
from market.platforms.orders.actions import mark_reviewed, take_hints
from market.platforms.orders.queries import connection_at, feeds_shown, orders_shown
from market.platforms.orders.wording import feed_words, reason_words

log = logging.getLogger(__name__)
operator_page = for_roles(Role.PLATFORM_OPERATOR)
PER_PAGE = 25
BYTES_AT_MOST = 64 * 1024


@csrf_exempt
@never_cache
@require_POST
def push(request: HttpRequest, token: str) -> HttpResponse:
    """A platform tells that something changed, server to server; 200 means that it need not tell again. The words of a message that is
    not proved to be the platform's are neither understood nor kept nor logged."""
    connection = connection_at(token)
    if connection is None:
        raise Http404
    try:
        adapter, settings = adapter_for(connection.adapter), settings_of(connection)
        can = adapter.capabilities(settings)
    except PlatformFailure:
        raise Http404 from None
    if not can.takes_pushes:
        raise Http404
    if _length(request) > BYTES_AT_MOST:
        return JsonResponse({"error": "too_large"}, status=413)
    try:
        events = adapter.parse_push(settings, request.headers, request.body)
    except (PlatformFailure, UnreadablePostError) as failure:
        log.warning("a message to connection %s was refused: %s", connection.pk, type(failure).__name__)
        return JsonResponse({"error": "refused"}, status=400)
    new = take_hints(connection=connection, events=events, asks_orders=can.pulls_orders, by=SYSTEM)
    return JsonResponse({"new": new})


def _length(request: HttpRequest) -> int:
    given = request.META.get("CONTENT_LENGTH") or "0"
    return int(given) if given.isascii() and given.isdigit() and len(given) < 12 else BYTES_AT_MOST + 1


@require_safe
@operator_page
def orders(request: HttpRequest) -> HttpResponse:
    """What was ordered on platforms, and what of it a person should look at."""
    viewer, feeds = viewer_of(request), feeds_shown()
    known = [feed.feed.connection.platform for feed in feeds]
    platform = request.GET.get("san", "")
    platform = platform if platform in {each.code for each in known} else ""
    to_review = request.GET.get("xem-lai") == "1"
    page = Paginator(orders_shown(viewer, platform=platform, only_to_review=to_review), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page_obj": page,
        "rows": [(order, reason_words(order), _total(order)) for order in page],
        "feeds": [(feed, *feed_words(feed.feed)) for feed in feeds],
        "platforms": [(each.code, each.name) for each in known],
        "platform": platform,
        "to_review": to_review,
        "narrowed": _kept(platform, to_review, ""),
        "here": _kept(platform, to_review, str(page.number)),
        "space_items": desk_tabs("platform_orders", viewer),
    }
    return render(request, "market/platforms/orders.html", context)


@require_POST
@operator_page
def reviewed(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody has looked at an order."""
    order = get_object_or_404(PlatformOrder, pk=pk)
    if mark_reviewed(order=order, by=viewer_of(request)):
        messages.success(request, _("Đã ghi là bạn xem đơn %(number)s rồi.") % {"number": order.remote_id})
    else:
        messages.info(request, _("Đơn %(number)s không còn chờ xem lại.") % {"number": order.remote_id})
    kept = _kept(request.GET.get("san", "")[:40], request.GET.get("xem-lai") == "1", request.GET.get("page", "")[:6])
    return redirect(f"{reverse('platform_orders')}?{kept}" if kept else "platform_orders")


def _total(order: PlatformOrder) -> int:
    return sum(line.amount for line in order.lines.all())


def _kept(platform: str, to_review: bool, page: str) -> str:
    chosen = {"san": platform, "xem-lai": "1" if to_review else "", "page": page}
    return urlencode({name: value for name, value in chosen.items() if value})
