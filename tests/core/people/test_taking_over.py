"""Nobody comes into another's account by giving a role, keeping a slip or a key, or opening a higher lock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from core.audit.models import AuditEntry
from core.desk.grants.actions import appoint, hand_out_slip
from core.kit import clock
from core.kit.encryption import decrypt
from core.people.account.actions import end_all_sessions, lock_person
from core.people.actions import enter_with_code, give_grant, issue_entry_code, make_person
from core.people.events import SignInCodeMade
from core.people.grants.actions import NotAllowed, end_grant
from core.people.helping.queries import people_for_slips, people_to_help
from core.people.keys.actions import KeyRefused, make_api_token
from core.people.models import EntryCode, Grant, LockReason, User
from core.people.queries import SYSTEM, viewer_by_token
from core.people.second_factor.actions import end_second_factor
from core.people.second_factor.queries import has_second_factor
from core.places.models import Unit
from market.orders.models import Purchase
from market.payments.models import Payment
from tests.core.people.signing import AN_PHONE, UNKNOWN_PHONE, app_code, by_password, by_phone, enrolled, with_phone
from tests.people import PASSWORD, People

pytestmark = pytest.mark.django_db
ENROL = "/tai-khoan/buoc-hai/"


def signed_in(people: People, name: str) -> Client:
    client = Client()
    client.force_login(people.users[name])
    return client


def appointed(people: People, login: str, name: str, by: str = "chi", role: str = "team_lead") -> Any:
    today = clock.today()
    return appoint(
        login=login, full_name=name, role=role, unit=people.commune, hamlet=None,
        valid_from=today, valid_to=today + timedelta(days=10), by=people.viewer(by),
    )  # fmt: skip


def helped(people: People, name: str) -> set[str]:
    return set(people_to_help(people.viewer(name)).values_list("username", flat=True))


def slips(people: People, name: str) -> set[str]:
    return set(people_for_slips(people.viewer(name)).values_list("username", flat=True))


# A role is no way into an account that was there before


@pytest.mark.parametrize("name", ["an", "dung"])
@pytest.mark.parametrize("giver", ["chi", "phuong"])
def test_giving_a_role_gives_no_slip_of_somebody_who_was_here(people: People, name: str, giver: str) -> None:
    person = people.users[name]
    assert appointed(people, name, person.full_name, by=giver).entry_code == ""
    client, before = signed_in(people, giver), AuditEntry.objects.count()
    assert client.post(f"/ban-viec/quyen/nguoi/{person.pk}/ma-vao/").status_code == 404
    assert not EntryCode.objects.exists() and AuditEntry.objects.count() == before
    assert "Làm phiếu vào mới" not in client.get(f"/ban-viec/quyen/nguoi/{person.pk}/").content.decode()


def test_the_page_says_how_they_sign_in(people: People) -> None:
    appointed(people, "dung", "Dung")
    page = signed_in(people, "chi").get(f"/ban-viec/quyen/nguoi/{people.users['dung'].pk}/").content.decode()
    assert "đã có tài khoản từ trước khi được cấp quyền" in page


def test_who_opened_the_log_in_hands_out_another_slip(people: People) -> None:
    done = appointed(people, UNKNOWN_PHONE, "Lê Văn Quý")
    assert done.entry_code and hand_out_slip(person=done.grant.user, by=people.viewer("chi"))
    end_grant(grant=done.grant, by=people.viewer("chi"), reason="Nghỉ")
    appointed(people, UNKNOWN_PHONE, "Lê Văn Quý")  # by now an account that was there before
    with pytest.raises(NotAllowed):
        hand_out_slip(person=done.grant.user, by=people.viewer("chi"))


def test_what_begins_tomorrow_counts_today(people: People) -> None:
    hanh = people.users["hanh"]
    assert "hanh" in slips(people, "chi")
    tomorrow = clock.today() + timedelta(days=1)
    give_grant(user=hanh, role="province", unit=people.commune.parent, given_by=SYSTEM, valid_from=tomorrow)
    assert "hanh" not in helped(people, "chi") | slips(people, "chi")


def test_back_office_staff_are_out_of_reach(people: People) -> None:
    hanh = people.users["hanh"]
    hanh.groups.add(Group.objects.get(name="Moderators"))
    assert "hanh" not in helped(people, "phuong")
    hanh.groups.clear()
    assert "hanh" in helped(people, "phuong")
    User.objects.filter(pk=hanh.pk).update(is_staff=True)
    assert "hanh" not in helped(people, "phuong")


def test_sellers_are_helped_by_their_province_only(people: People) -> None:
    an = people.users["an"]
    give_grant(user=an, role="team_lead", unit=people.commune, given_by=SYSTEM)
    assert "an" in helped(people, "phuong") and "an" not in helped(people, "chi") | slips(people, "chi")
    far = Unit.objects.filter(level="commune", valid_to=None).exclude(parent=people.commune.parent)[0]
    type(people.producer).objects.filter(pk=people.producer.pk).update(commune=far)
    assert "an" not in helped(people, "phuong")


def test_buyers_are_not_helped_by_a_commune(people: People) -> None:
    hanh, now = people.users["hanh"], clock.now()
    payment = Payment.objects.create(reference="x", amount=10_000, return_path="/", made_at=now)
    Purchase.objects.create(
        code="x", key="x", receiver_name="x", receiver_phone="x", receiver_address="x", payment=payment, total=1,
        placed_at=now, keep_until=now,
    )  # fmt: skip
    assert "hanh" in helped(people, "chi")  # somebody's order without a buyer changes nothing
    Purchase.objects.update(buyer=hanh)
    assert "hanh" not in helped(people, "chi") and "hanh" in helped(people, "phuong")


# A log-in under somebody's phone is theirs once they have answered it


@pytest.fixture
def quy(people: People) -> User:
    """A log-in that Hạnh made under a phone, and kept; later its person is appointed."""
    user = make_person(full_name="Lê Văn Quý", phone=AN_PHONE, by=people.viewer("hanh"))
    code = issue_entry_code(user=user, by=people.viewer("hanh"))
    enter_with_code(username=AN_PHONE, code=code, new_password=PASSWORD)
    give_grant(user=user, role="commune", unit=people.commune, given_by=SYSTEM)
    return user


def test_a_password_enrols_nothing_for_somebody_with_a_phone(quy: User) -> None:
    thief = Client()
    by_password(thief, AN_PHONE)
    answer = thief.get(ENROL)
    assert answer.status_code == 403 and "vào bằng mã gửi tới số" in answer.content.decode()
    assert "second_factor_pending" not in thief.session
    assert thief.post(ENROL, {"code": "000000"}).status_code == 403
    assert not has_second_factor(quy) and thief.get("/ban-viec/dang-nhap/").status_code == 302


def test_nor_does_a_slip(people: People, quy: User) -> None:
    thief, code = Client(), issue_entry_code(user=quy, by=people.viewer("hanh"))
    thief.post("/dang-nhap/ma/", {"username": AN_PHONE, "code": code, "new_password": "kẻ gian 12345 x"})
    assert thief.get("/tai-khoan/").status_code == 200 and thief.get(ENROL).status_code == 403


def test_nor_is_the_phone_changed_first(quy: User, codes: list[SignInCodeMade]) -> None:
    thief = Client()
    by_password(thief, AN_PHONE)
    assert thief.post("/tai-khoan/dien-thoai/", {"phone": UNKNOWN_PHONE}).status_code == 403
    assert thief.post("/tai-khoan/dien-thoai/ma/", {"code": "000000"}).status_code == 403
    quy.refresh_from_db()
    assert quy.phone == AN_PHONE and codes == []


def test_who_answers_the_phone_enrols(quy: User, codes: list[SignInCodeMade]) -> None:
    client = Client()
    by_phone(client, codes)
    assert client.get(ENROL).status_code == 200
    secret = decrypt(client.session["second_factor_pending"])
    client.post(ENROL, {"code": app_code(secret=secret)})
    assert has_second_factor(quy) and client.get("/ban-viec/dang-nhap/").status_code == 200


def test_others_change_their_phone_by_password_as_before(people: People) -> None:
    with_phone(people.users["an"])
    client = Client()
    by_password(client, "an")
    assert client.get("/tai-khoan/dien-thoai/").status_code == 200
    assert client.get(ENROL).status_code == 403


# Keys


def test_keys_end_with_what_they_were_made_with(people: People) -> None:
    chi = enrolled(people.users["chi"])

    def lives_after(what: Any) -> bool:
        key = make_api_token(user=chi, name="x", by=SYSTEM)
        assert viewer_by_token(key) is not None
        what()
        return viewer_by_token(key) is not None

    def slip() -> None:
        code = issue_entry_code(user=chi, by=SYSTEM)
        enter_with_code(username="chi", code=code, new_password="lúa chín vàng 7")

    assert lives_after(lambda: None)
    assert not lives_after(lambda: end_all_sessions(user=chi, by_id=chi.pk, with_devices=True))
    assert not lives_after(slip)
    assert not lives_after(lambda: end_second_factor(user=chi, by_id=None))


def test_a_helper_who_takes_the_second_factor_takes_the_keys(people: People) -> None:
    key = make_api_token(user=enrolled(people.users["chi"]), name="x", by=SYSTEM)
    signed_in(people, "phuong").post(f"/ban-viec/dang-nhap/{people.users['chi'].pk}/bo-buoc-hai/")
    assert viewer_by_token(key) is None


def test_a_key_never_grows(people: People) -> None:
    chi = people.users["chi"]
    key, before = make_api_token(user=chi, name="x", by=SYSTEM), people.viewer("chi").grants
    give_grant(user=chi, role="province", unit=people.commune.parent, given_by=SYSTEM)
    User.objects.filter(pk=chi.pk).update(is_superuser=True)
    viewer = viewer_by_token(key)
    assert viewer is not None and (viewer.grants, viewer.is_operator) == (before, False)
    grown = viewer_by_token(make_api_token(user=chi, name="y", by=SYSTEM))
    assert grown is not None and len(grown.grants) == 2 and not grown.is_operator


def test_an_operator_without_a_role_has_no_key_to_make(people: People) -> None:
    dung = people.users["dung"]
    User.objects.filter(pk=dung.pk).update(is_superuser=True)
    dung.refresh_from_db()
    with pytest.raises(KeyRefused, match="Quyền vận hành"):
        make_api_token(user=dung, name="x", by=people.viewer("dung"))
    assert not dung.api_tokens.exists()


# Locks


@pytest.fixture
def locked(people: People) -> User:
    """Hạnh, locked by her province."""
    lock_person(user=people.users["hanh"], reason=LockReason.BY_STAFF, by_id=people.users["phuong"].pk)
    return people.users["hanh"]


def open_by(people: People, name: str, who: User) -> bool:
    page = signed_in(people, name).post(f"/ban-viec/dang-nhap/{who.pk}/mo/", follow=True).content.decode()
    who.refresh_from_db()
    assert ("do cấp khác khóa" in page) is not who.is_active
    return who.is_active


def test_a_lower_officer_does_not_open_a_higher_lock(people: People, locked: User) -> None:
    before = AuditEntry.objects.count()
    assert not open_by(people, "chi", locked)
    assert (locked.lock_reason, AuditEntry.objects.count()) == (LockReason.BY_STAFF, before)
    page = signed_in(people, "chi").get(f"/ban-viec/dang-nhap/{locked.pk}/").content.decode()
    assert "Mở lại tài khoản" not in page
    assert open_by(people, "phuong", locked)


def test_the_operator_opens_every_lock(people: People, locked: User) -> None:
    people.users["q"] = User.objects.create_superuser(username="q", password=PASSWORD, full_name="Q")
    assert open_by(people, "q", locked)


def test_who_stands_above_opens_a_lower_lock(people: People) -> None:
    hanh = people.users["hanh"]
    lock_person(user=hanh, reason=LockReason.BY_STAFF, by_id=people.users["chi"].pk)
    assert open_by(people, "phuong", hanh) and hanh.locked_by_id is None
    lock_person(user=hanh, reason=LockReason.BY_STAFF, by_id=people.users["chi"].pk)
    assert open_by(people, "chi", hanh)
    lock_person(user=hanh, reason=LockReason.IDLE, by_id=None)
    assert open_by(people, "chi", hanh)


def test_nobody_below_opens_the_lock_of_somebody_who_left(people: People, locked: User) -> None:
    Grant.objects.filter(user=people.users["phuong"]).delete()
    assert not open_by(people, "chi", locked)
