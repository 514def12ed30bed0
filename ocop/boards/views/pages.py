"""Pages of a product on platforms: written down by one person, seen by another."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.kit import clock
from core.people.queries import viewer_of
from core.people.views import for_roles
from ocop.boards.forms import LookForm, PageForm
from ocop.boards.views.asked import board_tabs
from ocop.presence.actions import LinkRefused, NotByYourself, link_page, look_at_page, unlink_page
from ocop.presence.models import PresenceLink
from ocop.presence.queries import makers_like, open_pages
from ocop.presence.rules import LINKERS, can_link_producer, makers_differ_from
from ocop.register.models import OcopProduct
from ocop.register.queries import products_visible_to
from onboarding.accounts.models import Observation
from onboarding.producers.models import Producer

FORM = ["GET", "HEAD", "POST"]


@require_http_methods(FORM)
@for_roles(*LINKERS)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """A page on a platform, and whose shop it is."""
    product, viewer = _product(request, pk), viewer_of(request)
    words = request.GET.get("q", "")[:160]
    makers = [each for each in makers_like(product, words) if can_link_producer(viewer, product, each)]
    found = Producer.objects.filter(pk__in=[each.pk for each in makers]).select_related("commune")
    form = PageForm(request.POST if request.method == "POST" else None, producers=found, on=clock.today())
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            link_page(
                product=product,
                platform=said["platform"],
                url=said["url"],
                producer=said["producer"],
                by=viewer,
                same_maker_confirmed=said["same_maker"],
            )
        except LinkRefused as refusal:
            asks_maker = makers_differ_from(product, said["producer"]) and not said["same_maker"]
            form.add_error("same_maker" if asks_maker else "url", str(refusal))
        except PermissionError as error:
            raise Http404 from error
        else:
            messages.success(request, _("Đã ghi trang này. Trang được tính khi có người khác mở xem và thấy đang bán."))
            return redirect("board_product", pk)
    context = {
        "space_items": board_tabs(request),
        "product": product,
        "form": form,
        "q": words,
        "has_makers": bool(makers),
    }
    return render(request, "ocop/boards/page_add.html", context)


@require_http_methods(FORM)
@for_roles(*LINKERS)
def look(request: HttpRequest, pk: int, link_pk: int) -> HttpResponse:
    """What somebody sees on the page now."""
    product, viewer = _product(request, pk), viewer_of(request)
    link = get_object_or_404(open_pages(product), pk=link_pk)
    assert link.outside_link is not None
    if not can_link_producer(viewer, product, link.outside_link.account.producer):
        raise Http404
    form = LookForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            seen = look_at_page(link=link, by=viewer, **form.cleaned_data)
        except NotByYourself:
            form.add_error(None, _("Bạn đã ghi trang này, nên người khác phải xem và xác nhận."))
        except PermissionError as error:
            raise Http404 from error
        else:
            _tell(request, seen)
            return redirect("board_product", pk)
    context = {"space_items": board_tabs(request), "product": product, "link": link, "form": form}
    return render(request, "ocop/boards/page_look.html", context)


@require_POST
@for_roles(*LINKERS)
def remove(request: HttpRequest, pk: int, link_pk: int) -> HttpResponse:
    """Take a page back."""
    product = _product(request, pk)
    link = get_object_or_404(PresenceLink, pk=link_pk, product=product, outside_link__isnull=False)
    try:
        unlink_page(link=link, by=viewer_of(request))
    except PermissionError as error:
        raise Http404 from error
    messages.success(request, _("Đã gỡ trang khỏi sản phẩm. Trang không còn được đếm. Có thể gắn lại."))
    return redirect("board_product", pk)


def _tell(request: HttpRequest, seen: Observation) -> None:
    if seen.reason == Observation.Reason.TITLE:
        messages.warning(
            request, _("Tên trên trang không khớp tên sản phẩm nên lần xem này ghi là không kiểm tra được.")
        )
    elif seen.result == Observation.Result.LIVE:
        messages.success(request, _("Đã ghi: thấy đang bán. Sản phẩm được tính trên sàn này trong 30 ngày."))
    else:
        messages.success(request, _("Đã ghi điều bạn thấy."))


def _product(request: HttpRequest, pk: int) -> OcopProduct:
    return get_object_or_404(products_visible_to(viewer_of(request)), pk=pk)
