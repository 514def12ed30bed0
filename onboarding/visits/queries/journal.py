"""Visits and sessions as one journal, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import CharField, F, Q, QuerySet, Value
from django.utils import timezone

from core.kit import clock
from core.people.models import User
from core.people.queries import Viewer
from core.places.models import Unit
from onboarding.teams.models import Team
from onboarding.teams.queries import teams_visible_to
from onboarding.teams.rules import AREA_READERS
from onboarding.visits.models import Topic, TrainingSession, Visit

VISIT, SESSION = "visit", "session"
# What arrives later than this was written without a network, or afterwards: both moments are shown.
LATE = timedelta(hours=24)
_WORDS = dict(Topic.choices)


@dataclass(frozen=True)
class Narrowing:
    """What a journal is narrowed to; None: not. `month` is its first day."""

    commune: Unit | None = None
    hamlet_id: int | None = None
    member_id: int | None = None
    team: Team | None = None
    month: date | None = None
    kind: str = ""


@dataclass(frozen=True)
class Entry:
    """A visit or a session in words. `household_id` is that of a visit; `came` counts who came to a session."""

    kind: str
    at: datetime
    received_at: datetime
    hamlet: str
    commune: str
    who: str
    team: str
    household_id: int | None
    household: str
    came: int
    topics: str
    note: str

    @property
    def kind_words(self) -> str:
        return "Đến nhà" if self.kind == VISIT else "Buổi hướng dẫn"

    @property
    def whom(self) -> str:
        """The household, or how many came."""
        if self.kind == SESSION:
            return f"{self.came} lượt người, hộ đến dự"
        return self.household or "không vào hộ nào"

    @property
    def at_words(self) -> str:
        return f"{timezone.localtime(self.at, clock.VIETNAM):%d/%m/%Y %H:%M}"

    @property
    def received_words(self) -> str:
        """When it arrived, if that was more than a day later; else ""."""
        if self.received_at - self.at <= LATE:
            return ""
        return f"{timezone.localtime(self.received_at, clock.VIETNAM):%d/%m/%Y %H:%M}"


def journal_visible_to(viewer: Viewer, asked: Narrowing) -> QuerySet[Any]:
    """Kind and key of every visit and session in the area of an officer, or of the teams somebody leads, narrowed."""
    area = viewer.area(*AREA_READERS, unit_field="commune")
    led = Q(team__in=teams_visible_to(viewer).filter(members__user_id=viewer.user_id or 0, members__is_lead=True))
    visits = Visit.objects.filter(area | led).filter(_narrowed(asked, "visited_at", "visited_by"))
    sessions = TrainingSession.objects.filter(area | led).filter(_narrowed(asked, "held_at", "led_by"))
    parts = {VISIT: _keys(visits, VISIT, "visited_at"), SESSION: _keys(sessions, SESSION, "held_at")}
    if asked.kind in parts:
        return parts[asked.kind].order_by("-at", "-row")
    return parts[VISIT].union(parts[SESSION], all=True).order_by("-at", "kind", "-row")


def entries_of(keys: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """A slice of the journal in words, in its order; three queries however many."""
    wanted = list(keys)
    visits = Visit.objects.select_related("hamlet", "commune", "household", "team", "visited_by").in_bulk(
        [key["row"] for key in wanted if key["kind"] == VISIT]
    )
    sessions = (
        TrainingSession.objects.select_related("hamlet", "commune", "team", "led_by")
        .prefetch_related("attendance")
        .in_bulk([key["row"] for key in wanted if key["kind"] == SESSION])
    )
    return [_visit(visits[key["row"]]) if key["kind"] == VISIT else _session(sessions[key["row"]]) for key in wanted]


def visitors_in(viewer: Viewer, asked: Narrowing) -> list[tuple[int, str]]:
    """Who wrote anything there, by name: to choose from."""
    area = viewer.area(*AREA_READERS, unit_field="commune")
    where = Q(commune=asked.commune) if asked.commune else Q()
    ids = set(Visit.objects.filter(area, where).values_list("visited_by_id", flat=True).distinct())
    ids |= set(TrainingSession.objects.filter(area, where).values_list("led_by_id", flat=True).distinct())
    return list(User.objects.filter(pk__in=ids).order_by("full_name").values_list("pk", "full_name"))


def _keys(rows: QuerySet[Any], kind: str, moment: str) -> QuerySet[Any]:
    named = rows.order_by().annotate(kind=Value(kind, CharField()), at=F(moment), row=F("pk"))
    keys: QuerySet[Any] = named.values("kind", "at", "row")
    return keys


def _narrowed(asked: Narrowing, moment: str, person: str) -> Q:
    found = Q()
    if asked.commune is not None:
        found &= Q(commune=asked.commune)
    if asked.hamlet_id is not None:
        found &= Q(hamlet_id=asked.hamlet_id)
    if asked.member_id is not None:
        found &= Q(**{f"{person}_id": asked.member_id})
    if asked.team is not None:
        found &= Q(team=asked.team)
    if asked.month is not None:
        found &= Q(
            **{
                f"{moment}__gte": clock.start_of(asked.month),
                f"{moment}__lt": clock.start_of(clock.add_months(asked.month, 1)),
            }
        )
    return found


def _visit(row: Visit) -> Entry:
    return Entry(
        kind=VISIT,
        at=row.visited_at,
        received_at=row.received_at,
        hamlet=row.hamlet.name,
        commune=str(row.commune),
        who=row.visited_by.full_name,
        team=row.team.name if row.team else "",
        household_id=row.household_id,
        household=row.household.head_name if row.household else "",
        came=0,
        topics=_topic_words(row.taught),
        note=row.note,
    )


def _session(row: TrainingSession) -> Entry:
    return Entry(
        kind=SESSION,
        at=row.held_at,
        received_at=row.received_at,
        hamlet=row.hamlet.name,
        commune=str(row.commune),
        who=row.led_by.full_name,
        team=row.team.name if row.team else "",
        household_id=None,
        household="",
        came=sum(1 if each.household_id else each.others for each in row.attendance.all()),
        topics=_topic_words(row.topics),
        note=row.note,
    )


def _topic_words(codes: Iterable[str]) -> str:
    return "; ".join(str(_WORDS.get(code, code)) for code in codes)
