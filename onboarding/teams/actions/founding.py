"""Teams begin and end by a decision of the commune."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest

from core.kit import clock
from core.kit.text import squeeze
from core.people.grants.queries import in_period, still_open
from core.people.queries import Viewer
from core.places.models import Hamlet, Unit
from onboarding.teams.actions.hamlets import place_hamlet
from onboarding.teams.actions.locking import TeamRefused, check_end, lock_commune, lock_living_team, note
from onboarding.teams.actions.rights import keep_grants
from onboarding.teams.models import Team, TeamMember
from onboarding.teams.queries import people_of
from onboarding.teams.rules import term_problem

MAX_NAME = 120
MAX_DECISION = 60


@dataclass(frozen=True)
class TeamPlan:
    """A team that a decision founds: its name and the hamlets it looks after from the first day."""

    name: str
    hamlets: Sequence[Hamlet] = ()


@dataclass(frozen=True)
class Term:
    """What stands in the decision. `valid_to` is the first day without the team; None: until it is ended."""

    decision_number: str
    decision_on: date
    valid_from: date
    valid_to: date | None = None


@transaction.atomic
def found_team(
    *,
    commune: Unit,
    name: str,
    decision_number: str,
    decision_on: date,
    valid_from: date,
    valid_to: date | None = None,
    hamlets: Sequence[Hamlet] = (),
    by: Viewer,
    is_demo: bool = False,
) -> Team:
    """Found one team. Raises NotAllowed, TeamRefused."""
    [team] = found_teams(
        commune=commune,
        plans=[TeamPlan(name, hamlets)],
        term=Term(decision_number, decision_on, valid_from, valid_to),
        by=by,
        is_demo=is_demo,
    )
    return team


@transaction.atomic
def found_teams(
    *, commune: Unit, plans: Collection[TeamPlan], term: Term, by: Viewer, is_demo: bool = False
) -> list[Team]:
    """Found all teams of one decision, or none. Raises NotAllowed, TeamRefused."""
    commune = lock_commune(commune, by)
    term = _checked(term)
    return [_found(commune, plan, term, by, is_demo) for plan in plans]


@transaction.atomic
def end_team(*, team: Team, by: Viewer, on: date | None = None) -> Team:
    """From the day `on` (today) the team is there no more: its members lose what only it gave, its hamlets are free.

    Raises NotAllowed, TeamRefused.
    """
    team = lock_living_team(team, by)
    people = _close(team, on or clock.today())
    note("team.ended", team, by, "tổ", team.name, "")
    keep_grants(people, by=by)
    return team


@transaction.atomic
def refound_team(*, team: Team, name: str, term: Term, by: Viewer) -> Team:
    """Found the team again by a new decision, as a new commune must: the old one ends on the first day of the new one,
    which has the same members and hamlets. Nobody's rights pause. Raises NotAllowed, TeamRefused, GrantRefused."""
    team = lock_living_team(team, by)
    term = _checked(term)
    check_end(term.valid_from)
    if term.valid_from < team.valid_from:
        raise TeamRefused("Quyết định mới không thể bắt đầu trước quyết định cũ.")
    lasting, people = _going_on(team, term.valid_from), set(people_of(team))
    members = list(team.members.filter(lasting).order_by("pk"))
    hamlets = [row.hamlet for row in team.hamlets.filter(lasting).select_related("hamlet").order_by("pk")]
    if team.valid_to is None or team.valid_to > term.valid_from:
        _close(team, term.valid_from)
    elif team.to_decide:
        team.to_decide = ""
        team.save(update_fields=["to_decide"])
    plan = TeamPlan(name, [hamlet for hamlet in hamlets if hamlet.commune_id == team.commune_id])
    new = _found(team.commune, plan, term, by, team.is_demo)
    new.follows = team
    new.save(update_fields=["follows"])
    TeamMember.objects.bulk_create(
        TeamMember(
            team=new,
            user_id=member.user_id,
            is_lead=member.is_lead,
            valid_from=term.valid_from,
            valid_to=term.valid_to,
            recorded_by_id=by.user_id,
        )
        for member in members
    )
    keep_grants({*people, *(member.user_id for member in members)}, by=by)
    return new


@transaction.atomic
def settle_team(*, team: Team, by: Viewer) -> Team:
    """What the change of the map asked about this team is decided: it stays as it is. Raises NotAllowed, TeamRefused."""
    team = lock_living_team(team, by)
    if team.to_decide:
        question, team.to_decide = team.to_decide, ""
        team.save(update_fields=["to_decide"])
        note("team.settled", team, by, "việc cần quyết định", question, "")
    return team


def _checked(term: Term) -> Term:
    number = squeeze(term.decision_number)
    if not number or len(number) > MAX_DECISION:
        raise TeamRefused("Hãy ghi số quyết định, ví dụ 12/QĐ-UBND.")
    problem = term_problem(term.decision_on, term.valid_from, term.valid_to)
    if problem:
        raise TeamRefused(problem)
    return Term(number, term.decision_on, term.valid_from, term.valid_to)


def _found(commune: Unit, plan: TeamPlan, term: Term, by: Viewer, is_demo: bool) -> Team:
    name = squeeze(plan.name)
    if not name or len(name) > MAX_NAME:
        raise TeamRefused(f"Hãy ghi tên tổ, không quá {MAX_NAME} chữ.")
    if Team.objects.filter(in_period(term.valid_from, term.valid_to), commune=commune, name=name).exists():
        raise TeamRefused(f"Xã đã có «{name}». Hãy đặt tên khác, hoặc mở tổ đó.")
    team = Team.objects.create(
        commune=commune,
        name=name,
        recorded_by_id=by.user_id,
        recorded_at=clock.now(),
        is_demo=is_demo,
        **vars(term),
    )
    for hamlet in plan.hamlets:
        place_hamlet(team, hamlet, term.valid_from, by)
    note("team.founded", team, by, "tổ", "", f"{name}; quyết định {term.decision_number}")
    return team


def _going_on(team: Team, on: date) -> Q:
    """The condition "goes on in the team's successor": members and hamlets of its last days, also those that end only
    because its own term does."""
    lasting = still_open(on)
    return lasting | Q(valid_to=team.valid_to) if team.valid_to is not None and team.valid_to <= on else lasting


def _close(team: Team, on: date) -> set[int]:
    """End the team with everything in it; who was in it."""
    check_end(on)
    last = max(on, team.valid_from)
    if team.valid_to is not None and team.valid_to <= last:
        raise TeamRefused("Tổ này đã có ngày kết thúc sớm hơn. Không cần làm gì thêm.")
    people = set(people_of(team))
    for rows in (team.members.filter(still_open(last)), team.hamlets.filter(still_open(last))):
        rows.update(valid_to=Greatest(F("valid_from"), last))
    team.valid_to, team.to_decide = last, ""
    team.save(update_fields=["valid_to", "to_decide"])
    return people
