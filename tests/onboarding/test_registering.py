"""Hạnh's team at the door: one household, one producer, one log-in, whoever asks and whatever the signal does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from core.kit import clock
from core.people.actions import enter_with_code, give_grant
from core.people.models import EntryCode, Grant, Role, User
from core.people.queries import SYSTEM, Viewer, viewer_for
from core.places.models import Hamlet, Unit
from onboarding.fieldwork.slips.actions import print_slip
from onboarding.households.models import Household
from onboarding.households.queries import hamlets_of_team, households_visible_to
from onboarding.intake.refusals import NotTaken
from onboarding.producers.models import Membership, Producer
from onboarding.producers.queries import may_act_for, producers_of
from tests.onboarding.intake.sending import FACTS, Device
from tests.people import People

PHONE = "+84912345678"


def registered(people: People, person: str = "hanh", **changes: Any) -> Household:
    """What somebody's phone sent from a door, as it stands in the register."""
    device = Device.enrolled(people, person)
    facts = FACTS | {name: changes.pop(name) for name in list(changes) if name in {*FACTS, "birth_year"}}
    envelope = device.envelope(**{"facts": facts} | changes)
    assert device.send(envelope).receipt["state"] == "applied"
    return Household.objects.get(record_id=envelope["record"])


def producer_of(household: Household) -> Producer:
    return household.producers.get()


@pytest.fixture
def far_hamlet(people: People) -> Hamlet:
    """A hamlet of the next commune."""
    commune = Unit.objects.filter(level="commune", valid_to=None).exclude(pk=people.commune.pk).order_by("pk")[0]
    return Hamlet.objects.create(commune=commune, name="Thôn xa")


def test_everything_is_stored_and_the_slip_opens_the_door(people: People) -> None:
    household = registered(people, selling_name="Điều nhà Hoa")
    producer = producer_of(household)
    assert (producer.kind, producer.name, producer.commune, producer.phone) == (
        "farm_household", "Điều nhà Hoa", people.commune, PHONE,
    )  # fmt: skip
    assert (household.head_name, household.hamlet, household.commune, household.phone, household.phone_owner) == (
        "Điểu Thị Hoa", people.hamlet, people.commune, PHONE, "own",
    )  # fmt: skip
    assert household.registered_by == people.users["hanh"]
    assert set(producer.consents.values_list("purpose", "basis", "given", "means", "recorded_by__username")) == {
        ("register", "state_management", True, "spoken", "hanh"),
        ("publication", "consent", True, "spoken", "hanh"),
        ("platform", "consent", False, "spoken", "hanh"),
        ("contact", "consent", False, "spoken", "hanh"),
    }
    slip = print_slip(household=household, by=people.viewer("hanh"))
    assert slip.phone == PHONE
    hoa = enter_with_code(username=PHONE, code=slip.code, new_password="ca-phe-sua-da")
    assert hoa.full_name == "Điểu Thị Hoa"
    assert list(producers_of(viewer_for(hoa))) == [producer]
    assert Membership.objects.get(user=hoa).right == "owner"
    assert not may_act_for(people.viewer("dung"), producer.pk)


def test_a_registered_business_and_no_selling_name(people: People) -> None:
    producer = producer_of(registered(people, has_business_registration=True))
    assert (producer.kind, producer.name) == ("business_household", "Điểu Thị Hoa")


def test_a_member_of_one_hamlet_has_only_that_hamlet(people: People, far_hamlet: Hamlet) -> None:
    next_hamlet = Hamlet.objects.create(commune=people.commune, name="Thôn 2")
    ended = Hamlet.objects.create(commune=people.commune, name="Thôn cũ", valid_to=clock.today())
    give_grant(
        user=people.users["dung"], role=Role.TEAM_MEMBER, unit=people.commune, hamlet=people.hamlet, given_by=SYSTEM
    )
    assert list(hamlets_of_team(people.viewer("dung"))) == [people.hamlet]
    assert list(hamlets_of_team(people.viewer("hanh"))) == [people.hamlet, next_hamlet]
    device = Device.enrolled(people, "dung")
    before = Household.objects.count()
    for hamlet in (next_hamlet, ended, far_hamlet):
        with pytest.raises(NotTaken):
            device.send(device.envelope(hamlet=hamlet.pk))
    assert Household.objects.count() == before
    registered(people, "dung")
    assert Household.objects.count() == before + 1


def test_with_an_ended_grant_nothing_can_be_registered(people: People) -> None:
    device = Device.enrolled(people, "hanh")
    Grant.objects.filter(user=people.users["hanh"]).update(
        valid_from=clock.today() - timedelta(days=30), valid_to=clock.today()
    )
    before = Household.objects.count()
    with pytest.raises(NotTaken):
        device.send(device.envelope())
    assert Household.objects.count() == before
    assert list(households_visible_to(people.viewer("hanh"))) == []


@pytest.mark.parametrize(("phone", "owner"), [(PHONE, "relative"), ("", "none")])
def test_without_a_phone_of_its_own_a_household_gets_no_log_in(people: People, phone: str, owner: str) -> None:
    users = User.objects.count()
    household = registered(people, phone=phone, phone_owner=owner)
    assert (User.objects.count(), EntryCode.objects.count()) == (users, 0)
    assert household.phone == (PHONE if owner == "relative" else "")


def test_a_phone_that_has_a_log_in_gets_no_second_and_hands_nothing_over(people: People) -> None:
    first = registered(people)
    slip = print_slip(household=first, by=people.viewer("hanh"))
    second = registered(people, head_name="Người khác")
    assert [user.phone for user in User.objects.exclude(phone_index="")] == [PHONE]
    assert EntryCode.objects.filter(used_at=None, expires_at__gt=clock.now()).count() == 1  # the first slip still works
    assert not Membership.objects.filter(producer=producer_of(second)).exists()
    assert enter_with_code(username=PHONE, code=slip.code, new_password="ca-phe-sua-da").phone == PHONE


def test_everybody_sees_the_households_they_should(people: People, far_hamlet: Hamlet) -> None:
    people.users["to-xa"] = User.objects.create_user(username="to-xa", password=None)
    give_grant(user=people.users["to-xa"], role=Role.TEAM_LEAD, unit=far_hamlet.commune, given_by=SYSTEM)
    registered(people, "to-xa", hamlet=far_hamlet.pk, head_name="Ở xa", phone="", phone_owner="none")
    registered(people)
    Household.objects.filter(head_name="Nguyễn Văn An").update(ended_on=clock.today())

    def heads(viewer: Viewer) -> list[str]:
        return [household.head_name for household in households_visible_to(viewer)]

    assert heads(SYSTEM) == ["Điểu Thị Hoa", "Ở xa"]
    is_near = far_hamlet.commune.parent_id == people.commune.parent_id
    assert {name: heads(people.viewer(name)) for name in ("an", "binh", "chi", "dung", "hanh", "phuong", "buu")} == {
        "an": [],
        "binh": [],
        "chi": ["Điểu Thị Hoa"],
        "dung": [],
        "hanh": ["Điểu Thị Hoa"],
        "phuong": ["Điểu Thị Hoa", "Ở xa"] if is_near else ["Điểu Thị Hoa"],
        "buu": [],
    }
    assert heads(viewer_for(AnonymousUser())) == []
