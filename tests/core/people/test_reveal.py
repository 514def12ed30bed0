"""Masked numbers, and the look at the whole number that leaves a mark."""

from __future__ import annotations

import pytest
from django.test import Client

from core.audit.models import AuditEntry
from core.people.actions import give_grant
from core.people.models import Role
from core.people.queries import NOBODY, SYSTEM
from core.people.reveal.actions import NotForYou, reveal
from core.people.reveal.registry import Revealable, register_revealable
from core.places.models import Hamlet, Unit
from market.orders.actions import Receiver, place_purchase
from market.orders.models import Purchase
from onboarding.households.models import Household
from tests.market.buying import attempt_for, notice, send_ipn
from tests.people import People, make_listing, make_producer, make_shop

pytestmark = pytest.mark.django_db
PHONE, SHOWN = "+84912345678", "0912 345 678"


@pytest.fixture
def household(people: People) -> Household:
    """An's household, with a phone."""
    found = people.producer.household
    assert found is not None
    found.phone, found.phone_owner = PHONE, "own"
    found.save()
    return found


def marks() -> list[tuple[int | None, str, str]]:
    rows = AuditEntry.objects.filter(action="field.revealed").order_by("pk")
    return list(rows.values_list("actor_id", "object_label", "unit_code"))


def test_the_team_shows_it_with_a_press(client: Client, people: People, household: Household) -> None:
    hanh = people.users["hanh"]
    client.force_login(hanh)
    address = f"/hien-so/household-phone/{household.pk}/"
    assert client.get(address).status_code == 405 and marks() == []
    answer = client.post(address, {"back": "/thuc-dia/"})
    assert SHOWN in answer.content.decode() and 'href="/thuc-dia/"' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert marks() == [(hanh.pk, f"household:{household.pk}", people.commune.code)]


def test_who_may_see_the_phone_of_a_household(people: People, household: Household) -> None:
    give_grant(user=people.users["dung"], role=Role.AUDITOR, unit=None, given_by=SYSTEM)
    may = {}
    for name in people.users:
        try:
            may[name] = reveal(code="household-phone", number=household.pk, by=people.viewer(name)).text
        except NotForYou:
            may[name] = ""
    assert may == {
        "an": "", "binh": "", "dung": "", "buu": "", "chi": PHONE, "hanh": PHONE, "phuong": PHONE,
    }  # fmt: skip
    assert {actor for actor, _, _ in marks()} == {people.users[name].pk for name in ("chi", "hanh", "phuong")}


def test_officers_of_one_area_who_audit_another_do_not_call_there(people: People) -> None:
    far = Unit.objects.filter(level="commune", valid_to=None).exclude(parent=people.commune.parent).order_by("pk")[0]
    there = make_producer("Hộ Xa", Hamlet.objects.create(commune=far, name="Thôn xa")).household
    assert there is not None
    there.phone, there.phone_owner = PHONE, "own"
    there.save()
    give_grant(user=people.users["chi"], role=Role.AUDITOR, unit=None, given_by=SYSTEM)
    with pytest.raises(NotForYou):
        reveal(code="household-phone", number=there.pk, by=people.viewer("chi"))
    assert marks() == []


@pytest.mark.parametrize("address", ["household-phone/999999", "no-such-thing/1", "household-phone/0"])
def test_what_is_not_there_looks_like_what_is_not_yours(client: Client, people: People, address: str) -> None:
    client.force_login(people.users["chi"])
    assert client.post(f"/hien-so/{address}/").status_code == 404
    assert marks() == []


def test_an_empty_value_is_not_there(people: People) -> None:
    household = people.producer.household
    assert household is not None and household.phone == ""
    with pytest.raises(NotForYou):
        reveal(code="household-phone", number=household.pk, by=people.viewer("chi"))


def test_nobody_and_the_system_see_nothing(people: People, household: Household) -> None:
    for viewer in (NOBODY, SYSTEM):
        with pytest.raises(NotForYou):
            reveal(code="household-phone", number=household.pk, by=viewer)


def test_opening_the_address_shows_nothing(client: Client, people: People, household: Household) -> None:
    client.force_login(people.users["chi"])
    assert client.get(f"/hien-so/household-phone/{household.pk}/").status_code == 405
    assert marks() == []


def test_the_way_back_leads_to_our_own_pages_only(client: Client, people: People, household: Household) -> None:
    client.force_login(people.users["chi"])
    for mad in ("https://dung.example/", "//dung.example", "javascript:alert(1)"):
        page = client.post(f"/hien-so/household-phone/{household.pk}/", {"back": mad}).content.decode()
        assert mad not in page and 'href="/di-tiep/"' in page


def test_if_it_cannot_be_noted_it_is_not_shown(people: People, household: Household) -> None:
    def broken(*_: object) -> None:
        raise LookupError

    register_revealable("test-broken", Revealable("Số thử", broken))  # type: ignore[arg-type]
    with pytest.raises(LookupError):
        reveal(code="test-broken", number=1, by=people.viewer("chi"))
    assert marks() == []


def test_the_seller_sees_the_receivers_phone_masked_until_pressed(client: Client, people: People) -> None:
    shop = make_shop(people)
    order = place_purchase(
        wanted=[(make_listing(shop), 1)],
        receiver=Receiver("Lan", "+84903111222", "12 Lê Lợi", people.commune),
        by=NOBODY,
    )
    send_ipn(notice(attempt_for(order)))
    assert Purchase.objects.get().state == "paid"
    client.force_login(people.users["an"])
    own = order.orders.get()
    page = client.get(f"/nguoi-ban/don-hang/{own.code}").content.decode()
    assert "090… …222" in page and "0903 111 222" not in page and "12 Lê Lợi" in page
    address = f"/hien-so/order-phone/{own.pk}/"
    assert "0903 111 222" in client.post(address).content.decode()
    assert marks() == [(people.users["an"].pk, f"shop_order:{own.pk}", "")]
    client.force_login(people.users["dung"])
    assert client.post(address).status_code == 404
