"""Fields that belong together, decisions that stay, and what merges and their undoing do to what comes late."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from core.places.models import Hamlet, Unit
from onboarding.households.actions import change_household
from onboarding.households.models import Household, HouseholdPhoto
from onboarding.intake.actions.deriving import derive_record
from onboarding.intake.actions.issues import decide_issue
from onboarding.intake.models import IntakeIssue
from onboarding.intake.refusals import NotTaken
from onboarding.matching.actions.merging import merge_households
from onboarding.matching.actions.unmerging import unmerge
from onboarding.matching.models import DuplicatePair, HouseholdMerge
from onboarding.visits.models import Attendance, TrainingSession, Visit
from tests.onboarding.intake.sending import FACTS, Device, sha256
from tests.people import People, jpeg

OTHER_PHONE = "+84987654321"


def household_of(envelope: dict[str, Any]) -> Household:
    return Household.objects.get(record_id=envelope["record"])


class TestPhoneAndOwner:
    @pytest.mark.parametrize(
        ("facts", "was"),
        [
            ({"phone": "0978888777", "phone_owner": "relative"}, {"phone": "678", "phone_owner": "own"}),
            ({"phone": "", "phone_owner": "none"}, {"phone": "678", "phone_owner": "own"}),
            ({"phone_owner": "none"}, {"phone_owner": "own"}),
            ({"phone_owner": "relative"}, {"phone": "678", "phone_owner": "own"}),
        ],
    )
    def test_neither_when_the_phone_has_changed(
        self, people: People, device: Device, facts: dict[str, Any], was: dict[str, Any]
    ) -> None:
        create = device.envelope()
        device.send(create)
        change_household(household=household_of(create), changes={"phone": OTHER_PHONE}, by=people.viewer("chi"))
        device.send(device.edit(create, facts, was))
        household, issue = household_of(create), IntakeIssue.objects.get()
        assert (household.phone, household.phone_owner) == (OTHER_PHONE, "own")
        assert issue.kind == "field_conflict" and "phone_owner" in json.loads(issue.detail)

    def test_neither_when_the_device_did_not_see_the_phone(self, device: Device) -> None:
        create = device.envelope()
        device.send(create)
        device.send(device.edit(create, {"phone": OTHER_PHONE, "phone_owner": "relative"}, {"phone_owner": "own"}))
        household = household_of(create)
        assert (household.phone, household.phone_owner) == ("+84912345678", "own")
        assert set(json.loads(IntakeIssue.objects.get().detail)) == {"phone", "phone_owner"}

    def test_both_when_nothing_hinders_and_both_by_decision(self, people: People, device: Device) -> None:
        create = device.envelope()
        device.send(create)
        edit = {"phone": OTHER_PHONE, "phone_owner": "relative"}
        device.send(device.edit(create, edit, {"phone": "678", "phone_owner": "own"}))
        assert (household_of(create).phone, household_of(create).phone_owner) == (OTHER_PHONE, "relative")
        device.send(device.edit(create, {"phone": "0978888777", "phone_owner": "own"}, {"phone": "678"}, sequence=3))
        decide_issue(issue=IntakeIssue.objects.get(), decision="theirs", by=people.viewer("chi"))
        assert (household_of(create).phone, household_of(create).phone_owner) == ("+84978888777", "own")

    def test_a_bank_and_its_account(self, people: People, device: Device) -> None:
        create = device.envelope(facts=FACTS | {"bank_bin": "970436", "bank_account": "0011001100"})
        device.send(create)
        change_household(household=household_of(create), changes={"bank_account": "99887766"}, by=people.viewer("chi"))
        seen = {"bank_bin": "970436", "bank_account": "0011001100"}
        device.send(device.edit(create, {"bank_bin": "970415", "bank_account": "123456"}, seen))
        assert (household_of(create).bank_bin, household_of(create).bank_account) == ("970436", "99887766")


class TestDecisionsStay:
    def test_about_two_sendings(self, people: People, device: Device) -> None:
        create = device.envelope()
        device.send(create)
        with pytest.raises(NotTaken):
            device.send(create | {"facts": FACTS | {"head_name": "Điểu Thị Hoàng"}})
        decide_issue(issue=IntakeIssue.objects.get(), decision="theirs", by=people.viewer("chi"))
        for _ in range(2):
            done = derive_record(record_id=uuid.UUID(create["record"]), again=True)
            assert (household_of(create).head_name, done.rewritten) == ("Điểu Thị Hoàng", [])

    def test_about_a_field_that_two_devices_wrote(self, people: People, device: Device) -> None:
        create = device.envelope()
        device.send(create)
        other = Device.enrolled(people, "hanh")
        other.send(other.edit(create, {"birth_year": 1970}, {"birth_year": 1960}))
        device.send(device.edit(create, {"birth_year": 1980}, {"birth_year": None}))
        decide_issue(issue=IntakeIssue.objects.get(), decision="theirs", by=people.viewer("chi"))
        done = derive_record(record_id=uuid.UUID(create["record"]), again=True)
        assert (household_of(create).birth_year, done.rewritten) == (1970, [])


class TestAfterAMerge:
    @pytest.fixture
    def two(self, people: People, device: Device) -> tuple[dict[str, Any], dict[str, Any], bytes, HouseholdMerge]:
        """The kept one, the absorbed one, a photo of it that has not come yet, the merge."""
        photo = jpeg(64, 64, "#102030")
        one, other = device.envelope(), device.envelope(photos=[sha256(photo)])
        device.send(one)
        device.send(other)
        merge = merge_households(
            pair=DuplicatePair.objects.get(), keep_id=household_of(one).pk, choices={}, by=people.viewer("chi")
        )
        return one, other, photo, merge

    def test_visits_and_sessions_go_to_the_one_that_is_left(self, device: Device, two: Any) -> None:
        one, other, *_ = two
        device.send(device.visit(other["record"]))
        device.send(device.session([one["record"], other["record"]], others=2))
        assert Visit.objects.get().household == household_of(one)
        came = Attendance.objects.filter(session=TrainingSession.objects.get()).order_by("pk")
        assert list(came.values_list("household", "others")) == [(household_of(one).pk, 0), (None, 2)]

    def test_a_photo_belongs_to_the_household_of_its_record_as_it_is_now(
        self, people: People, device: Device, two: Any
    ) -> None:
        one, other, photo, merge = two
        device.send_photo(other, photo)
        assert list(HouseholdPhoto.objects.values_list("household", flat=True)) == [household_of(one).pk]
        unmerge(merge=merge, by=people.viewer("chi"))
        for _ in range(2):
            derive_record(record_id=uuid.UUID(other["record"]), again=True)
            assert list(HouseholdPhoto.objects.values_list("household", flat=True)) == [household_of(other).pk]


def test_a_household_that_moved_away_stays_itself(people: People, device: Device) -> None:
    create = device.envelope()
    device.send(create)
    neighbour = Unit.objects.filter(level="commune", valid_to=None).exclude(pk=people.commune.pk)[0]
    away = Hamlet.objects.create(commune=neighbour, name="Thôn Xa")
    Household.objects.filter(record_id=create["record"]).update(hamlet=away, commune=away.commune)
    device.send(device.visit(create["record"]))
    assert Visit.objects.get().household == household_of(create)
    assert Visit.objects.get().commune == people.commune
