"""Many rows in few statements: the same rows as one by one."""

from __future__ import annotations

import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core.kit.bulk import insert_many, update_many
from core.kit.encryption import blind_index
from core.people.queries import SYSTEM
from onboarding.households.actions import new_household
from onboarding.households.facts import HouseholdFacts
from onboarding.households.models import Household
from tests.people import People


def household(people: People, name: str, phone: str = "+84912345678", **columns: Any) -> Household:
    facts = HouseholdFacts(name, people.hamlet, phone=phone, has_e_wallet=True, birth_year=1970)
    made = new_household(record_id=uuid.uuid4(), facts=facts, by=SYSTEM, source="import")
    for column, value in columns.items():
        setattr(made, column, value)
    return made


def test_rows_are_as_if_saved_one_by_one(people: People) -> None:
    together, alone = household(people, "Một"), household(people, "Một")
    together.registered_at = alone.registered_at
    with transaction.atomic():
        insert_many([together])
    alone.save()
    left, right = (Household.objects.values().get(pk=each.pk) for each in (together, alone))
    for row in (left, right):
        token = row.pop("phone")
        assert token == "+84912345678"  # read back, decrypted
        del row["id"], row["record_id"], row["changed_at"]
    assert left == right and left["phone_index"] == blind_index("+84912345678", "phone")


def test_keys_come_back_in_order_also_over_several_statements(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.kit.bulk._PARAMETERS", 100)
    rows = [household(people, f"Hộ {number}") for number in range(7)]
    insert_many(rows)
    assert [Household.objects.get(pk=row.pk).head_name for row in rows] == [f"Hộ {number}" for number in range(7)]


def test_updating_writes_these_columns_and_no_others(people: People) -> None:
    rows = [household(people, name) for name in ("Một", "Hai")]
    insert_many(rows)
    for row in rows:
        row.phone, row.head_name, row.birth_year = "+84987654321", "khác", 1980
    update_many(rows, ["phone", "phone_index", "birth_year"])
    found = Household.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")
    assert [(row.head_name, row.phone, row.birth_year) for row in found] == [
        ("Một", "+84987654321", 1980), ("Hai", "+84987654321", 1980),
    ]  # fmt: skip
    assert Household.objects.filter(phone_index__of="+84987654321").count() == 2


def test_constraints_hold_and_all_or_nothing(people: People) -> None:
    before = Household.objects.count()
    twice = uuid.uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_many([household(people, "Một", record_id=twice), household(people, "Hai", record_id=twice)])
    assert Household.objects.count() == before
    with transaction.atomic():
        insert_many([])
        update_many([], ["phone"])


def test_only_in_a_transaction(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    row, before = household(people, "Một"), Household.objects.count()
    monkeypatch.setattr("core.kit.bulk.transaction.get_connection", lambda: SimpleNamespace(in_atomic_block=False))
    for call in (lambda: insert_many([row]), lambda: update_many([row], ["head_name"])):
        with pytest.raises(RuntimeError):
            call()
    monkeypatch.undo()
    assert Household.objects.count() == before
