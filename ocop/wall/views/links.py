"""The links of screens: who has one, a new one, and an end to one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.kit import clock
from core.kit.encryption import decrypt, encrypt
from core.kit.qr import qr_svg
from core.people.queries import viewer_of
from core.people.views import for_roles
from ocop.frames.tabs import board_tabs
from ocop.wall.actions import ScreenRefused, make_screen_link, revoke_screen_link
from ocop.wall.forms import ScreenForm
from ocop.wall.queries import Screen, areas_to_show, links_visible_to, screens_of
from ocop.wall.rules import MAKERS, Door, door_of

SHOWN_ONCE = "new_screen_link"
PER_PAGE = 50


@require_safe
@never_cache
@for_roles(*MAKERS)
def links(request: HttpRequest) -> HttpResponse:
    """The screens of one's area; the link made just now is shown, once."""
    made = decrypt(request.session.pop(SHOWN_ONCE, "")) if request.method == "GET" else ""
    address = settings.BASE_URL.rstrip("/") + reverse("wall_link", args=[made]) if made else ""
    page = Paginator(links_visible_to(viewer_of(request)), PER_PAGE).get_page(request.GET.get("page"))
    here: Any = page.object_list
    context = {
        "space_items": board_tabs(request),
        "new_address": address,
        "new_qr": qr_svg(address) if address else "",
        "page_obj": page,
        "rows": [_row(screen) for screen in screens_of(here)],
    }
    return render(request, "ocop/wall/links.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_roles(*MAKERS)
def make(request: HttpRequest) -> HttpResponse:
    """A link for a screen."""
    viewer = viewer_of(request)
    areas = areas_to_show(viewer)
    form = ScreenForm(request.POST if request.method == "POST" else None, areas=areas)
    if form.is_valid():
        said = form.cleaned_data
        unit = next(unit for unit, _label in areas if unit.pk == said["unit"])
        try:
            _link, secret = make_screen_link(name=said["name"], unit=unit, expires_at=form.expires_at(), by=viewer)
        except ScreenRefused as refusal:
            form.add_error(None, str(refusal))
        except PermissionError as error:
            raise Http404 from error
        else:
            # Sessions are stored: what opens a screen is kept there encrypted, and only until it is shown.
            request.session[SHOWN_ONCE] = encrypt(secret)
            return redirect("screens")
    return render(request, "ocop/wall/make.html", {"space_items": board_tabs(request), "form": form})


@require_POST
@for_roles(*MAKERS)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """A screen shows nothing any more."""
    viewer = viewer_of(request)
    link = get_object_or_404(links_visible_to(viewer), pk=pk)
    try:
        revoke_screen_link(link=link, by=viewer)
    except PermissionError as error:
        raise Http404 from error
    messages.success(request, _("Đã thu hồi. Màn hình này không còn hiện số liệu."))
    return redirect("screens")


def _row(screen: Screen) -> dict[str, Any]:
    link = screen.link
    door = door_of(link, clock.now(), is_vouched=screen.is_vouched)
    return {
        "link": link,
        "area": capfirst(str(link.unit)),
        "door": door.value,
        # One that stands still opens again with its maker's rights, so it can be ended for good.
        "may_revoke": door in (Door.OPEN, Door.STOPPED),
    }
