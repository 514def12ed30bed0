"""Looking for households that may be the same, many at once."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from core.kit import clock
from core.people.queries import SYSTEM
from core.places.models import Hamlet
from onboarding.households.actions import end_household, register_household
from onboarding.households.facts import HouseholdFacts
from onboarding.households.models import Household
from onboarding.matching.models import SharedPhone
from onboarding.matching.queries import Alike, alike
from tests.people import People

EVERYWHERE = Q()
PHONE, PERSON = "+84912345678", "077203000123"


@pytest.fixture
def stored(people: People) -> Household:
    facts = HouseholdFacts(
        "Trần Văn Hòa",
        people.hamlet,
        phone=PHONE,
        phone_owner="own",
        personal_id=PERSON,
        tax_code="3500102573",
        bank_bin="970436",
        bank_account="0071000123456",
        birth_year=1970,
    )
    return register_household(record_id=uuid.uuid4(), facts=facts, by=SYSTEM)


def stranger(people: People, **facts: Any) -> HouseholdFacts:
    elsewhere = Hamlet.objects.get_or_create(commune=people.commune, name="Thôn 9")[0]
    return HouseholdFacts("Lê Thị Bé", elsewhere, **facts)


def test_every_kind_of_key_finds_the_household(people: People, stored: Household) -> None:
    asked = [
        stranger(people, personal_id=PERSON),
        stranger(people, tax_code="3500102573"),
        stranger(people, bank_account="0071000123456"),
        stranger(people, phone=PHONE, phone_owner="own"),
        stranger(people, phone=PHONE, phone_owner="unknown"),
        HouseholdFacts("TRAN VAN HOA", people.hamlet),
        HouseholdFacts("Trần Hòa", people.hamlet, birth_year=1970),
        stranger(people, tax_code=PERSON),  # a person's tax code is their personal ID
        stranger(people, phone=PHONE, phone_owner="relative"),
        HouseholdFacts("Trần Hòa", people.hamlet, birth_year=1971),
        stranger(people),
    ]
    expected: list[tuple[int, tuple[str, ...]] | None] = [
        (95, ("personal_id",)),
        (80, ("tax_code",)),
        (60, ("bank_account",)),
        (55, ("phone",)),
        (55, ("phone",)),
        (50, ("name",)),
        (50, ("near_name", "birth_year")),
        (95, ("personal_id",)),
        None,
        None,
        None,
    ]
    wanted = [[Alike(stored.pk, "Trần Văn Hòa", *each)] if each else [] for each in expected]
    assert alike(asked, within=EVERYWHERE) == wanted


def test_a_relatives_phone_of_the_stored_one_does_not_count(people: People, stored: Household) -> None:
    Household.objects.filter(pk=stored.pk).update(phone_owner="relative")
    assert alike([stranger(people, phone=PHONE, phone_owner="own")], within=EVERYWHERE) == [[]]


def test_a_personal_id_is_found_where_it_stands_as_a_tax_code(people: People) -> None:
    other = register_household(record_id=uuid.uuid4(), facts=stranger(people, tax_code=PERSON), by=SYSTEM)
    found = alike([HouseholdFacts("Trần Văn Hòa", people.hamlet, personal_id=PERSON)], within=EVERYWHERE)
    assert found == [[Alike(other.pk, "Lê Thị Bé", 80, ("tax_code",))]]


def test_only_living_households_within_the_filter_are_found(people: People, stored: Household) -> None:
    same = [HouseholdFacts("Trần Văn Hòa", people.hamlet)]
    assert [len(found) for found in alike(same, within=Q(hamlet=people.hamlet))] == [1]
    assert alike(same, within=~Q(pk=stored.pk)) == [[]]
    end_household(household=stored, reason="mistake", by=SYSTEM)
    assert alike(same, within=EVERYWHERE) == [[]]


def test_a_shared_phone_speaks_neither_for_nor_against(people: People, stored: Household) -> None:
    SharedPhone.objects.create(phone=PHONE, households=4, flagged_at=clock.now())
    asked = [
        stranger(people, phone=PHONE, phone_owner="own"),
        HouseholdFacts("Trần Văn Hòa", people.hamlet, phone="+84912345679", phone_owner="own"),
    ]
    assert [[each.reasons for each in found] for found in alike(asked, within=EVERYWHERE)] == [[], [("name",)]]


def test_it_holds_while_keys_are_changed(people: People, stored: Household, settings: Any) -> None:
    settings.FIELD_KEYS = ["new-key-" * 5, *settings.FIELD_KEYS]
    asked = [stranger(people, phone=PHONE, phone_owner="own", bank_account="0071000123456", tax_code="3500102573")]
    [[found]] = alike(asked, within=EVERYWHERE)
    assert found.reasons == ("tax_code", "bank_account", "phone")


def test_the_likeliest_come_first_and_no_more_than_five(people: People, stored: Household) -> None:
    facts = HouseholdFacts("Trần Văn Hòa", people.hamlet)
    for _ in range(6):
        register_household(record_id=uuid.uuid4(), facts=facts, by=SYSTEM)
    [found] = alike([replace(facts, personal_id=PERSON)], within=EVERYWHERE)
    assert [each.score for each in found] == [100, 50, 50, 50, 50] and found[0].household_id == stored.pk


def test_one_or_five_hundred_cost_the_same_queries(people: People, stored: Household) -> None:
    def asked(number: int) -> HouseholdFacts:
        return HouseholdFacts(
            f"Trần Văn {chr(65 + number % 26)}{number}",
            people.hamlet,
            phone=f"+849{number:08d}",
            phone_owner="own",
            personal_id=f"077{number:09d}",
            tax_code=f"{number:010d}",
            bank_account=str(number),
            birth_year=1950 + number % 50,
        )

    costs = []
    for count in (1, 500):
        with CaptureQueriesContext(connection) as queries:
            assert alike([asked(number) for number in range(count)], within=EVERYWHERE) == [[]] * count
        costs.append(len(queries))
    assert costs == [7, 7]
    assert alike([], within=EVERYWHERE) == []
