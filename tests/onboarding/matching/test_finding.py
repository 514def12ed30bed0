"""Pairs are found when households are written, and follow what becomes of them. A machine never decides."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.audit.models import AuditEntry
from core.events.registry import emit
from core.jobs.models import Job
from core.kit import clock
from core.people.queries import SYSTEM
from onboarding.households.actions import change_household, end_household, new_household, reopen_household
from onboarding.households.events import HouseholdsChanged
from onboarding.households.facts import FACTS, HouseholdFacts
from onboarding.households.models import Household
from onboarding.matching.actions.finding import as_runs, find_pairs, from_runs
from onboarding.matching.actions.merging import MergeRefused, decide_distinct
from onboarding.matching.jobs import find, look_again
from onboarding.matching.models import DuplicatePair
from tests.onboarding.matching.households import household, twins
from tests.people import People

pytestmark = pytest.mark.django_db


def pairs() -> list[tuple[int, int, int, list[str], str]]:
    columns = ("first", "second", "score", "reasons", "state")
    return list(DuplicatePair.objects.order_by("pk").values_list(*columns))


def change(of: Household, **facts: Any) -> None:
    change_household(household=of, changes=facts, by=SYSTEM)


def test_a_pair_is_found_when_the_second_is_registered(people: People) -> None:
    first = household(people.hamlet, phone="+84912345678")
    household(people.hamlet, "Lê Thị Bé")
    assert pairs() == []
    second = household(people.hamlet, "Tran Van Hoa", phone="+84912345678")
    assert pairs() == [(first.pk, second.pk, 100, ["phone", "name"], "open")]


def test_a_change_makes_a_pair_and_takes_it_away(people: People) -> None:
    first, second = household(people.hamlet), household(people.hamlet, "Lê Thị Bé")
    change(first, bank_bin="970436", bank_account="123456789")
    change(second, bank_bin="970436", bank_account="123456789")
    assert pairs() == [(first.pk, second.pk, 60, ["bank_account"], "open")]
    change(first, bank_account="987654321")
    assert pairs() == [(first.pk, second.pk, 60, ["bank_account"], "gone")]
    change(first, head_name="Lê Thị Bé")
    assert pairs() == [(first.pk, second.pk, 50, ["name"], "open")]


def test_it_does_not_matter_which_of_the_two_is_changed(people: People) -> None:
    """One stands with a tax code that is the other's personal ID: seen from either side."""
    first = household(people.hamlet, "Lê Thị Bé", personal_id="077203000123")
    second = household(people.hamlet, tax_code="077203000123")
    expected = [(first.pk, second.pk, 95, ["personal_id"], "open")]
    assert pairs() == expected
    change(first, phone="+84912345678", phone_owner="own")
    assert pairs() == expected
    change(second, phone="+84912345679", phone_owner="own")
    assert pairs() == expected


def test_facts_that_say_nothing_of_identity_cost_nothing(people: People) -> None:
    first = household(people.hamlet)
    with CaptureQueriesContext(connection) as queries:
        change(first, has_e_wallet=True)
    assert not [each for each in queries if "duplicatepair" in each["sql"] or "sharedphone" in each["sql"]]


def test_an_ended_household_waits_for_no_decision_until_it_is_back(people: People) -> None:
    pair, first, second = twins(people.hamlet)
    end_household(household=second, reason="moved", by=SYSTEM)
    assert pairs() == [(first.pk, second.pk, 50, ["name"], "gone")]
    reopen_household(household=second, by=SYSTEM)
    assert pairs() == [(first.pk, second.pk, 50, ["name"], "open")] and DuplicatePair.objects.get() == pair


class TestTwoHouseholds:
    def decided(self, people: People) -> tuple[DuplicatePair, Household, Household]:
        pair, first, second = twins(people.hamlet)
        decide_distinct(pair=pair, note="hai anh em", by=people.viewer("chi"))
        return pair, first, second

    def test_it_stays_so_whatever_weak_reason_comes(self, people: People) -> None:
        pair, first, second = self.decided(people)
        change(first, birth_year=1970)
        change(second, birth_year=1970)
        find_pairs(ids=[first.pk, second.pk])
        assert pairs() == [(first.pk, second.pk, 50, ["name"], "distinct")]
        end_household(household=first, reason="moved", by=SYSTEM)
        pair.refresh_from_db()
        assert (pair.state, pair.note, pair.decided_by) == ("distinct", "hai anh em", people.users["chi"])
        noted = AuditEntry.objects.filter(action="duplicate.distinct")
        assert sorted(noted.values_list("object_label", flat=True)) == [
            f"household:{first.pk}",
            f"household:{second.pk}",
        ]

    def test_a_number_that_is_newly_the_same_asks_again(self, people: People) -> None:
        pair, first, second = self.decided(people)
        change(first, personal_id="077203000123")
        change(second, personal_id="077203000123")
        pair.refresh_from_db()
        assert (pair.state, pair.score, pair.decided_by) == ("open", 100, None)
        assert AuditEntry.objects.filter(action="duplicate.asked_again").count() == 1
        decide_distinct(pair=pair, note="sai số", by=people.viewer("chi"))
        change(first, birth_year=1970)
        change(first, personal_id="077203000124")
        change(first, personal_id="077203000123")  # known when it was decided
        pair.refresh_from_db()
        assert (pair.state, pair.note) == ("distinct", "sai số")

    def test_decided_once(self, people: People) -> None:
        pair, _first, _second = self.decided(people)
        with pytest.raises(MergeRefused, match="đã có người quyết"):
            decide_distinct(pair=pair, note="nữa", by=people.viewer("phuong"))


class TestLongLists:
    def listed(self, people: People, count: int) -> list[int]:
        """So many households written at once, each third with the name of the one before."""
        rows = []
        for number in range(count):
            facts = HouseholdFacts(f"Trần Văn {'ABCDEFGH'[number % 8]}{number - number % 3}", people.hamlet)
            rows.append(new_household(record_id=uuid.uuid4(), facts=facts, by=SYSTEM, source="import"))
        with transaction.atomic():
            made = Household.objects.bulk_create(rows)
            ids = [row.pk for row in made]
            emit(HouseholdsChanged(tuple(ids), frozenset(FACTS), are_new=True, communes=(people.commune.pk,)))
        return ids

    def test_more_than_fifty_are_left_to_a_job(self, people: People) -> None:
        change_of_names = household(people.hamlet, "Trần Văn A0")
        ids = self.listed(people, 60)
        assert pairs() == []
        [job] = Job.objects.filter(name="matching.find")
        assert job.arguments == {"ids": f"{ids[0]}-{ids[-1]}"}
        find(job.arguments)
        assert pairs() == [(change_of_names.pk, ids[0], 50, ["name"], "open")]
        find(job.arguments)  # a job may run twice
        assert len(pairs()) == 1

    def test_the_cost_of_a_change_does_not_grow_with_its_rows(self, people: People) -> None:
        costs = []
        for count in (3, 24, 48):
            with CaptureQueriesContext(connection) as queries:
                self.listed(people, count)
            costs.append(len(queries))
        # One marks the commune to be counted again; what is found is read in full, in one query each for all.
        assert costs[0] == 12 and max(costs) <= 15

    def test_a_name_that_fills_a_hamlet_does_not_fill_the_list(self, people: People) -> None:
        ids = [household(people.hamlet).pk for _ in range(24)]
        DuplicatePair.objects.all().delete()
        find_pairs(ids=ids[-1:])
        assert DuplicatePair.objects.count() == 20

    def test_ids_as_short_texts(self) -> None:
        assert as_runs([7, 3, 4, 5, 9, 5]) == ["3-5,7,9"] and from_runs("3-5,7,9") == [3, 4, 5, 7, 9]
        many = list(range(1_000_000, 1_003_000, 2))
        texts = as_runs(many)
        assert max(map(len, texts)) <= 1500 and [pk for text in texts for pk in from_runs(text)] == many
        assert as_runs([]) == []


def test_what_writers_of_one_instant_did_not_see_is_found_later(people: People) -> None:
    _pair, first, second = twins(people.hamlet)
    DuplicatePair.objects.all().delete()  # as if neither had seen the other
    assert look_again() == 3  # with An's
    assert pairs() == [(first.pk, second.pk, 50, ["name"], "open")]
    Household.objects.update(registered_at=clock.now().replace(year=2025))
    assert look_again() == 0
