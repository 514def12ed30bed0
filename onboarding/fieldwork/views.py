"""The field team's pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from core.kit.encryption import decrypt, encrypt
from core.people.models import Role
from core.people.queries import viewer_of
from core.people.views import for_roles
from onboarding.consent.queries import current_notice
from onboarding.fieldwork.actions import register_at_the_door
from onboarding.fieldwork.forms import RegistrationForm
from onboarding.households.queries import hamlets_of_team, households_visible_to

team_page = for_roles(Role.TEAM_LEAD, Role.TEAM_MEMBER)
RECENT = 20
SHOWN_ONCE = "registered_now"


def _places(current: str) -> list[dict[str, Any]]:
    items = [("Hôm nay", "field_home", "home"), ("Đăng ký hộ", "field_register", "plus")]
    return [
        {"label": label, "url": reverse(name), "current": name == current, "icon": icon} for label, name, icon in items
    ]


@team_page
def home(request: HttpRequest) -> HttpResponse:
    """Where the team starts: its hamlets and the households registered last."""
    viewer = viewer_of(request)
    households = households_visible_to(viewer)
    context = {
        "hamlets": list(hamlets_of_team(viewer)),
        "households": households[:RECENT],
        "count": households.count(),
        "space_items": _places("field_home"),
    }
    return render(request, "onboarding/fieldwork/home.html", context)


@never_cache
@team_page
def register(request: HttpRequest) -> HttpResponse:
    """Register one household. Sending the same form twice makes one record."""
    viewer = viewer_of(request)
    form = RegistrationForm(request.POST or None, viewer=viewer)
    if request.method == "POST" and form.is_valid():
        registered = register_at_the_door(form.facts(), by=viewer)
        shown = {
            "producer": registered.producer.pk,
            "name": registered.producer.name,
            # Sessions are stored: what opens a door is kept there encrypted.
            "code": encrypt(registered.entry_code),
            "phone": encrypt(registered.producer.phone) if registered.entry_code else "",
            "is_new": registered.is_new,
        }
        earlier = request.session.get(SHOWN_ONCE, {})
        if not registered.is_new and earlier.get("producer") == registered.producer.pk:
            # Sent twice by a second tap: the slip is still owed.
            shown |= {"code": earlier["code"], "phone": earlier["phone"]}
        request.session[SHOWN_ONCE] = shown
        return redirect("field_registered")
    context = {"form": form, "notice": current_notice(), "space_items": _places("field_register")}
    return render(request, "onboarding/fieldwork/register.html", context)


@never_cache
@team_page
def registered(request: HttpRequest) -> HttpResponse:
    """What was just stored, with the slip for the producer's first log-in. It stays until the next registration,
    so that a reload on a weak signal does not lose the code."""
    outcome = request.session.get(SHOWN_ONCE)
    if outcome is None:
        return redirect("field_home")
    outcome = outcome | {"code": decrypt(outcome["code"]), "phone": decrypt(outcome["phone"])}
    return render(
        request, "onboarding/fieldwork/registered.html", {"outcome": outcome, "space_items": _places("field_register")}
    )
