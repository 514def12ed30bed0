"""Readiness place by place, and the pilots."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.kit import clock
from core.people.queries import viewer_of
from core.people.views import for_roles
from onboarding.desk.forms.filters import communes_at_desk
from onboarding.desk.forms.pilots import PilotForm
from onboarding.desk.queries.readiness import (
    HOUSEHOLD_LABELS,
    PRODUCER_LABELS,
    household_readiness,
    producer_readiness,
    total_of,
)
from onboarding.desk.views.households import desk_page
from onboarding.households.pilots.actions import DecisionMissing, PilotRefused, end_pilot, set_pilot
from onboarding.households.pilots.queries import SETTERS, pilots_on, pilots_visible_to

PER_PAGE = 25
setter_page = for_roles(*SETTERS)


@require_safe
@never_cache
@desk_page
def readiness(request: HttpRequest) -> HttpResponse:
    """Of those asked, how many have what selling online needs."""
    viewer = viewer_of(request)
    communes = communes_at_desk(viewer)
    code = request.GET.get("xa", "")
    commune = next((each for each in communes if len(communes) == 1 or each.code == code), None)
    households = household_readiness(viewer, commune)
    producers = producer_readiness(viewer, commune)
    pilots = set(pilots_on(clock.today()).values_list("commune__code", flat=True))
    context = {
        "communes": communes if len(communes) > 1 else [],
        "commune": commune,
        "is_pilot": commune is not None and commune.code in pilots,
        "pilots": pilots,
        "tables": [
            {"id": "households", "title": _("Hộ"), "labels": HOUSEHOLD_LABELS, "rows": households,
             "total": total_of(households), "param": "thon" if commune else "xa"},
            {"id": "producers", "title": _("Chủ thể"), "labels": PRODUCER_LABELS, "rows": producers,
             "total": total_of(producers), "param": ""},
        ],
        "may_set": viewer.has_role(*SETTERS),
    }  # fmt: skip
    return render(request, "onboarding/desk/readiness.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@setter_page
def pilots(request: HttpRequest) -> HttpResponse:
    """The communes that try something first; the province sets and ends them."""
    viewer = viewer_of(request)
    form = PilotForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            set_pilot(commune=data["place"], valid_from=data["valid_from"], decision=data["decision"], by=viewer)
        except PermissionError:
            form.add_error("place", _("Xã này không thuộc tỉnh của bạn."))
        except DecisionMissing as missing:
            form.add_error("decision", str(missing))
        except PilotRefused as refusal:
            form.add_error("place", str(refusal))
        else:
            messages.success(request, _("Đã ghi xã thí điểm."))
            return redirect("commune_pilots")
    page = Paginator(pilots_visible_to(viewer, *SETTERS), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "onboarding/desk/pilots.html", {"form": form, "page_obj": page})


@require_POST
@setter_page
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """A commune is no pilot any more."""
    viewer = viewer_of(request)
    found = get_object_or_404(pilots_visible_to(viewer, *SETTERS), pk=pk)
    try:
        end_pilot(pilot=found, by=viewer)
    except PermissionError as error:
        raise Http404 from error
    messages.success(request, _("Đã kết thúc thí điểm."))
    return redirect("commune_pilots")
