"""Four eyes: who registered or wrote a household last does not verify it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from core.audit.models import AuditDetail, AuditEntry
from core.people.queries import NOBODY, SYSTEM
from core.places.models import Hamlet, Unit
from onboarding.checks.actions.verifying import (
    VerificationRefused,
    take_back_verification,
    verify_household,
    verify_households,
)
from onboarding.checks.queries import households_to_verify
from onboarding.households.actions import change_household, end_household, register_household
from onboarding.households.facts import HouseholdFacts
from onboarding.households.many import change_households, register_households
from onboarding.households.models import Household, HouseholdWriter
from tests.people import People


def household(people: People, by: str, name: str = "Nguyễn Văn Tư", hamlet: Hamlet | None = None) -> Household:
    facts = HouseholdFacts(name, hamlet or people.hamlet, phone_owner="none")
    return register_household(record_id=uuid.uuid4(), facts=facts, by=people.viewer(by))


def state(row: Household) -> tuple[Any, ...]:
    row.refresh_from_db()
    return row.verified_by_id, row.verified_at, row.verified_how, row.version


def test_chi_verifies_what_hanh_registered(people: People) -> None:
    row = household(people, "hanh")
    before = row.changed_at
    verified = verify_household(household=row, how="call", by=people.viewer("chi"), seen_version=1)
    assert state(row) == (people.users["chi"].pk, verified.verified_at, "call", 1)
    assert row.changed_at > before
    entry = AuditEntry.objects.get(action="household.verified")
    assert (entry.actor_id, entry.object_label, entry.unit_code) == (
        people.users["chi"].pk, f"household:{row.pk}", people.commune.code,
    )  # fmt: skip
    assert "gọi điện" in AuditDetail.objects.get(entry=entry).text


def test_a_lead_verifies_what_others_of_the_team_wrote_but_not_her_own(people: People) -> None:
    others, own = household(people, "dung"), household(people, "hanh")
    verify_household(household=others, how="visit", by=people.viewer("hanh"), seen_version=1)
    with pytest.raises(VerificationRefused, match="Bạn là người ghi hộ này"):
        verify_household(household=own, how="visit", by=people.viewer("hanh"), seen_version=1)
    assert state(own) == (None, None, "", 1)


def test_who_wrote_last_does_not_verify(people: People) -> None:
    row = household(people, "hanh")
    change_household(household=row, changes={"head_name": "Nguyễn Văn Từ"}, by=people.viewer("chi"))
    with pytest.raises(VerificationRefused, match="sửa thông tin này sau cùng"):
        verify_household(household=row, how="visit", by=people.viewer("chi"), seen_version=2)
    verify_household(household=row, how="visit", by=people.viewer("phuong"), seen_version=2)
    assert state(row)[0] == people.users["phuong"].pk


@pytest.mark.parametrize("name", ["an", "binh", "dung", "buu"])
def test_nobody_else_verifies(people: People, name: str) -> None:
    row = household(people, "hanh")
    with pytest.raises(PermissionError):
        verify_household(household=row, how="visit", by=people.viewer(name), seen_version=1)
    for viewer in (NOBODY, SYSTEM):
        with pytest.raises(PermissionError):
            verify_household(household=row, how="visit", by=viewer, seen_version=1)
    assert state(row) == (None, None, "", 1)
    assert not AuditEntry.objects.filter(action="household.verified").exists()


def test_many_at_once_each_row_for_itself(people: People) -> None:
    elsewhere = Unit.objects.filter(level="commune", valid_to=None).exclude(parent=people.commune.parent)[0]
    far = household(people, "hanh", hamlet=Hamlet.objects.create(commune=elsewhere, name="Thôn xa"))
    good, own, changed, ended = (household(people, by) for by in ("hanh", "chi", "hanh", "hanh"))
    change_household(household=changed, changes={"head_name": "Tên khác"}, by=people.viewer("hanh"))
    end_household(household=ended, reason="moved", by=people.viewer("phuong"))
    seen = {row.pk: 1 for row in (ended, changed, own, good, far)}
    outcomes = verify_households(seen=seen, how="papers", by=people.viewer("chi"))
    assert [(one.household.pk, one.refusal) for one in outcomes] == [
        (good.pk, ""),
        (own.pk, "Bạn là người ghi hộ này. Hãy để người khác xác minh."),
        (changed.pk, "Thông tin đã đổi từ lúc bạn mở trang. Hãy xem lại rồi xác minh."),
        (ended.pk, "Hộ này không còn được tính, nên không xác minh."),
    ]
    assert list(Household.objects.filter(verified_by__isnull=False).values_list("pk", flat=True)) == [good.pk]
    again = verify_households(seen={good.pk: 1}, how="papers", by=people.viewer("phuong"))
    assert [one.refusal for one in again] == ["Hộ này đã được xác minh rồi."]


def test_a_change_of_verified_facts_ends_the_verification_and_readiness_does_not(people: People) -> None:
    row = household(people, "hanh")
    verify_household(household=row, how="visit", by=people.viewer("chi"), seen_version=1)
    change_household(household=row, changes={"has_e_wallet": True}, by=people.viewer("hanh"))
    assert state(row)[2:] == ("visit", 2)
    change_household(household=row, changes={"head_name": "Tên khác"}, by=people.viewer("hanh"))
    assert state(row) == (None, None, "", 3)


def test_taking_back(people: People) -> None:
    row = household(people, "dung")
    verify_household(household=row, how="visit", by=people.viewer("hanh"), seen_version=1)
    with pytest.raises(PermissionError):
        take_back_verification(household=row, reason="Sai", by=people.viewer("dung"))
    assert state(row)[0] == people.users["hanh"].pk
    take_back_verification(household=row, reason="Nhầm nhà", by=people.viewer("hanh"))
    assert state(row) == (None, None, "", 1)
    verify_household(household=row, how="visit", by=people.viewer("hanh"), seen_version=1)
    take_back_verification(household=row, reason="Gọi lại không đúng", by=people.viewer("chi"))
    assert state(row) == (None, None, "", 1)
    assert AuditEntry.objects.filter(action="household.verification_taken_back").count() == 2


@pytest.mark.parametrize("column", ["registered_by_id", "last_written_by_id"])
def test_the_database_keeps_the_persons_apart(people: People, column: str) -> None:
    row = household(people, "hanh")
    other, chi = people.users["hanh"].pk, people.users["chi"].pk
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM onboarding_householdwriter")  # what the trigger looks at
        cursor.execute(f"UPDATE onboarding_household SET {column} = %s WHERE id = %s", [other, row.pk])
        sql = "UPDATE onboarding_household SET verified_by_id = %s, verified_at = registered_at, verified_how = %s WHERE id = %s"
        with pytest.raises(IntegrityError, match="household_verified_by_another"), transaction.atomic():
            cursor.execute(sql, [other, "visit", row.pk])
        with pytest.raises(IntegrityError, match="household_verified_somehow"), transaction.atomic():
            cursor.execute(sql, [chi, "", row.pk])
        cursor.execute(sql, [chi, "visit", row.pk])
        with pytest.raises(IntegrityError, match="household_verified_by_another"), transaction.atomic():
            cursor.execute(f"UPDATE onboarding_household SET {column} = %s WHERE id = %s", [chi, row.pk])


def test_everybody_whose_words_stand_since_the_last_verification_is_refused(people: People) -> None:
    """Chi rewrites the household, Phuong corrects one letter: neither vouches for it."""
    row = household(people, "dung")
    change_household(household=row, changes={"head_name": "Lê Hai"}, by=people.viewer("chi"))
    change_household(household=row, changes={"head_name": "Lê Hải"}, by=people.viewer("phuong"))
    assert row not in households_to_verify(people.viewer("chi"))
    with pytest.raises(VerificationRefused, match="Bạn đã ghi một phần thông tin này"):
        verify_household(household=row, how="visit", by=people.viewer("chi"), seen_version=3)
    assert state(row) == (None, None, "", 3)
    verify_household(household=row, how="visit", by=people.viewer("hanh"), seen_version=3)
    take_back_verification(household=row, reason="Nhầm", by=people.viewer("chi"))
    with pytest.raises(VerificationRefused, match="Bạn đã ghi một phần thông tin này"):
        verify_household(household=row, how="visit", by=people.viewer("chi"), seen_version=3)
    verify_household(household=row, how="visit", by=people.viewer("hanh"), seen_version=3)
    # Hanh has vouched for Chi's words; what came after is Phuong's.
    change_household(household=row, changes={"head_name": "Lê Thị Hải"}, by=people.viewer("phuong"))
    assert row in households_to_verify(people.viewer("chi"))
    verify_household(household=row, how="call", by=people.viewer("chi"), seen_version=4)
    assert state(row)[0] == people.users["chi"].pk


def test_facts_that_nobody_verifies_make_no_writer(people: People) -> None:
    row = household(people, "dung")
    change_household(household=row, changes={"has_e_wallet": True}, by=people.viewer("chi"))
    assert list(row.writers.values_list("user_id", flat=True)) == [people.users["dung"].pk]
    verify_household(household=row, how="call", by=people.viewer("chi"), seen_version=2)


def test_many_written_at_once_have_writers_too(people: People) -> None:
    facts = [HouseholdFacts(name, people.hamlet, phone_owner="none") for name in ("An", "Bình")]
    rows = register_households([(uuid.uuid4(), each) for each in facts], by=people.viewer("chi"), source="import")
    verify_household(household=rows[0], how="call", by=people.viewer("hanh"), seen_version=1)
    change_households({row.pk: {"phone_owner": "unknown"} for row in rows}, by=people.viewer("phuong"))
    change_households({row.pk: {"has_e_wallet": True} for row in rows}, by=people.viewer("hanh"))
    chi, phuong = people.users["chi"].pk, people.users["phuong"].pk
    found = HouseholdWriter.objects.order_by("household", "is_past", "user")
    assert set(found.values_list("household", "user", "is_past")) == {
        (rows[0].pk, chi, True), (rows[0].pk, phuong, False), (rows[1].pk, chi, False), (rows[1].pk, phuong, False),
    }  # fmt: skip


def test_the_database_refuses_a_writers_verification(people: People) -> None:
    row = household(people, "dung")
    change_household(household=row, changes={"head_name": "Lê Hai"}, by=people.viewer("chi"))
    change_household(household=row, changes={"head_name": "Lê Hải"}, by=people.viewer("phuong"))
    chi, hanh = people.users["chi"].pk, people.users["hanh"].pk
    sql = "UPDATE onboarding_household SET verified_by_id = %s, verified_at = registered_at, verified_how = 'visit' WHERE id = %s"
    with connection.cursor() as cursor:
        with pytest.raises(IntegrityError, match="household_not_verified_by_writer"), transaction.atomic():
            cursor.execute(sql, [chi, row.pk])
        cursor.execute("UPDATE onboarding_householdwriter SET is_past = %s WHERE user_id = %s", [True, chi])
        cursor.execute(sql, [chi, row.pk])
        cursor.execute(sql, [hanh, row.pk])
    fields = {each.attname: each.value_from_object(row) for each in Household._meta.concrete_fields}
    new = fields | {"id": None, "record_id": uuid.uuid4(), "verified_by_id": hanh, "verified_at": row.registered_at}
    Household.objects.create(**new | {"verified_how": "visit"})
    taken = Household.objects.order_by("-pk")[0].pk + 1
    # The writer's row stands first (its key is checked at the end), then the household comes already verified.
    writer = HouseholdWriter.objects.create(household_id=taken, user_id=hanh)
    with pytest.raises(IntegrityError, match="household_not_verified_by_writer"), transaction.atomic():
        Household.objects.create(**new | {"id": taken, "record_id": uuid.uuid4(), "verified_how": "visit"})
    writer.delete()
