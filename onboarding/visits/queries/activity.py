"""Reading visits and sessions, which teams are active, and whom to visit next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from core.kit import clock
from core.places.models import Hamlet, Unit, in_force
from onboarding.accounts.models import PlatformAccount
from onboarding.teams.models import Team
from onboarding.teams.queries import assignments_in_force
from onboarding.teams.rules import ACTIVE_DAYS
from onboarding.visits.models import TrainingSession, Visit


@dataclass(frozen=True)
class Coverage:
    """Of so many hamlets in force, how many have a team, and how many one that is active: integers, never a rate."""

    hamlets: int
    with_team: int
    with_active_team: int


def households_without_account(household_ids: Collection[int]) -> Mapping[int, str]:
    """Which of these have no open shop account on any real platform, through none of their producers."""
    open_accounts = PlatformAccount.objects.filter(
        Q(closed_on__isnull=True) | Q(closed_on__gt=clock.today()),
        platform__is_simulation=False,
        producer__household__in=household_ids,
    )
    served = set(open_accounts.values_list("producer__household_id", flat=True))
    return {pk: "Chưa có gian hàng trên sàn nào." for pk in household_ids if pk not in served}


def active_on(on: date, prefix: str = "") -> Q:
    """The condition "made a visit or held a session in the 30 days up to `on`" for teams (`prefix` "team__" for rows
    that point to one). A team founded again counts what it did under the decision before."""
    span = clock.window(on, ACTIVE_DAYS)
    visits = Visit.objects.filter(visited_at__gte=span.start, visited_at__lt=span.end, team__isnull=False).values(
        "team"
    )
    sessions = TrainingSession.objects.filter(held_at__gte=span.start, held_at__lt=span.end, team__isnull=False).values(
        "team"
    )
    did = Q(pk__in=[])
    for field in (f"{prefix}pk", f"{prefix}follows"):
        did |= Q(**{f"{field}__in": visits}) | Q(**{f"{field}__in": sessions})
    return did


def is_active(team: Team, on: date) -> bool:
    """Whether the team exists on that day and did something in the 30 days up to it."""
    return Team.objects.filter(in_force(on), active_on(on), pk=team.pk).exists()


def with_activity(teams: QuerySet[Team], on: date) -> QuerySet[Team]:
    """The teams, each with `is_there` (its period runs on that day) and `is_active`: kept apart, as a team that exists
    need not be active."""
    return teams.annotate(
        is_there=ExpressionWrapper(in_force(on), BooleanField()),
        is_active=ExpressionWrapper(in_force(on) & active_on(on), BooleanField()),
    )


def with_team_marks(hamlets: QuerySet[Hamlet], on: date) -> QuerySet[Hamlet]:
    """Hamlets with `has_team` and `has_active_team` on that day."""
    assigned = assignments_in_force(on).filter(hamlet=OuterRef("pk"))
    return hamlets.annotate(
        has_team=Exists(assigned), has_active_team=Exists(assigned.filter(active_on(on, "team__")))
    )  # fmt: skip


def hamlet_coverage(unit: Unit, on: date) -> Coverage:
    """How the hamlets of a commune, or of all communes of a province, are covered on that day."""
    return coverage_in(Q(commune=unit) | Q(commune__parent=unit), on)


def coverage_in(area: Q, on: date) -> Coverage:
    """How the hamlets of an area (a condition over hamlets) are covered; one query."""
    hamlets = with_team_marks(Hamlet.objects.filter(in_force(on)).filter(area), on)
    counted = hamlets.aggregate(
        hamlets=Count("pk"),
        with_team=Count("pk", filter=Q(has_team=True)),
        with_active_team=Count("pk", filter=Q(has_active_team=True)),
    )
    return Coverage(**counted)
