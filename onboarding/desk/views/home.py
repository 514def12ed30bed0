"""The first page of the desk."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.desk.registry import Room, sections_for
from core.people.queries import viewer_of
from core.people.views import for_roles
from onboarding.households.rules import DESK_ROLES


@require_safe
@never_cache
@for_roles(*DESK_ROLES)
def home(request: HttpRequest) -> HttpResponse:
    """What the desk holds for this person."""
    return render(request, "onboarding/desk/home.html", {"sections": sections_for(viewer_of(request), Room.COMMUNE)})
