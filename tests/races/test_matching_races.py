"""Two officers, or two teams, at once. Each race is first run with its guard switched off."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from core.people.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM
from onboarding.households.actions import register_household
from onboarding.households.facts import HouseholdFacts
from onboarding.households.models import Household
from onboarding.matching.actions import finding, merging, phones
from onboarding.matching.actions.merging import decide_distinct, merge_households
from onboarding.matching.models import DuplicatePair, HouseholdMerge, SharedPhone
from tests.onboarding.matching.households import household, twins
from tests.people import People, make_people
from tests.races.conftest import Gate, at_once, without_row_locks

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def people(committed_db: None) -> People:
    """Everybody, in a database with real transactions; Chi and Cúc are officers of one commune."""
    made = make_people()
    made.users["cuc"] = User.objects.create_user(username="cuc", full_name="Cúc")
    give_grant(user=made.users["cuc"], role=Role.COMMUNE, unit=made.commune, given_by=SYSTEM)
    return made


def gate_after(monkeypatch: pytest.MonkeyPatch, room: Any, name: str, *, one_by_one: bool = False) -> Gate:
    """Stop both threads when this function has answered; `one_by_one` lets the second go on when the first is done."""
    gate, real = Gate(one_by_one=one_by_one), getattr(room, name)

    def held(*arguments: Any, **options: Any) -> Any:
        answer = real(*arguments, **options)
        gate()
        return answer

    monkeypatch.setattr(room, name, held)
    return gate


def kinds(answers: list[Any]) -> list[str]:
    return sorted(type(answer).__name__ for answer in answers)


class TestTwoOfficersDecide:
    """One says that they are one, the other that they are two."""

    @pytest.fixture
    def calls(self, people: People) -> list[Callable[[], Any]]:
        pair, first, _second = twins(people.hamlet)
        chi, cuc = people.viewer("chi"), people.viewer("cuc")
        return [
            lambda: merge_households(pair=pair, keep_id=first.pk, choices={}, by=chi),
            lambda: decide_distinct(pair=pair, note="hai nhà", by=cuc),
        ]

    def state(self) -> tuple[str, int]:
        return DuplicatePair.objects.get().state, Household.objects.filter(end_reason="merged").count()

    def test_without_locks_both_have_decided(
        self, calls: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        gate = gate_after(monkeypatch, merging, "_pair")
        assert kinds(at_once(*calls)) == ["DuplicatePair", "HouseholdMerge"]
        assert gate.met

    def test_with_locks_one_has(self, calls: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch) -> None:
        gate = gate_after(monkeypatch, merging, "_pair")
        answers = kinds(at_once(*calls))
        assert "MergeRefused" in answers and not gate.met
        assert self.state() == (("merged", 1) if "HouseholdMerge" in answers else ("distinct", 0))


class TestTwoOfficersMerge:
    """Each keeps the other one of the two."""

    @pytest.fixture
    def calls(self, people: People) -> list[Callable[[], Any]]:
        pair, first, second = twins(people.hamlet)
        chi, cuc = people.viewer("chi"), people.viewer("cuc")
        return [
            lambda: merge_households(pair=pair, keep_id=first.pk, choices={}, by=chi),
            lambda: merge_households(pair=pair, keep_id=second.pk, choices={}, by=cuc),
        ]

    def test_without_locks_each_is_absorbed_in_the_other(
        self, calls: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        # One writes when the other has finished: writing at once, they would lock the two rows in opposite order, and the
        # database would break the tie now and then.
        gate = gate_after(monkeypatch, merging, "_pair", one_by_one=True)
        assert kinds(at_once(*calls)) == ["HouseholdMerge", "HouseholdMerge"]
        assert gate.met and HouseholdMerge.objects.count() == 2  # each absorbed in the other

    def test_with_locks_one_is(self, calls: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch) -> None:
        gate = gate_after(monkeypatch, merging, "_pair")
        assert kinds(at_once(*calls)) == ["HouseholdMerge", "MergeRefused"]
        assert not gate.met and HouseholdMerge.objects.count() == 1
        assert Household.objects.filter(end_reason="merged").count() == 1


class TestTwoFindTheSamePair:
    @pytest.fixture
    def calls(self, people: People) -> list[Callable[[], Any]]:
        _pair, first, second = twins(people.hamlet)
        DuplicatePair.objects.all().delete()
        return [lambda: finding.find_pairs(ids=[first.pk]), lambda: finding.find_pairs(ids=[second.pk])]

    def test_without_the_constraint_there_are_two(
        self, calls: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE onboarding_duplicatepair DROP CONSTRAINT duplicate_pair_once")
        gate = gate_after(monkeypatch, finding, "_compare")
        assert at_once(*calls) == [1, 1] and gate.met
        assert DuplicatePair.objects.count() == 2

    def test_with_it_there_is_one_and_nobody_is_disturbed(
        self, calls: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gate = gate_after(monkeypatch, finding, "_compare")
        assert kinds(at_once(*calls)) == ["int", "int"] and gate.met
        assert DuplicatePair.objects.count() == 1


class TestTheThirdAndTheFourthGiveAPhone:
    """Two households have it; two more come at one instant, neither sees the other."""

    PHONE = "+84912345678"

    @pytest.fixture
    def calls(self, people: People) -> list[Callable[[], Any]]:
        for name in ("Lê Văn Một", "Phạm Thị Hai"):
            household(people.hamlet, name, phone=self.PHONE)

        def come(name: str) -> Callable[[], Any]:
            facts = HouseholdFacts(name, people.hamlet, phone=self.PHONE, phone_owner="own")
            return lambda: register_household(record_id=uuid.uuid4(), facts=facts, by=SYSTEM)

        return [come("Hồ Ba"), come("Đỗ Quang Tư")]

    def flagged(self) -> list[tuple[int, bool]]:
        return [(row.households, row.is_flagged) for row in SharedPhone.objects.all()]

    def test_were_there_no_row_to_meet_at_nobody_would_notice(
        self, calls: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(phones, "MAX_HOUSEHOLDS", 4)
        gate = gate_after(monkeypatch, phones, "counts_of")
        assert kinds(at_once(*calls)) == ["Household", "Household"] and gate.met
        assert self.flagged() == [] and Household.objects.filter(phone_index__of=self.PHONE).count() == 4

    def test_they_meet_and_the_later_one_counts_both(
        self, calls: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gate = gate_after(monkeypatch, phones, "counts_of")
        assert kinds(at_once(*calls)) == ["Household", "Household"] and gate.met
        assert self.flagged() == [(4, True)]
