"""Two officers assign one hamlet at once, each to another team."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from core.kit import clock
from core.people.grants.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM
from core.places.models import Hamlet
from onboarding.teams.actions import assign_hamlet, found_team, hamlets
from onboarding.teams.models import TeamHamlet
from tests.people import make_people
from tests.races.conftest import Gate, at_once, without_row_locks

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def calls(committed_db: None) -> list[Callable[[], Any]]:
    """Chi and Cúc, officers of one commune, each with a team without this hamlet."""
    people = make_people()
    people.users["cuc"] = User.objects.create_user(username="cuc", full_name="Cúc")
    give_grant(user=people.users["cuc"], role=Role.COMMUNE, unit=people.commune, given_by=SYSTEM)
    hamlet = Hamlet.objects.create(commune=people.commune, name="Thôn 2")

    def assign(name: str) -> Callable[[], Any]:
        by, today = people.viewer(name), clock.today()
        team = found_team(
            commune=people.commune,
            name=f"Tổ {name}",
            decision_number="1/QĐ",
            decision_on=today,
            valid_from=today,
            by=by,
        )
        return lambda: assign_hamlet(team=team, hamlet=hamlet, by=by)

    return [assign("chi"), assign("cuc")]


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Both stop after they found the hamlet free, before they write."""
    gate, real = Gate(), TeamHamlet.objects.create

    def held(**values: Any) -> TeamHamlet:
        gate()
        return real(**values)

    monkeypatch.setattr(hamlets.TeamHamlet.objects, "create", held)
    return gate


def without_constraints() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE onboarding_teamhamlet DROP CONSTRAINT team_hamlet_one_team_at_a_time")
        cursor.execute("DROP INDEX team_hamlet_one_team_while_open")


def kinds(answers: list[Any]) -> list[str]:
    return sorted(type(answer).__name__ for answer in answers)


def test_without_lock_and_constraint_two_teams_have_it(
    calls: list[Callable[[], Any]], gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_row_locks(monkeypatch)
    without_constraints()
    assert kinds(at_once(*calls)) == ["TeamHamlet", "TeamHamlet"]
    assert gate.met and TeamHamlet.objects.count() == 2


def test_the_constraint_alone_lets_one_through(
    calls: list[Callable[[], Any]], gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_row_locks(monkeypatch)
    assert kinds(at_once(*calls)) == ["TeamHamlet", "TeamRefused"]
    assert gate.met and TeamHamlet.objects.count() == 1


def test_the_lock_alone_lets_one_through(calls: list[Callable[[], Any]], gate: Gate) -> None:
    without_constraints()
    assert kinds(at_once(*calls)) == ["TeamHamlet", "TeamRefused"]
    assert not gate.met and TeamHamlet.objects.count() == 1
