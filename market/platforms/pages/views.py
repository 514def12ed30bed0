"""Where our robot may look, and how long a look lasts: dated settings of one platform."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.kit import clock
from core.people.models import Role
from core.people.queries import viewer_of
from core.people.views import for_roles
from market.platforms.navigation import desk_tabs
from market.platforms.pages.forms import RobotsForm, SeenWithinForm
from onboarding.accounts.actions import AccountRefused, set_robots_may_look, set_seen_within
from onboarding.accounts.live_pages import look_limits, may_robots_look
from onboarding.accounts.models import Platform

FEW = 20


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.PLATFORM_OPERATOR)
def looking(request: HttpRequest, code: str) -> HttpResponse:
    """What is in force, what was, and two forms: each is saved by itself."""
    platform, viewer = get_object_or_404(Platform, code=code), viewer_of(request)
    which = request.POST.get("form") if request.method == "POST" else ""
    robots = RobotsForm(request.POST if which == "robots" else None)
    within = SeenWithinForm(request.POST if which == "within" else None, auto_id="id_days_%s")
    form = {"robots": robots, "within": within}.get(which or "")
    if form is not None and form.is_valid():
        try:
            if form is robots:
                set_robots_may_look(platform=platform, by=viewer, **form.cleaned_data)
            else:
                set_seen_within(platform=platform, by=viewer, **form.cleaned_data)
        except AccountRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Đã lưu."))
            return redirect("platform_looking", code)
    context = {
        "platform": platform,
        "robots": robots,
        "within": within,
        "may_look": may_robots_look(platform),
        "days": look_limits(clock.today()).days(platform.pk),
        "permissions": platform.robot_permissions.select_related("entered_by").order_by("-since")[:FEW],
        "limits": platform.seen_within.select_related("entered_by").order_by("-since")[:FEW],
        "space_items": desk_tabs("platforms", viewer),
    }
    return render(request, "market/platforms/looking.html", context)
