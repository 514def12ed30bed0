"""The producer's answer to a shop that wants to sell their goods."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.people.queries import Viewer, viewer_of
from core.people.views import signed_in
from market.shops.actions import MakerRefused, confirm_maker, refuse_maker
from market.shops.models import ShopMaker
from market.shops.navigation import seller_places
from market.shops.queries import asks_of
from market.shops.rules import can_answer_for_maker

PER_PAGE = 25


@require_safe
@never_cache
@signed_in
def asks(request: HttpRequest) -> HttpResponse:
    """Which shops ask, and which have a yes."""
    viewer = viewer_of(request)
    page = Paginator(asks_of(viewer), PER_PAGE).get_page(request.GET.get("page"))
    may_answer = any(can_answer_for_maker(viewer, ask) for ask in page.object_list[:1])
    context = {"page_obj": page, "may_answer": may_answer, "space_items": seller_places("seller_shop")}
    return render(request, "market/shops/asks.html", context)


@require_POST
@signed_in
def answer(request: HttpRequest, pk: int, word: str) -> HttpResponse:
    """Yes or no."""
    viewer = viewer_of(request)
    give_answer(request, get_object_or_404(asks_of(viewer), pk=pk), word, viewer)
    return redirect("maker_asks")


def give_answer(request: HttpRequest, ask: ShopMaker, word: str, by: Viewer) -> None:
    """Do it and say so. Raises Http404 for another word."""
    done = {"dong-y": _("Đã ghi đồng ý."), "khong": _("Đã ghi không đồng ý. Gian hàng không bán hàng của nhà này.")}
    if word not in done:
        raise Http404
    try:
        (confirm_maker if word == "dong-y" else refuse_maker)(maker=ask, by=by)
    except PermissionError:
        messages.error(request, _("Việc này chỉ chủ trả lời được. Chủ không có điện thoại thì ký giấy ở xã."))
    except MakerRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done[word])
