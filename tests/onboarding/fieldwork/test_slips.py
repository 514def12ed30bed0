"""Hạnh prints a slip of paper for who has no phone; it opens that log-in and no other."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.actions import CodeRefused, enter_with_code, give_grant, make_person
from core.people.models import EntryCode, Role, User
from core.people.queries import SYSTEM
from core.places.models import Hamlet, Unit
from onboarding.fieldwork.slips.actions import SlipRefused, print_slip
from onboarding.fieldwork.slips.rules import IN_USE, LOCKED, NO_PRODUCER, WORKS_HERE
from onboarding.households.actions import end_household, register_household
from onboarding.households.facts import HouseholdFacts
from onboarding.households.models import Household
from onboarding.producers.actions import add_member
from onboarding.producers.models import Membership, Producer
from tests.people import People, make_producer

PASSWORD = "ca-phe-sua-da"


@pytest.fixture
def home(people: People) -> Household:
    """A household without any phone, registered at its door."""
    household = make_producer("Hộ Mai Thị Na", people.hamlet).household
    assert household is not None
    return household


def address(household: Household) -> str:
    return f"/thuc-dia/phieu/{household.pk}/"


def counts() -> list[int]:
    return [table.objects.count() for table in (User, EntryCode, Membership, AuditEntry)]


def owner_of(household: Household) -> User:
    return User.objects.get(memberships__producer__household=household, memberships__right="owner")


def test_without_a_phone_the_slip_names_a_log_in_of_its_own(people: People, home: Household) -> None:
    slip = print_slip(household=home, by=people.viewer("hanh"))
    assert (slip.name, slip.username, slip.phone) == ("Mai Thị Na", f"ho-{home.pk}", "")
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", slip.code)
    entered = enter_with_code(username=slip.username, code=slip.code, new_password=PASSWORD)
    assert (entered.full_name, entered.phone) == ("Mai Thị Na", "")
    held = Membership.objects.get(user=entered)
    assert (held.producer.household_id, held.right, held.recorded_how) == (home.pk, "owner", "phiếu vào lần đầu")
    words = AuditEntry.objects.filter(actor_id=people.users["hanh"].pk).order_by("pk").values_list("action", flat=True)
    assert list(words)[-4:] == ["person.made", "membership.recorded", "entry_code.issued", "entry_slip.printed"]
    last = AuditEntry.objects.get(action="entry_slip.printed")
    assert (last.object_label, last.unit_code) == (f"household:{home.pk}", people.commune.code)


def test_printing_again_ends_the_slip_before(people: People, home: Household) -> None:
    first = print_slip(household=home, by=people.viewer("hanh"))
    second = print_slip(household=home, by=people.viewer("chi"))
    assert second.username == first.username and second.code != first.code
    with pytest.raises(CodeRefused):
        enter_with_code(username=first.username, code=first.code, new_password=PASSWORD)
    assert enter_with_code(username=second.username, code=second.code, new_password=PASSWORD) == owner_of(home)


@pytest.mark.parametrize(("owner", "theirs"), [("own", "+84912345678"), ("relative", "")])
def test_an_own_phone_is_the_name_a_relatives_never(people: People, home: Household, owner: str, theirs: str) -> None:
    home.phone, home.phone_owner = "+84912345678", owner
    home.save()
    assert print_slip(household=home, by=people.viewer("hanh")).phone == theirs
    assert owner_of(home).phone == theirs


def test_a_phone_that_somebody_signs_in_with_hands_nothing_over(people: People, home: Household) -> None:
    other = make_person(full_name="Người khác", phone="+84912345678", by=SYSTEM)
    home.phone, home.phone_owner = "+84912345678", "own"
    home.save()
    slip = print_slip(household=home, by=people.viewer("hanh"))
    assert (slip.phone, slip.username) == ("", f"ho-{home.pk}")
    assert owner_of(home) != other and not EntryCode.objects.filter(user=other).exists()


def test_a_taken_user_name_is_not_taken_over(people: People, home: Household) -> None:
    stranger = User.objects.create_user(username=f"ho-{home.pk}", password=PASSWORD)
    slip = print_slip(household=home, by=people.viewer("hanh"))
    assert slip.username.startswith("nguoi-") and not Membership.objects.filter(user=stranger).exists()


def make_owner(home: Household, **changes: Any) -> User:
    user = make_person(full_name="Mai Thị Na", by=SYSTEM)
    for name, value in changes.items():
        setattr(user, name, value)
    user.save()
    add_member(user=user, producer=Producer.objects.get(household=home), right="owner", by=SYSTEM, how="bài thử")
    return user


def test_a_log_in_that_is_in_use_gets_no_slip(people: People, home: Household) -> None:
    user = make_owner(home)
    user.set_password(PASSWORD)
    user.save()
    before = counts()
    with pytest.raises(SlipRefused, match=re.escape(IN_USE)):
        print_slip(household=home, by=people.viewer("hanh"))
    User.objects.filter(pk=user.pk).update(password="!", last_login=clock.now())  # came in with a code by phone
    with pytest.raises(SlipRefused, match=re.escape(IN_USE)):
        print_slip(household=home, by=people.viewer("chi"))
    assert counts() == before


def test_whoever_holds_a_grant_or_is_locked_out_gets_no_slip(people: People, home: Household) -> None:
    user = make_owner(home)
    give_grant(user=user, role=Role.TEAM_LEAD, unit=people.commune, given_by=SYSTEM)
    before = counts()
    with pytest.raises(SlipRefused, match=re.escape(WORKS_HERE)):
        print_slip(household=home, by=people.viewer("hanh"))
    User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(SlipRefused, match=re.escape(LOCKED)):
        print_slip(household=home, by=people.viewer("hanh"))
    assert counts() == before


def test_a_household_only_known_from_a_list_is_visited_first(client: Client, people: People) -> None:
    facts = HouseholdFacts("Ở trong danh sách", people.hamlet, phone_owner="none")
    listed = register_household(record_id=uuid.uuid4(), facts=facts, by=SYSTEM)
    before = counts()
    with pytest.raises(SlipRefused, match=re.escape(NO_PRODUCER)):
        print_slip(household=listed, by=people.viewer("hanh"))
    client.force_login(people.users["hanh"])
    assert NO_PRODUCER in client.get(address(listed)).content.decode()
    assert client.post(address(listed), follow=True).status_code == 200
    assert counts() == before


def test_outside_the_hamlet_there_is_no_such_page(client: Client, people: People, home: Household) -> None:
    commune = Unit.objects.filter(level="commune", valid_to=None).exclude(pk=people.commune.pk).order_by("pk")[0]
    far = make_producer("Hộ Ở Xa", Hamlet.objects.create(commune=commune, name="Thôn xa")).household
    gone = make_producer("Hộ Đã Đi", people.hamlet).household
    assert far is not None and gone is not None
    end_household(household=gone, reason="moved", by=SYSTEM)
    before = counts()
    for name in ("an", "binh", "dung", "phuong", "buu"):
        client.force_login(people.users[name])
        assert [client.get(address(home)).status_code, client.post(address(home)).status_code] == [404, 404], name
        with pytest.raises(PermissionError):
            print_slip(household=home, by=people.viewer(name))
    for name in ("hanh", "chi"):
        client.force_login(people.users[name])
        assert [client.post(address(each)).status_code for each in (far, gone)] == [404, 404]
        with pytest.raises(PermissionError):
            print_slip(household=far, by=people.viewer(name))
    assert counts() == before


def test_a_team_of_one_hamlet_prints_for_no_other(people: People, home: Household) -> None:
    elsewhere = Hamlet.objects.create(commune=people.commune, name="Thôn 9")
    give_grant(user=people.users["dung"], role=Role.TEAM_MEMBER, unit=people.commune, hamlet=elsewhere, given_by=SYSTEM)
    with pytest.raises(PermissionError):
        print_slip(household=home, by=people.viewer("dung"))


def test_the_page_shows_the_slip_until_the_next(client: Client, people: People, home: Household) -> None:
    client.force_login(people.users["hanh"])
    page = client.get(address(home)).content.decode()
    assert "Cấp mã và in phiếu" in page and not EntryCode.objects.exists()
    assert client.post(address(home))["location"] == address(home)
    shown = client.get(address(home))
    code = re.search(r'id="entry-code">([^<]+)<', shown.content.decode())
    assert code and f"ho-{home.pk}" in shown.content.decode() and "no-store" in shown["Cache-Control"]
    assert code[1] in client.get(address(home)).content.decode()  # a reload on a weak signal loses nothing
    assert code[1] not in str(dict(client.session.items()))
    other = make_producer("Hộ Hồ Văn Lý", people.hamlet).household
    assert other is not None
    assert "entry-code" not in client.get(address(other)).content.decode()
    client.post(address(other))
    assert "entry-code" not in client.get(address(home)).content.decode()
    assert enter_with_code(username=f"ho-{home.pk}", code=code[1], new_password=PASSWORD) == owner_of(home)
