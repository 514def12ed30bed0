"""The teams of an area, one team, and the journal of what teams did."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.kit import clock, money
from core.kit.sheets import XLSX
from core.people.grants.wording import last_day
from core.people.queries import Viewer, viewer_of
from core.people.views import for_roles
from core.places.models import Unit
from onboarding.teams.actions.rights import rights_missing
from onboarding.teams.models import Team, TeamHamlet, TeamMember
from onboarding.teams.queries import hamlets_without_team, is_there, people_of, teams_visible_to
from onboarding.teams.rules import ACTIVE_DAYS, AREA_READERS, READERS, can_run_teams
from onboarding.visits.forms import (
    chosen_commune,
    communes_of,
    hamlets_to_choose,
    is_officer,
    may_found_somewhere,
    months_to_choose,
    narrowing_of,
)
from onboarding.visits.queries import Narrowing, coverage_in, entries_of, journal_visible_to, visitors_in, with_activity
from onboarding.visits.sheets import journal_as_csv, journal_as_xlsx

PER_PAGE = 25
FEW_HAMLETS = 30


@require_safe
@never_cache
@for_roles(*READERS)
def teams(request: HttpRequest) -> HttpResponse:
    """Hamlets without a team first, then the teams: which exist, and which of them are active."""
    viewer, today = viewer_of(request), clock.today()
    communes = communes_of(viewer)
    commune = chosen_commune(communes, request.GET)
    with_past = request.GET.get("het") == "1"
    found = with_activity(teams_visible_to(viewer), today)
    if commune is not None:
        found = found.filter(commune=commune)
    if not with_past:
        found = found.filter(is_there() | Q(is_there=True))
    page = Paginator(_with_people(found), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "communes": communes if len(communes) > 1 else [],
        "commune": commune,
        "with_past": with_past,
        "page_obj": page,
        "rows": [_row(team) for team in page.object_list],
        "is_officer": is_officer(viewer),
        "may_found": may_found_somewhere(viewer),
        "found_url": reverse("team_found") + (f"?xa={commune.code}" if commune else ""),
        "days": ACTIVE_DAYS,
        **(_uncovered(viewer, commune) if is_officer(viewer) else {}),
    }
    return render(request, "onboarding/visits/teams.html", context)


@require_safe
@never_cache
@for_roles(*READERS)
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """One team: who, where, until when, and what it did."""
    viewer = viewer_of(request)
    found = _team(viewer, pk)
    keys = journal_visible_to(viewer, Narrowing(team=found))
    page = Paginator(keys, PER_PAGE).get_page(request.GET.get("page"))
    may_run = can_run_teams(viewer, found.commune)
    is_open = found.valid_to is None or found.valid_to > clock.today()
    context = {
        **_facts(found),
        "may_run": may_run and is_open,
        "missing": rights_missing(people_of(found)) if may_run and is_open else [],
        "page_obj": page,
        "entries": entries_of(page.object_list),
        "days": ACTIVE_DAYS,
    }
    return render(request, "onboarding/visits/team.html", context)


@require_safe
@never_cache
@for_roles(*READERS)
def team_on_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The team's list for the wall: decision, hamlets, members."""
    return render(request, "onboarding/visits/paper.html", _facts(_team(viewer_of(request), pk)))


@require_safe
@never_cache
@for_roles(*READERS)
def journal(request: HttpRequest) -> HttpResponse:
    """Visits and sessions, narrowed by hamlet, person and month."""
    viewer = viewer_of(request)
    communes = communes_of(viewer)
    commune = chosen_commune(communes, request.GET)
    asked = narrowing_of(viewer, request.GET, commune)
    page = Paginator(journal_visible_to(viewer, asked), PER_PAGE).get_page(request.GET.get("page"))
    query = {key: str(value) for key, value in request.GET.items() if key != "page" and value}
    context = {
        "communes": communes if len(communes) > 1 else [],
        "commune": commune,
        "asked": asked,
        "month": f"{asked.month:%Y-%m}" if asked.month else "",
        "hamlets": hamlets_to_choose(commune),
        "visitors": visitors_in(viewer, asked),
        "months": months_to_choose(),
        "page_obj": page,
        "entries": entries_of(page.object_list),
        "is_narrowed": bool(query),
        "csv_url": f"{reverse('visits_csv')}?{urlencode(query)}",
        "xlsx_url": f"{reverse('visits_xlsx')}?{urlencode(query)}",
    }
    return render(request, "onboarding/visits/journal.html", context)


@require_safe
@for_roles(*READERS)
def journal_csv(request: HttpRequest) -> HttpResponse:
    """The narrowed journal as a csv file."""
    content = "".join(journal_as_csv(_asked_keys(request)))
    return _file(content.encode(), "text/csv; charset=utf-8", "luot-va-buoi.csv")


@require_safe
@for_roles(*READERS)
def journal_xlsx(request: HttpRequest) -> HttpResponse:
    """The narrowed journal as a workbook."""
    return _file(journal_as_xlsx(_asked_keys(request)), XLSX, "luot-va-buoi.xlsx")


def _asked_keys(request: HttpRequest) -> QuerySet[Any]:
    viewer = viewer_of(request)
    commune = chosen_commune(communes_of(viewer), request.GET)
    return journal_visible_to(viewer, narrowing_of(viewer, request.GET, commune))


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _team(viewer: Viewer, pk: int) -> Team:
    return get_object_or_404(with_activity(_with_people(teams_visible_to(viewer)), clock.today()), pk=pk)


def _with_people(teams: QuerySet[Team]) -> QuerySet[Team]:
    people = TeamMember.objects.select_related("user").order_by("-is_lead", "user__full_name", "pk")
    hamlets = TeamHamlet.objects.select_related("hamlet").order_by("hamlet__name", "pk")
    rows = teams.prefetch_related(Prefetch("members", people), Prefetch("hamlets", hamlets))
    return rows.order_by("commune__name", "commune_id", "name", "pk")


def _is_open(row: Team | TeamMember | TeamHamlet) -> bool:
    return row.valid_to is None or row.valid_to > max(clock.today(), row.valid_from)


def _row(team: Team) -> dict[str, Any]:
    """A team as a line of the list."""
    members = [member for member in team.members.all() if _is_open(member)]
    return {
        "team": team,
        "hamlets": ", ".join(row.hamlet.name for row in team.hamlets.all() if _is_open(row)),
        "lead": ", ".join(member.user.full_name for member in members if member.is_lead),
        "count": len(members),
        **_state(team),
    }


def _state(team: Team) -> dict[str, str]:
    """Whether it exists and whether it is active, each in its own words; `team` is annotated."""
    if not team.is_there:  # type: ignore[attr-defined]
        begins = team.valid_from > clock.today()
        return {"exists": _("Chưa đến ngày bắt đầu.") if begins else _("Đã kết thúc."), "exists_kind": "info"}
    active: bool = team.is_active  # type: ignore[attr-defined]
    word = _("Hoạt động.") if active else _("Không hoạt động.")
    return {"exists": _("Đang có."), "exists_kind": "good", "active": word, "active_kind": "good" if active else "warn"}


def _facts(team: Team) -> dict[str, Any]:
    until = (
        _("đến hết %(day)s") % {"day": f"{last_day(team.valid_to):%d/%m/%Y}"} if team.valid_to else _("không ghi hạn")
    )
    members, hamlets = list(team.members.all()), list(team.hamlets.all())
    return {
        "team": team,
        "facts": [
            {"label": _("Quyết định"), "value": f"{team.decision_number}, {team.decision_on:%d/%m/%Y}"},
            {"label": _("Thời gian"), "value": f"{_('từ')} {team.valid_from:%d/%m/%Y}, {until}"},
            {"label": _("Nơi"), "value": str(team.commune)},
        ],
        "members": [member for member in members if _is_open(member)],
        "past_members": [_past(row, row.user.full_name) for row in members if not _is_open(row)],
        "hamlets": [row for row in hamlets if _is_open(row)],
        "past_hamlets": [_past(row, row.hamlet.name) for row in hamlets if not _is_open(row)],
        **_state(team),
    }


def _past(row: TeamMember | TeamHamlet, name: str) -> str:
    """ "Tâm, 01/02/2026 – 31/10/2026"."""
    end = row.valid_to or clock.today()
    return f"{name}, {row.valid_from:%d/%m/%Y} – {max(last_day(end), row.valid_from):%d/%m/%Y}"


def _uncovered(viewer: Viewer, commune: Unit | None) -> dict[str, Any]:
    """The hamlets without a team, and the two figures of coverage."""
    today, area = clock.today(), viewer.area(*AREA_READERS, unit_field="commune")
    if commune is not None:
        area = area & Q(commune=commune)
    covered = coverage_in(area, today)
    without = covered.hamlets - covered.with_team
    return {
        "without": list(hamlets_without_team(area, today)[:FEW_HAMLETS]),
        "without_count": without,
        "more_without": max(0, without - FEW_HAMLETS),
        "coverage": covered,
        "with_team": money.rate(covered.with_team, covered.hamlets) if covered.hamlets else "",
        "with_active": money.rate(covered.with_active_team, covered.hamlets) if covered.hamlets else "",
    }
