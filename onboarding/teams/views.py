"""Founding, changing and ending teams. What is there to see is shown by the pages of `visits`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.desk.grants.views import to_slip
from core.kit import clock
from core.people.grants.actions import GrantRefused
from core.people.grants.actions import NotAllowed as NotGiven
from core.people.models import Role
from core.people.queries import Viewer, viewer_of
from core.people.views import for_roles
from core.places.models import Level, Unit, in_force
from onboarding.teams import actions
from onboarding.teams.actions import NotAllowed, TeamRefused
from onboarding.teams.forms import AssignForm, DecisionForm, EndForm, FoundForm, MemberForm, RefoundForm
from onboarding.teams.models import Team, TeamHamlet, TeamMember
from onboarding.teams.queries import hamlets_free, hamlets_to_assign, teams_visible_to
from onboarding.teams.rules import can_run_teams

Made = TypeVar("Made")
form_page = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@form_page
@for_roles(Role.COMMUNE)
def found(request: HttpRequest) -> HttpResponse:
    """One decision founds one team or several. Somebody with several communes chooses one first."""
    viewer = viewer_of(request)
    communes = list(_communes(viewer)[:2])
    rows = _communes(viewer)
    commune = communes[0] if len(communes) == 1 else rows.filter(code=request.GET.get("xa", "")).first()
    if commune is None:
        return render(request, "onboarding/teams/commune.html", {"communes": rows.order_by("folded_name", "code")})
    free = hamlets_free(commune.pk, clock.today(), None)
    form = FoundForm(request.POST if request.method == "POST" else None, hamlets=free)
    if form.is_valid():
        made = _try(
            form,
            lambda: actions.found_teams(commune=commune, plans=form.plans, term=form.term, by=viewer),
        )
        if made:
            said = _("Đã lập %(count)s tổ. Việc tiếp theo: thêm thành viên.") % {"count": len(made)}
            messages.success(request, said)
            return redirect("team", made[0].pk) if len(made) == 1 else redirect("teams")
    return render(request, "onboarding/teams/found.html", {"form": form, "commune": commune, "free": free})


@never_cache
@form_page
@for_roles(Role.COMMUNE)
def refound(request: HttpRequest, pk: int) -> HttpResponse:
    """The team goes on by a new decision."""
    team = _team(request, pk)
    form = RefoundForm(request.POST if request.method == "POST" else None, team=team)
    if form.is_valid():
        name, term = form.cleaned_data["name"], form.term
        new = _try(form, lambda: actions.refound_team(team=team, name=name, term=term, by=viewer_of(request)))
        if new is not None:
            messages.success(request, _("Đã lập lại tổ. Thành viên và các ấp vẫn như cũ."))
            return redirect("team", new.pk)
    return _form_page(request, "refound", team, form)


@never_cache
@form_page
@for_roles(Role.COMMUNE)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a team; the page says what is lost."""
    team = _team(request, pk)
    form = EndForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        ended = _try(form, lambda: actions.end_team(team=team, on=form.end, by=viewer_of(request)))
        if ended is not None:
            messages.success(request, _("Đã ghi ngày kết thúc của tổ. Nếu nhầm, hãy lập lại tổ."))
            return redirect("team", team.pk)
    return _form_page(request, "end", team, form)


@never_cache
@form_page
@for_roles(Role.COMMUNE)
def add_member(request: HttpRequest, pk: int) -> HttpResponse:
    """One form: name and phone. Somebody new gets a slip to take home."""
    team, viewer = _team(request, pk), viewer_of(request)
    form = MemberForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        data = form.cleaned_data
        joined = _try(form, lambda: actions.appoint_team_member(team=team, by=viewer, **data))
        if joined is not None:
            messages.success(request, _("Đã thêm %(name)s vào tổ.") % {"name": joined.member.user.full_name})
            if joined.entry_code:
                return to_slip(request, joined.member.user, joined.entry_code)
            return redirect("team", team.pk)
    return _form_page(request, "member", team, form)


@never_cache
@form_page
@for_roles(Role.COMMUNE)
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """One more hamlet for the team, from today."""
    team = _team(request, pk)
    free = hamlets_to_assign(team)
    form = AssignForm(request.POST if request.method == "POST" else None, hamlets=free)
    if form.is_valid():
        hamlet = form.cleaned_data["hamlet"]
        if _try(form, lambda: actions.assign_hamlet(team=team, hamlet=hamlet, by=viewer_of(request))) is not None:
            messages.success(request, _("Đã giao %(hamlet)s cho tổ.") % {"hamlet": hamlet.name})
            return redirect("team", team.pk)
    return _form_page(request, "assign", team, form, free=free)


@require_POST
@for_roles(Role.COMMUNE)
def end_assignment(request: HttpRequest, pk: int) -> HttpResponse:
    """The team no longer looks after this hamlet."""
    row = get_object_or_404(TeamHamlet.objects.select_related("team__commune", "hamlet"), pk=pk)
    return _press(
        request,
        row.team,
        lambda viewer: actions.end_assignment(assignment=row, by=viewer),
        _("%(hamlet)s không còn thuộc tổ này. Nếu nhầm, hãy giao lại.") % {"hamlet": row.hamlet.name},
    )


@require_POST
@for_roles(Role.COMMUNE)
def end_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody leaves the team."""
    member = _member(pk)
    return _press(
        request,
        member.team,
        lambda viewer: actions.end_team_member(member=member, by=viewer),
        _("%(name)s đã thôi ở tổ. Nếu nhầm, hãy thêm lại.") % {"name": member.user.full_name},
    )


@require_POST
@for_roles(Role.COMMUNE)
def lead(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a member lead (lead=1) or an ordinary member again."""
    member, is_lead = _member(pk), request.POST.get("lead") == "1"
    said = _("%(name)s là tổ trưởng.") if is_lead else _("%(name)s thôi làm tổ trưởng, vẫn là thành viên.")
    return _press(
        request,
        member.team,
        lambda viewer: actions.set_lead(member=member, is_lead=is_lead, by=viewer),
        said % {"name": member.user.full_name},
    )


@require_POST
@for_roles(Role.COMMUNE)
def rights(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the members again what they hold by the team."""
    team = _team(request, pk)
    return _press(
        request, team, lambda viewer: actions.give_rights_again(team=team, by=viewer), _("Đã cấp lại quyền theo tổ.")
    )


@require_POST
@for_roles(Role.COMMUNE)
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """The team stays as it is after the map has changed."""
    team = _team(request, pk)
    return _press(request, team, lambda viewer: actions.settle_team(team=team, by=viewer), _("Đã ghi: tổ giữ như cũ."))


def _communes(viewer: Viewer) -> Any:
    return Unit.objects.filter(viewer.units(Role.COMMUNE), in_force(clock.today()), level=Level.COMMUNE)


def _team(request: HttpRequest, pk: int) -> Team:
    """A team this person runs; everything else is not there."""
    team = get_object_or_404(teams_visible_to(viewer_of(request)), pk=pk)
    if not can_run_teams(viewer_of(request), team.commune):
        raise Http404
    return team


def _member(pk: int) -> TeamMember:
    return get_object_or_404(TeamMember.objects.select_related("team__commune", "user"), pk=pk)


def _try(form: forms.Form, act: Callable[[], Made]) -> Made | None:
    """What the action made; None when it refused, with its sentence in the form."""
    try:
        return act()
    except (NotAllowed, NotGiven) as error:
        raise Http404 from error
    except (TeamRefused, GrantRefused) as refusal:
        form.add_error(None, str(refusal))
        return None


def _press(request: HttpRequest, team: Team, act: Callable[[Viewer], object], said: str) -> HttpResponse:
    """A button: do it, say so, back to the team."""
    try:
        act(viewer_of(request))
    except (NotAllowed, NotGiven) as error:
        raise Http404 from error
    except (TeamRefused, GrantRefused) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("team", team.pk)


def _form_page(
    request: HttpRequest, page: str, team: Team, form: forms.Form | DecisionForm, **more: object
) -> HttpResponse:
    return render(request, f"onboarding/teams/{page}.html", {"team": team, "form": form, **more})
