"""What hangs on the wall: a few figures of an area, very large."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.kit import clock
from core.people.limits.actions import TooMany, count_try
from core.people.limits.views import line_of_request, too_many
from core.people.queries import STAFF_ROLES, Viewer, viewer_of
from core.people.views import for_roles
from core.places.models import Unit
from ocop.indicators.queries import NotVisible, Scope, areas_of, scope_for
from ocop.wall.actions import note_screen_seen
from ocop.wall.queries import Wall, screen_of, wall_of
from ocop.wall.rules import WRONG_SECRETS, Door, door_of, eyes_of
from ocop.wall.wording import panels


@require_safe
@never_cache
@for_roles(*STAFF_ROLES)
def for_staff(request: HttpRequest) -> HttpResponse:
    """The screen of somebody who is signed in, of the area they ask for."""
    viewer, code = viewer_of(request), request.GET.get("unit", "")
    try:
        scope = scope_for(viewer, unit_code=code)
    except NotVisible as error:
        raise Http404 from error
    only = None if code else _only_unit(viewer)
    if only is not None:
        scope = Scope(viewer, scope.on, only)
    area = capfirst(str(scope.unit)) if scope.unit else _("Cả địa bàn của tôi")
    return _shown(request, wall_of(scope), area, is_staff=True)


@require_safe
@never_cache
def by_link(request: HttpRequest, secret: str) -> HttpResponseBase:
    """The screen of whoever has the link. The address is the secret: it goes to no other site and into no memory on the way."""
    screen = screen_of(secret)
    if screen is None:
        try:
            count_try(WRONG_SECRETS, line_of_request(request))
        except TooMany as error:
            return _kept_apart(too_many(request, error))
        return _kept_apart(render(request, "ocop/wall/closed.html", {"door": "unknown"}, status=404))
    link = screen.link
    door = door_of(link, clock.now(), is_vouched=screen.is_vouched)
    if door != Door.OPEN:
        return _kept_apart(render(request, "ocop/wall/closed.html", {"door": door.value}, status=410))
    note_screen_seen(link=link)
    scope = Scope(eyes_of(link), clock.today(), link.unit)
    return _shown(request, wall_of(scope), capfirst(str(link.unit)), is_staff=False)


def _only_unit(viewer: Viewer) -> Unit | None:
    """The unit of somebody who works in one only."""
    held = {grant.unit_id for grant in viewer.grants if grant.role in STAFF_ROLES and grant.unit_id is not None}
    if viewer.sees_everything(*STAFF_ROLES) or len(held) != 1:
        return None
    return areas_of(viewer).filter(pk__in=held).first()


def _shown(request: HttpRequest, found: Wall, area: str, *, is_staff: bool) -> HttpResponse:
    context: dict[str, Any] = {
        "area": area,
        "panels": panels(found),
        "wall": found,
        "asked_at": timezone.localtime(clock.now(), clock.VIETNAM),
        "is_staff": is_staff,
    }
    return _kept_apart(render(request, "ocop/wall/wall.html", context))


def _kept_apart(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
