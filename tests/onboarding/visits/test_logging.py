"""What a team did is written once, whatever arrives again."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.queries import SYSTEM
from core.places.events import MapTurned, UnitLinkFact
from core.places.models import Hamlet
from onboarding.teams.models import Team, TeamHamlet, TeamMember
from onboarding.visits.actions import (
    VisitRefused,
    attendance_of,
    change_session,
    change_visit,
    follow_map,
    log_session,
    log_visit,
)
from onboarding.visits.models import TrainingSession, Visit
from tests.people import People, make_producer

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
RECORD = uuid.UUID(int=7)


@pytest.fixture
def team(people: People) -> Team:
    day = clock.day_of(NOW) - timedelta(days=10)
    found = Team.objects.create(
        commune=people.commune, name="Tổ 1", decision_number="12/QĐ-UBND", decision_on=day, valid_from=day,
        recorded_at=NOW,
    )  # fmt: skip
    TeamMember.objects.create(team=found, user=people.users["hanh"], valid_from=day)
    TeamHamlet.objects.create(team=found, hamlet=people.hamlet, valid_from=day)
    return found


def visit(people: People, **changes: Any) -> Visit:
    facts = {
        "record_id": RECORD, "hamlet": people.hamlet, "household": people.producer.household,
        "by": people.viewer("hanh"), "visited_at": NOW, "received_at": NOW + timedelta(hours=2),
        "taught": ["listing", "photos"], "note": " Nhà có mạng. ",
    }  # fmt: skip
    return log_visit(**{**facts, **changes})


def session(people: People, **changes: Any) -> TrainingSession:
    facts = {
        "record_id": RECORD, "hamlet": people.hamlet, "held_at": NOW, "received_at": NOW, "topics": ["payment"],
        "households": [people.producer.household], "others": 4, "note": "", "by": people.viewer("hanh"),
    }  # fmt: skip
    return log_session(**{**facts, **changes})


def test_a_visit_is_written_with_the_team_of_that_day(people: People, team: Team) -> None:
    row = Visit.objects.get(pk=visit(people).pk)
    assert (row.record_id, row.hamlet, row.commune, row.household, row.team) == (
        RECORD, people.hamlet, people.commune, people.producer.household, team,
    )  # fmt: skip
    assert (row.visited_by, row.visited_at, row.received_at) == (people.users["hanh"], NOW, NOW + timedelta(hours=2))
    assert (row.taught, row.note) == (["photos", "listing"], "Nhà có mạng.")  # in the order of the topics
    entry = AuditEntry.objects.get(action="visit.logged")
    assert (entry.object_label, entry.unit_code) == (f"visit:{row.pk}", people.commune.code)


def test_a_visit_by_somebody_outside_the_team_or_before_it_has_no_team(people: People, team: Team) -> None:
    assert visit(people, by=people.viewer("chi")).team is None
    early = visit(people, record_id=uuid.uuid4(), visited_at=NOW - timedelta(days=11))
    assert early.team is None
    TeamMember.objects.update(valid_to=clock.day_of(NOW))
    assert visit(people, record_id=uuid.uuid4()).team is None


def test_the_same_record_again_changes_nothing(people: People, team: Team) -> None:
    first = visit(people)
    assert visit(people, note="khác", taught=[]) == first
    assert Visit.objects.get().note == "Nhà có mạng." and AuditEntry.objects.filter(action="visit.logged").count() == 1
    assert session(people) == session(people, others=9)
    assert attendance_of(TrainingSession.objects.get()) == ({people.producer.household_id}, 4)


def test_a_clock_that_runs_ahead_counts_as_the_arrival(people: People, team: Team) -> None:
    assert visit(people, visited_at=NOW + timedelta(days=900)).visited_at == NOW + timedelta(hours=2)
    assert session(people, held_at=NOW + timedelta(days=900)).held_at == NOW


@pytest.mark.parametrize("codes", [["gambling"], ["photos", ""]])
def test_unknown_topics_are_refused(people: People, codes: list[str]) -> None:
    with pytest.raises(VisitRefused):
        visit(people, taught=codes)
    with pytest.raises(VisitRefused):
        session(people, topics=codes)
    with pytest.raises(VisitRefused):
        session(people, others=-1)
    with pytest.raises(VisitRefused):
        visit(people, by=SYSTEM)
    assert not Visit.objects.exists() and not TrainingSession.objects.exists()


def test_changing_a_visit_writes_what_differs(people: People, team: Team) -> None:
    row = visit(people)
    same = {"taught": ["photos", "listing"], "note": row.note, "visited_at": NOW}
    assert change_visit(visit=row, changes=same, by=people.viewer("hanh")) == row
    assert not AuditEntry.objects.filter(action="visit.changed").exists()
    moved = change_visit(
        visit=row,
        changes={"visited_at": NOW - timedelta(days=20), "household": None, "note": "Vắng nhà"},
        by=people.viewer("hanh"),
    )
    moved.refresh_from_db()
    assert (moved.visited_at, moved.household, moved.note, moved.team) == (
        NOW - timedelta(days=20), None, "Vắng nhà", None,
    )  # fmt: skip
    with pytest.raises(VisitRefused):
        change_visit(visit=row, changes={"visited_by": people.users["chi"]}, by=people.viewer("hanh"))


def test_changing_a_session_changes_who_came(people: People, team: Team) -> None:
    row = session(people)
    other = make_producer("Hộ Bảy", people.hamlet).household
    assert other is not None
    change_session(session=row, changes={"households": [other], "topics": ["safety"]}, by=people.viewer("hanh"))
    row.refresh_from_db()
    assert (attendance_of(row), row.topics) == (({other.pk}, 4), ["safety"])
    change_session(session=row, changes={"others": 0}, by=people.viewer("hanh"))
    assert attendance_of(row) == ({other.pk}, 0)
    assert AuditEntry.objects.filter(action="session.changed").count() == 2


def test_visits_follow_the_map(people: People, team: Team) -> None:
    visit(people), session(people)
    new = Hamlet.objects.create(commune=people.commune, name="Thôn gộp")
    link = UnitLinkFact(people.hamlet.pk, new.pk, "whole")
    follow_map(MapTurned(clock.today(), "NQ 1", (), (link,)))
    assert (Visit.objects.get().hamlet, TrainingSession.objects.get().hamlet) == (new, new)
