"""Where a person's day starts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from core.people.models import Role
from core.people.queries import Viewer, viewer_of
from core.people.views import signed_in
from onboarding.producers.queries import producers_of

_FIRST_PAGES = (
    ((Role.TEAM_LEAD, Role.TEAM_MEMBER), "/thuc-dia/"),
    ((Role.PLATFORM_OPERATOR,), "/san/"),
    ((Role.ACCOUNTANT,), "/ke-toan/"),
    ((Role.NATIONAL, Role.PROVINCE), "/bang/"),
    ((Role.COMMUNE,), "/xa/"),
    ((Role.AUDITOR,), "/bang/"),
)


@signed_in
def onward(request: HttpRequest) -> HttpResponse:
    """After signing in: to the page where this person's day starts; staff without a second factor enrol first."""
    if viewer_of(request).withheld:
        return HttpResponseRedirect(reverse("second_factor"))
    return HttpResponseRedirect(first_page(viewer_of(request)))


def first_page(viewer: Viewer) -> str:
    """Staff to their desk by the first role that fits, sellers to their shop, everybody else to the front page."""
    if viewer.is_operator:
        return "/bang/"
    desk = next((page for roles, page in _FIRST_PAGES if viewer.has_role(*roles)), "")
    return desk or ("/nguoi-ban/" if producers_of(viewer).exists() else "/")
