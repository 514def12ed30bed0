"""The first page of the desk: what waits for me, who is not online?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.desk.registry import Room, sections_for, todos_for
from core.kit import clock, money
from core.people.queries import viewer_of
from onboarding.desk.queries.home import Figures, figures_of
from onboarding.desk.views.households import desk_page
from onboarding.intake.queries.today import intake_today
from onboarding.matching.rules.rights import DECIDERS

MOST_TODOS = 8
MOST_DEVICES = 25
LATE_DAYS = 3  # from the third day on what is unsent is a worry: a phone forgets after seven


@require_safe
@never_cache
@desk_page
def home(request: HttpRequest) -> HttpResponse:
    """To-dos, figures, today's intake per device, the way to every section."""
    viewer = viewer_of(request)
    todos, devices = todos_for(viewer), intake_today(viewer)
    now = clock.now()
    context = {
        "todos": todos[:MOST_TODOS],
        "more_todos": max(0, len(todos) - MOST_TODOS),
        "figures": _figures(figures_of(viewer), decides=viewer.has_role(*DECIDERS)),
        "devices": [
            {"day": day, "is_late": day.unsent_since is not None and (now - day.unsent_since).days >= LATE_DAYS}
            for day in devices[:MOST_DEVICES]
        ],
        "more_devices": max(0, len(devices) - MOST_DEVICES),
        "sections": sections_for(viewer, Room.COMMUNE),
    }
    return render(request, "onboarding/desk/home.html", context)


def _figures(found: Figures, *, decides: bool) -> list[dict[str, Any]]:
    if not found.households:
        return []
    homes = reverse("commune_households")
    unverified, without = found.households - found.verified, found.households - found.with_account
    return [
        {
            "label": _("Hộ có gian hàng trên sàn"),
            "value": money.rate(found.with_account, found.households),
            "numerator": found.with_account,
            "denominator": found.households,
            "url": f"{homes}?chua_san=on" if without else "",
            "link": _("Xem %(number)d hộ chưa có gian hàng") % {"number": without},
        },
        {
            "label": _("Hộ đã xác minh"),
            "value": money.rate(found.verified, found.households),
            "numerator": found.verified,
            "denominator": found.households,
            "url": f"{homes}?xac_minh=no" if unverified else "",
            "link": _("Xem %(number)d hộ chưa xác minh") % {"number": unverified},
        },
        {
            "label": _("Cặp hộ có thể trùng, chờ xem"),
            "value": str(found.duplicates),
            "url": reverse("duplicates") if decides and found.duplicates else "",
            "link": _("Xem các cặp hộ"),
        },
        {
            "label": _("Số điện thoại quá nhiều hộ dùng"),
            "value": str(found.phones),
            "url": reverse("shared_phones") if decides and found.phones else "",
            "link": _("Xem các số này"),
        },
    ]
