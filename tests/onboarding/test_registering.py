"""Hạnh's team at the door: one household, one producer, one log-in, whatever the signal does."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.actions import enter_with_code, give_grant
from core.people.models import EntryCode, Grant, Role, User
from core.people.queries import SYSTEM, viewer_for
from core.places.models import Hamlet, Unit
from onboarding.consent.models import Consent, Purpose
from onboarding.consent.queries import has_consent
from onboarding.fieldwork.actions import NotYourHamlet, Registration, register_at_the_door
from onboarding.households.models import Household, ProductionLine
from onboarding.households.queries import hamlets_of_team, households_visible_to
from onboarding.producers.models import Membership, Producer
from onboarding.producers.queries import may_act_for, producers_of
from tests.people import People, make_people

PHONE = "+84912345678"


def heard(people: People, **changes: Any) -> Registration:
    """What was heard at Hồ Văn Lý's door."""
    return replace(
        Registration(
            record_id=uuid.uuid4(),
            head_name="Hồ Văn Lý",
            hamlet=people.hamlet,
            phone=PHONE,
            phone_owner="own",
            production={"trees": "2 ha điều", "livestock": "2 ha điều"},
            has_business_registration=False,
            selling_name="Điều nhà Lý",
            consents={"publication": True, "platform": False, "contact": False},
            means="spoken",
        ),
        **changes,
    )


def counts() -> list[int]:
    """How many rows there are of everything that a registration makes."""
    tables = (Household, ProductionLine, Producer, Membership, Consent, User, EntryCode, AuditEntry)
    return [table.objects.count() for table in tables]


@pytest.fixture
def far_hamlet(people: People) -> Hamlet:
    """A hamlet of the next commune."""
    commune = Unit.objects.filter(level="commune", valid_to=None).exclude(pk=people.commune.pk).order_by("pk")[0]
    return Hamlet.objects.create(commune=commune, name="Thôn xa")


def test_everything_is_stored_and_the_slip_opens_the_door(people: People) -> None:
    hanh = people.viewer("hanh")
    done = register_at_the_door(heard(people), by=hanh)
    producer = Producer.objects.get(pk=done.producer.pk)
    household = producer.household
    assert household is not None and done.is_new
    assert (producer.kind, producer.name, producer.commune, producer.phone) == (
        "farm_household",
        "Điều nhà Lý",
        people.commune,
        PHONE,
    )
    assert (household.head_name, household.hamlet, household.commune, household.phone, household.phone_owner) == (
        "Hồ Văn Lý",
        people.hamlet,
        people.commune,
        PHONE,
        "own",
    )
    assert household.registered_by == people.users["hanh"]
    assert set(household.production_lines.values_list("kind", "scale")) == {
        ("trees", "2 ha điều"),
        ("livestock", "2 ha điều"),
    }
    assert set(producer.consents.values_list("purpose", "basis", "given", "means", "recorded_by__username")) == {
        ("register", "state_management", True, "spoken", "hanh"),
        ("publication", "consent", True, "spoken", "hanh"),
        ("platform", "consent", False, "spoken", "hanh"),
        ("contact", "consent", False, "spoken", "hanh"),
    }
    ly = enter_with_code(username=PHONE, code=done.entry_code, new_password="ca-phe-sua-da")
    assert ly.full_name == "Hồ Văn Lý"
    assert list(producers_of(viewer_for(ly))) == [producer]
    assert Membership.objects.get(user=ly).right == "owner"
    assert not may_act_for(people.viewer("dung"), producer.pk)


def test_a_registered_business_and_no_selling_name(people: People) -> None:
    facts = heard(people, has_business_registration=True, selling_name="")
    producer = register_at_the_door(facts, by=people.viewer("hanh")).producer
    assert (producer.kind, producer.name) == ("business_household", "Hồ Văn Lý")


def test_the_same_form_again_changes_nothing_and_says_so(people: People) -> None:
    facts, hanh = heard(people), people.viewer("hanh")
    first = register_at_the_door(facts, by=hanh)
    before = counts()
    again = register_at_the_door(replace(facts, head_name="Tên khác"), by=hanh)
    assert (again.producer, again.is_new, again.entry_code) == (first.producer, False, "")
    assert counts() == before
    assert Household.objects.get(record_id=facts.record_id).head_name == "Hồ Văn Lý"


def test_two_sends_at_once_make_one_household(committed_db: None) -> None:
    people = make_people()
    facts, hanh = heard(people), people.viewer("hanh")
    before = counts()
    gate = threading.Barrier(2)
    outcomes: list[Any] = []

    def submit() -> None:
        try:
            gate.wait(10)
            outcomes.append(register_at_the_door(facts, by=hanh))
        except BaseException as problem:
            outcomes.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=submit) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcome.is_new for outcome in outcomes) == [False, True]
    assert len({outcome.producer.pk for outcome in outcomes}) == 1
    made = [after - earlier for after, earlier in zip(counts(), before, strict=True)]
    assert made[:7] == [1, 2, 1, 1, 4, 1, 1]


def test_a_hamlet_outside_the_team_is_refused_and_nothing_changes(people: People, far_hamlet: Hamlet) -> None:
    before = counts()
    with pytest.raises(NotYourHamlet):
        register_at_the_door(heard(people, hamlet=far_hamlet), by=people.viewer("hanh"))
    for name in ("an", "chi", "dung", "phuong", "buu"):  # an officer's desk is no team grant
        with pytest.raises(NotYourHamlet):
            register_at_the_door(heard(people), by=people.viewer(name))
    assert counts() == before


def test_a_member_of_one_hamlet_has_only_that_hamlet(people: People, far_hamlet: Hamlet) -> None:
    next_hamlet = Hamlet.objects.create(commune=people.commune, name="Thôn 2")
    ended = Hamlet.objects.create(commune=people.commune, name="Thôn cũ", valid_to=clock.today())
    dung = people.users["dung"]
    give_grant(user=dung, role=Role.TEAM_MEMBER, unit=people.commune, hamlet=people.hamlet, given_by=SYSTEM)
    assert list(hamlets_of_team(people.viewer("dung"))) == [people.hamlet]
    assert list(hamlets_of_team(people.viewer("hanh"))) == [people.hamlet, next_hamlet]
    for hamlet in (next_hamlet, ended, far_hamlet):
        with pytest.raises(NotYourHamlet):
            register_at_the_door(heard(people, hamlet=hamlet), by=people.viewer("dung"))
    assert register_at_the_door(heard(people), by=people.viewer("dung")).is_new


def test_with_an_ended_grant_nothing_can_be_registered(people: People) -> None:
    Grant.objects.filter(user=people.users["hanh"]).update(
        valid_from=clock.today() - timedelta(days=30), valid_to=clock.today()
    )
    with pytest.raises(NotYourHamlet):
        register_at_the_door(heard(people), by=people.viewer("hanh"))
    assert list(households_visible_to(people.viewer("hanh"))) == []


@pytest.mark.parametrize(("phone", "owner"), [(PHONE, "relative"), ("", "none"), (PHONE, "none")])
def test_without_a_phone_of_its_own_a_household_gets_no_log_in(people: People, phone: str, owner: str) -> None:
    users = User.objects.count()
    done = register_at_the_door(heard(people, phone=phone, phone_owner=owner), by=people.viewer("hanh"))
    assert (done.is_new, done.entry_code) == (True, "")
    assert (User.objects.count(), EntryCode.objects.count()) == (users, 0)
    household = Household.objects.get(pk=done.producer.household_id)
    assert household.phone == (PHONE if owner == "relative" else "")


def test_a_phone_that_has_a_log_in_gets_no_second_and_hands_nothing_over(people: People) -> None:
    first = register_at_the_door(heard(people), by=people.viewer("hanh"))
    second = register_at_the_door(heard(people, head_name="Người khác"), by=people.viewer("hanh"))
    assert (second.is_new, second.entry_code) == (True, "")
    assert [user.phone for user in User.objects.exclude(phone_index="")] == [PHONE]
    assert EntryCode.objects.filter(used_at=None, expires_at__gt=clock.now()).count() == 1  # the first slip still works
    assert not Membership.objects.filter(producer=second.producer).exists()
    assert enter_with_code(username=PHONE, code=first.entry_code, new_password="ca-phe-sua-da").phone == PHONE


def test_everybody_sees_the_households_they_should(people: People, far_hamlet: Hamlet) -> None:
    grown = User.objects.create_user(username="to-xa", password=None)
    give_grant(user=grown, role=Role.TEAM_LEAD, unit=far_hamlet.commune, given_by=SYSTEM)
    register_at_the_door(heard(people, hamlet=far_hamlet, head_name="Ở xa", phone="", phone_owner="none"),
                         by=viewer_for(grown))  # fmt: skip
    register_at_the_door(heard(people), by=people.viewer("hanh"))
    Household.objects.filter(head_name="Nguyễn Văn An").update(ended_on=clock.today())

    def heads(viewer: Any) -> list[str]:
        return [household.head_name for household in households_visible_to(viewer)]

    assert heads(SYSTEM) == ["Hồ Văn Lý", "Ở xa"]
    assert {name: heads(people.viewer(name)) for name in ("an", "binh", "chi", "dung", "hanh", "phuong", "buu")} == {
        "an": [],
        "binh": [],
        "chi": ["Hồ Văn Lý"],
        "dung": [],
        "hanh": ["Hồ Văn Lý"],
        "phuong": ["Hồ Văn Lý"] if far_hamlet.commune.parent_id != people.commune.parent_id else ["Hồ Văn Lý", "Ở xa"],
        "buu": [],
    }


# The page


@pytest.fixture
def hanh_page(client: Client, people: People) -> Client:
    """A browser in which Hạnh is signed in."""
    client.force_login(people.users["hanh"])
    return client


def answers(people: People, **changes: Any) -> dict[str, Any]:
    """The form as the browser sends it, without any consent ticked."""
    return {
        "record_id": str(uuid.uuid4()), "hamlet": people.hamlet.pk, "head_name": " Hồ  Văn Lý ", "phone_owner": "own",
        "phone": "912345678", "production": ["trees"], "scale": "2 ha", "registered": "no", "selling_name": "",
        "means": "spoken",
    } | changes  # fmt: skip


def test_no_consent_box_is_ticked_beforehand(hanh_page: Client) -> None:
    form = hanh_page.get("/thuc-dia/dang-ky/").context["form"]
    boxes = [field.name for field in form.consent_fields]
    assert boxes == ["consent_publication", "consent_platform", "consent_contact"]
    assert [box.as_widget() for box in form.consent_fields if "checked" in box.as_widget()] == []
    assert not form.is_bound


def test_the_page_stores_what_was_typed_and_shows_the_slip(hanh_page: Client, people: People) -> None:
    sent = answers(people, consent_publication="on")
    answer = hanh_page.post("/thuc-dia/dang-ky/", sent)
    assert (answer.status_code, answer["location"]) == (302, "/thuc-dia/da-dang-ky/")
    household = Household.objects.get(record_id=sent["record_id"])
    assert (household.head_name, household.phone) == ("Hồ Văn Lý", PHONE)
    producer = household.producers.get()
    given = {purpose: has_consent(producer, purpose) for purpose in Purpose}
    assert given == {
        Purpose.REGISTER: True,
        Purpose.PUBLICATION: True,
        Purpose.PLATFORM: False,
        Purpose.CONTACT: False,
    }
    code = hanh_page.get("/thuc-dia/da-dang-ky/").context["outcome"]["code"]
    assert code in hanh_page.get("/thuc-dia/da-dang-ky/").content.decode()  # a reload keeps it
    assert enter_with_code(username=PHONE, code=code, new_password="ca-phe-sua-da").full_name == "Hồ Văn Lý"


def test_a_second_tap_keeps_the_slip(hanh_page: Client, people: People) -> None:
    sent = answers(people)
    hanh_page.post("/thuc-dia/dang-ky/", sent)
    first = hanh_page.get("/thuc-dia/da-dang-ky/").context["outcome"]
    hanh_page.post("/thuc-dia/dang-ky/", sent)
    again = hanh_page.get("/thuc-dia/da-dang-ky/")
    assert first["is_new"] and not again.context["outcome"]["is_new"]
    assert "Không có gì bị ghi hai lần" in again.content.decode()
    assert again.context["outcome"]["code"] == first["code"] != ""
    assert Household.objects.filter(record_id=sent["record_id"]).count() == 1


def test_the_next_household_does_not_show_the_slip_of_the_last(hanh_page: Client, people: People) -> None:
    hanh_page.post("/thuc-dia/dang-ky/", answers(people))
    hanh_page.post("/thuc-dia/dang-ky/", answers(people, head_name="Mai Thị Na", phone_owner="none", phone=""))
    outcome = hanh_page.get("/thuc-dia/da-dang-ky/").context["outcome"]
    assert (outcome["name"], outcome["code"], outcome["phone"]) == ("Mai Thị Na", "", "")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"phone": "0912"}, "phone"),
        ({"phone": ""}, "phone"),
        ({"phone": "1900 6900"}, "phone"),
        ({"head_name": "\u200b\u200b"}, "head_name"),
        ({"head_name": "x" * 121}, "head_name"),
        ({"production": []}, "production"),
        ({"production": ["mining"]}, "production"),
        ({"registered": ""}, "registered"),
        ({"means": "online"}, "means"),  # nobody ticks for themselves at the door
        ({"record_id": "1"}, "record_id"),
        ({"phone_owner": "neighbour"}, "phone_owner"),
    ],
)
def test_an_error_keeps_what_was_typed_and_stores_nothing(
    hanh_page: Client, people: People, wrong: dict[str, Any], field: str
) -> None:
    before = counts()
    sent = answers(people, consent_contact="on", **{"scale": "ba sào tiêu", **wrong})
    answer = hanh_page.post("/thuc-dia/dang-ky/", sent)
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, [field])
    assert counts() == before
    page = answer.content.decode()
    assert 'value="ba sào tiêu"' in page and sent["record_id"] in page
    form = answer.context["form"]
    assert {box.name: "checked" in box.as_widget() for box in form.consent_fields} == {
        "consent_publication": False,
        "consent_platform": False,
        "consent_contact": True,
    }


def test_a_hamlet_elsewhere_is_no_choice_of_the_form(hanh_page: Client, people: People, far_hamlet: Hamlet) -> None:
    before = counts()
    answer = hanh_page.post("/thuc-dia/dang-ky/", answers(people, hamlet=far_hamlet.pk))
    assert list(answer.context["form"].errors) == ["hamlet"]
    assert counts() == before
    assert "Thôn xa" not in hanh_page.get("/thuc-dia/dang-ky/").content.decode()


@pytest.mark.parametrize("name", ["an", "dung", "chi", "phuong", "buu"])
def test_the_field_app_is_not_there_for_others(client: Client, people: People, name: str) -> None:
    client.force_login(people.users[name])
    before = counts()
    for address in ("/thuc-dia/", "/thuc-dia/dang-ky/", "/thuc-dia/da-dang-ky/"):
        assert client.get(address).status_code == 404
    assert client.post("/thuc-dia/dang-ky/", answers(people)).status_code == 404
    assert counts() == before


def test_the_page_of_the_team_hides_phones(hanh_page: Client, people: People) -> None:
    register_at_the_door(heard(people), by=people.viewer("hanh"))
    page = hanh_page.get("/thuc-dia/").content.decode()
    assert "Hồ Văn Lý" in page
    assert "912345678" not in page and "0912 345 678" not in page


def test_the_list_costs_the_same_for_one_and_many(
    hanh_page: Client, people: People, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    register_at_the_door(heard(people), by=people.viewer("hanh"))
    with django_assert_max_num_queries(20) as one:
        hanh_page.get("/thuc-dia/")
    for _ in range(12):
        register_at_the_door(heard(people, phone="", phone_owner="none"), by=people.viewer("hanh"))
    with django_assert_max_num_queries(len(one)):
        hanh_page.get("/thuc-dia/")
