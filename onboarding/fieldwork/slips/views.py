"""The page that prints a slip."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.kit.encryption import decrypt, encrypt
from core.people.models import Role
from core.people.queries import viewer_of
from core.people.views import for_roles
from onboarding.fieldwork.slips.actions import SlipRefused, print_slip
from onboarding.fieldwork.slips.queries import households_for_slips, owner_of, producer_of
from onboarding.fieldwork.slips.rules import why_no_slip
from onboarding.households.models import Household

SHOWN_ONCE = "entry_slip"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_roles(Role.TEAM_LEAD, Role.TEAM_MEMBER, Role.COMMUNE)
def slip(request: HttpRequest, number: int) -> HttpResponse:
    """GET: for whom, and the button. POST: the code, shown until the next slip, so that a reload loses nothing."""
    viewer = viewer_of(request)
    household = households_for_slips(viewer).filter(pk=number).first()
    if household is None:
        raise Http404
    if request.method == "POST":
        try:
            made = print_slip(household=household, by=viewer)
        except SlipRefused:
            return redirect("field_slip", number=number)  # the page says why
        request.session[SHOWN_ONCE] = {
            "household": household.pk,
            "username": made.username,
            # Sessions are stored: what opens a door is kept there encrypted.
            "phone": encrypt(made.phone),
            "code": encrypt(made.code),
        }
        return redirect("field_slip", number=number)
    return render(request, "onboarding/fieldwork/slip.html", _context(request, household))


def _context(request: HttpRequest, household: Household) -> dict[str, object]:
    shown = request.session.get(SHOWN_ONCE)
    if shown and shown["household"] == household.pk:
        shown = {**shown, "phone": decrypt(shown["phone"]), "code": decrypt(shown["code"])}
        return {"household": household, "shown": shown, "refusal": ""}
    producer = producer_of(household)
    refusal = why_no_slip(producer, owner_of(producer) if producer else None)
    return {"household": household, "shown": None, "refusal": refusal}
