"""Two officers give one product at once, each to another team."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from core.kit import clock
from core.people.grants.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM
from ocop.boards import assigning
from ocop.boards.assigning import assign
from ocop.boards.models import Assignment
from ocop.indicators.registry import PRODUCTS
from onboarding.teams.models import Team
from tests.ocop.conftest import product
from tests.people import make_people
from tests.races.conftest import Gate, at_once, without_row_locks

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def calls(committed_db: None) -> list[Callable[[], Any]]:
    """Chi and Cúc, officers of one commune, each with a team."""
    people = make_people()
    people.users["cuc"] = User.objects.create_user(username="cuc", full_name="Cúc")
    give_grant(user=people.users["cuc"], role=Role.COMMUNE, unit=people.commune, given_by=SYSTEM)
    made = product("Mắm", (4, f"{clock.today().year - 1}-12-01"), unit=people.commune)

    def give(name: str) -> Callable[[], Any]:
        today = clock.today()
        team = Team.objects.create(
            commune=people.commune, name=f"Tổ {name}", decision_number="1/QĐ", decision_on=today, valid_from=today,
            recorded_at=timezone.now(),
        )  # fmt: skip
        by = people.viewer(name)
        return lambda: assign(subject=PRODUCTS, ids=[made.pk], team=team, by=by)

    return [give("chi"), give("cuc")]


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Both stop after they found the product free, before they write."""
    gate, real = Gate(), Assignment.objects.create

    def held(**values: Any) -> Assignment:
        gate()
        return real(**values)

    monkeypatch.setattr(assigning.Assignment.objects, "create", held)
    return gate


def test_without_the_lock_both_find_it_free(
    calls: list[Callable[[], Any]], gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_row_locks(monkeypatch)
    answers = at_once(*calls)
    assert gate.met
    assert sorted(type(each).__name__ for each in answers) == ["IntegrityError", "int"], "only the constraint is left"


def test_the_second_finds_it_given(calls: list[Callable[[], Any]], gate: Gate) -> None:
    answers = at_once(*calls)
    assert not gate.met
    assert sorted(answers) == [0, 1]
    assert Assignment.objects.filter(ended_at__isnull=True).count() == 1
