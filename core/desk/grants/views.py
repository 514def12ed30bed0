"""Who has what here: looking, giving, ending, renewing, the look of every six months, and one's own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.desk.grants.actions import appoint, hand_out_slip
from core.desk.grants.forms import EndForm, GiveForm, PlaceForm, RenewForm
from core.desk.grants.queries import grants_matching, rows_of, units_to_filter
from core.kit import phones
from core.kit.encryption import decrypt, encrypt
from core.people.grants.actions import GrantRefused, NotAllowed, end_grant, renew_grant, review_grant
from core.people.grants.queries import awaiting_review, grants_of, grants_visible_to, person_visible_to
from core.people.grants.rules import GIVERS, can_end, can_give, can_see_grants
from core.people.grants.wording import place_words, role_words
from core.people.helping.queries import people_for_slips, people_to_help
from core.people.models import Grant, Role, User
from core.people.queries import Viewer, viewer_of
from core.people.views import for_roles, signed_in
from core.places.models import Unit

PER_PAGE = 25
SLIP = "entry_slip"
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@for_roles(*GIVERS, Role.AUDITOR)
def grants(request: HttpRequest) -> HttpResponse:
    """The grants of the area, narrowed by unit, role and name; past ones on demand."""
    viewer, asked = viewer_of(request), request.GET
    units = units_to_filter(viewer)
    unit = next((unit for unit in units if unit.code == asked.get("unit")), None)
    role, words, past = asked.get("role", ""), asked.get("q", "")[:100], asked.get("past") == "1"
    found = grants_matching(viewer, role=role, unit=unit, words=words, with_past=past)
    page = Paginator(found, PER_PAGE).get_page(asked.get("page"))
    context = {
        "tabs": _tabs(viewer, "grants"),
        "roles": [(each.value, capfirst(str(each.label))) for each in Role],
        "role": role,
        "past": past,
        "units": units,
        "unit": unit,
        "q": words,
        "is_narrowed": bool(role or unit or words or past),
        "may_give": viewer.has_role(*GIVERS),
        "page_obj": page,
        "rows": rows_of(page.object_list, viewer),
    }
    return render(request, "core/desk/grants/list.html", context)


@require_safe
@for_roles(*GIVERS, Role.AUDITOR)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: what they have and had in this viewer's area."""
    viewer = viewer_of(request)
    found = _person(viewer, pk)
    rows = rows_of(grants_visible_to(viewer).filter(user=found), viewer)
    context = {
        "person": found,
        "known_as": phones.masked(found.phone) or found.username,
        "open_rows": [row for row in rows if row.is_open],
        "past_rows": [row for row in rows if not row.is_open],
        "may_help": people_to_help(viewer).filter(pk=found.pk).exists(),
        "may_hand_slip": people_for_slips(viewer).filter(pk=found.pk, is_active=True).exists(),
    }
    return render(request, "core/desk/grants/person.html", context)


@never_cache
@form_page
@for_roles(*GIVERS)
def give(request: HttpRequest) -> HttpResponse:
    """Role and place first, then person and period; the first answers stay in the address."""
    viewer = viewer_of(request)
    asked = request.GET if "role" in request.GET else None
    place = PlaceForm(asked, viewer=viewer)
    if not place.is_bound or not place.is_valid() or place.asks_more:
        return render(request, "core/desk/grants/place.html", {"form": place, "tabs": _tabs(viewer, "give")})
    role, unit = place.chosen
    initial = _person_again(viewer, request.GET.get("person", ""))
    posted = request.POST if request.method == "POST" else None
    form = GiveForm(posted, role=role, unit=unit, initial=initial)
    if form.is_valid():
        answer = _give(request, form, role, unit)
        if answer is not None:
            return answer
    context = {
        "form": form,
        "heading": f"{capfirst(str(Role(role).label))}, {unit or 'cả nước'}",
    }
    return render(request, "core/desk/grants/give.html", context)


def _give(request: HttpRequest, form: GiveForm, role: str, unit: Unit | None) -> HttpResponse | None:
    data = form.cleaned_data
    try:
        done = appoint(
            login=data["login"],
            full_name=data["full_name"],
            role=role,
            unit=unit,
            hamlet=data.get("hamlet"),
            valid_from=data["valid_from"],
            valid_to=form.valid_to,
            by=viewer_of(request),
        )
    except NotAllowed as error:
        raise Http404 from error
    except GrantRefused as refusal:
        form.add_error(None, str(refusal))
        return None
    messages.success(request, _("Đã cấp quyền. Quyền tự hết vào ngày đã ghi."))
    if done.entry_code:
        return to_slip(request, done.grant.user, done.entry_code)
    return redirect("grant_person", done.grant.user_id)


@never_cache
@form_page
@signed_in
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a grant, with the reason; the page says what is lost. Everybody may lay down their own."""
    viewer = viewer_of(request)
    grant = grants_of(viewer.user_id or 0).filter(pk=pk).first() or _grant(viewer, pk)
    if not can_end(viewer, grant):
        raise Http404
    form = EndForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            end_grant(grant=grant, by=viewer, reason=form.cleaned_data["reason"])
        except NotAllowed as error:
            raise Http404 from error
        except GrantRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            if grant.user_id == viewer.user_id:
                messages.success(request, _("Bạn đã thôi giữ quyền này."))
                return redirect("my_grants")
            messages.success(request, _("Đã kết thúc quyền. Nếu nhầm, bấm Cấp lại ở phần đã kết thúc."))
            return redirect("grant_person", grant.user_id)
    return _grant_form(request, "core/desk/grants/end.html", grant, form)


@never_cache
@form_page
@for_roles(*GIVERS)
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Let an open grant last longer."""
    viewer = viewer_of(request)
    grant = _grant(viewer, pk)
    if not can_give(viewer, role=grant.role, unit=grant.unit, to_user_id=grant.user_id):
        raise Http404
    form = RenewForm(request.POST if request.method == "POST" else None, grant=grant)
    if form.is_valid():
        try:
            renew_grant(grant=grant, by=viewer, valid_to=form.valid_to)
        except NotAllowed as error:
            raise Http404 from error
        except GrantRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Đã gia hạn quyền."))
            return redirect("grant_person", grant.user_id)
    return _grant_form(request, "core/desk/grants/renew.html", grant, form)


def _grant_form(request: HttpRequest, template: str, grant: Grant, form: Any) -> HttpResponse:
    facts = [
        {"label": _("Người giữ quyền"), "value": grant.user.full_name},
        {"label": _("Vai trò"), "value": role_words(grant)},
        {"label": _("Nơi làm việc"), "value": capfirst(place_words(grant))},
    ]
    context = {"grant": grant, "form": form, "facts": facts}
    context["is_own"] = grant.user_id == viewer_of(request).user_id
    return render(request, template, context)


@require_safe
@for_roles(*GIVERS)
def review(request: HttpRequest) -> HttpResponse:
    """What nobody has looked at for six months, and what waits for a decision."""
    viewer = viewer_of(request)
    page = Paginator(awaiting_review(viewer), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": _tabs(viewer, "grant_review"),
        "page_obj": page,
        "rows": rows_of(page.object_list, viewer),
    }
    return render(request, "core/desk/grants/review.html", context)


@require_POST
@for_roles(*GIVERS)
def reviewed(request: HttpRequest, pk: int) -> HttpResponse:
    """One grant was looked at and stays."""
    viewer = viewer_of(request)
    try:
        grant = review_grant(grant=_grant(viewer, pk), by=viewer)
    except NotAllowed as error:
        raise Http404 from error
    messages.success(request, _("Đã rà soát quyền của %(name)s.") % {"name": grant.user.full_name})
    return redirect("grant_review")


@require_POST
@for_roles(*GIVERS)
def new_slip(request: HttpRequest, pk: int) -> HttpResponse:
    """A new slip for somebody who lost theirs."""
    viewer = viewer_of(request)
    found = _person(viewer, pk)
    try:
        code = hand_out_slip(person=found, by=viewer)
    except NotAllowed as error:
        raise Http404 from error
    return to_slip(request, found, code)


@never_cache
@require_safe
@for_roles(*GIVERS)
def slip(request: HttpRequest) -> HttpResponse:
    """The slip made last, to print. It stays in the session, encrypted, until the next one."""
    made = request.session.get(SLIP)
    if made is None:
        return redirect("grants")
    context = {
        "name": made["name"],
        "login": decrypt(made["login"]),
        "person_id": made["person"],
        "code": decrypt(made["code"]),
    }
    return render(request, "core/desk/grants/slip.html", context)


@require_safe
@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """What I have, given by whom, until when."""
    viewer = viewer_of(request)
    rows = rows_of(grants_of(viewer.user_id or 0), viewer)
    context = {
        "open_rows": [row for row in rows if row.is_open],
        "past_rows": [row for row in rows if not row.is_open],
        "is_operator": viewer.is_operator,
    }
    return render(request, "core/desk/grants/mine.html", context)


def to_slip(request: HttpRequest, person: User, code: str) -> HttpResponse:
    """On to the page with the slip, to print."""
    # Sessions are stored: what opens a door is kept there encrypted.
    request.session[SLIP] = {
        "person": person.pk, "name": person.full_name, "code": encrypt(code),
        "login": encrypt(phones.national(person.phone) or person.username),
    }  # fmt: skip
    return redirect("grant_slip")


def _grant(viewer: Viewer, pk: int) -> Grant:
    return get_object_or_404(grants_visible_to(viewer), pk=pk)


def _person(viewer: Viewer, pk: int) -> User:
    found = person_visible_to(viewer, pk)
    if found is None:
        raise Http404
    return found


def _person_again(viewer: Viewer, pk: str) -> dict[str, str]:
    """The person whose ended grant is given again, if this viewer may see them at all."""
    found = person_visible_to(viewer, int(pk)) if pk.isdecimal() and len(pk) < 10 else None
    return {"login": found.username, "full_name": found.full_name} if found else {}


def _tabs(viewer: Viewer, current: str) -> list[dict[str, Any]]:
    names = [("Ai có quyền gì", "grants")] if can_see_grants(viewer) else []
    if viewer.has_role(*GIVERS):
        names += [("Cấp quyền", "grant_give"), ("Rà soát", "grant_review")]
    return [
        {"label": label, "url": reverse(name), "current": name in {current, f"grant_{current}"}}
        for label, name in names
    ]
