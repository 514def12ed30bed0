"""A PIN on a device of the team: chosen name, six digits, five tries, thirty days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.test import Client

from core.people.actions import CodeRefused, give_grant
from core.people.devices.actions import check_pin, new_device_secret, remove_device, trust_device, use_pin
from core.people.devices.models import TrustedDevice
from core.people.devices.queries import DEVICE_COOKIE, members_of_device
from core.people.events import SignInCodeMade
from core.people.models import Grant, Role, User
from core.people.queries import SYSTEM
from tests.core.people.signing import by_password, by_phone, enrolled, signed_in_as, with_phone
from tests.people import People

pytestmark = pytest.mark.django_db
PIN, OTHER_PIN, SET, GIVE = "280795", "905172", "/tai-khoan/ma-pin/", "/dang-nhap/ma-pin/"
NEW = {"name": "máy của tổ", "pin": PIN, "again": PIN}


@pytest.fixture
def hanh(people: People) -> User:
    """The team lead, with a phone."""
    return with_phone(people.users["hanh"])


@pytest.fixture
def phone(hanh: User, codes: list[SignInCodeMade]) -> Client:
    """Hạnh's phone: she has set a PIN on it and signed out."""
    client = Client()
    by_phone(client, codes)
    assert client.post(SET, NEW)["location"] == "/tai-khoan/thiet-bi/"
    client.post("/dang-xuat/")
    assert signed_in_as(client) is None
    return client


def give(client: Client, pin: str, device: TrustedDevice | None = None) -> Any:
    """Choose a name and type a PIN."""
    return client.post(GIVE, {"device": (device or TrustedDevice.objects.get()).pk, "pin": pin})


def test_after_a_phone_code_a_pin_is_enough_here(phone: Client, hanh: User) -> None:
    assert "Mã PIN trên thiết bị này" in phone.get("/dang-nhap/").content.decode()
    assert give(phone, PIN)["location"] == "/di-tiep/"
    assert signed_in_as(phone) == str(hanh.pk)
    assert phone.get("/thuc-dia/").status_code == 200


def test_the_cookie_is_out_of_reach(phone: Client) -> None:
    cookie = phone.cookies[DEVICE_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 30 * 86_400)
    row = TrustedDevice.objects.get()
    assert cookie.value not in (row.device_hash, row.pin_hash) and PIN not in row.pin_hash
    assert not check_password(PIN, row.pin_hash)  # a stolen table is not enough to try the million PINs


def test_the_pin_is_worth_nothing_elsewhere(phone: Client, hanh: User) -> None:
    stranger = Client()
    assert "Mã PIN trên thiết bị này" not in stranger.get("/dang-nhap/").content.decode()
    assert give(stranger, PIN)["location"] == "/dang-nhap/"
    stranger.cookies[DEVICE_COOKIE] = new_device_secret()
    assert give(stranger, PIN)["location"] == "/dang-nhap/"
    stranger.cookies[DEVICE_COOKIE] = TrustedDevice.objects.get().device_hash  # what a stolen table holds
    assert give(stranger, PIN)["location"] == "/dang-nhap/"
    assert signed_in_as(stranger) is None
    assert TrustedDevice.objects.get().tries == 0  # nor can a stranger lock it


def test_five_wrong_pins_lock_it_until_a_phone_code(phone: Client, hanh: User, codes: list[SignInCodeMade]) -> None:
    for _ in range(5):
        assert "Mã PIN chưa đúng" in give(phone, OTHER_PIN).content.decode()
    assert give(phone, PIN).status_code == 200 and signed_in_as(phone) is None
    by_phone(phone, codes)
    assert "Đã khóa vì gõ sai 5 lần" in phone.get("/tai-khoan/thiet-bi/").content.decode()
    assert phone.post(SET, NEW | {"pin": OTHER_PIN, "again": OTHER_PIN}).status_code == 302
    phone.post("/dang-xuat/")
    [device] = TrustedDevice.objects.filter(ended_at=None)
    assert give(phone, OTHER_PIN, device).status_code == 302 and signed_in_as(phone) == str(hanh.pk)


def test_a_right_pin_forgets_the_wrong_ones(phone: Client) -> None:
    for _ in range(3):
        for _ in range(4):
            give(phone, OTHER_PIN)
        assert give(phone, PIN).status_code == 302
        phone.post("/dang-xuat/")


def test_thirty_days_after_the_last_use_it_ends(hanh: User) -> None:
    with time_machine.travel("2026-06-01T01:00:00Z", tick=False) as travel:
        secret = new_device_secret()
        device = trust_device(user=hanh, secret=secret, pin=PIN, name="máy")
        travel.shift(timedelta(days=29))
        assert use_pin(secret=secret, device_id=device.pk, pin=PIN) == hanh
        travel.shift(timedelta(days=29))
        assert use_pin(secret=secret, device_id=device.pk, pin=PIN) == hanh
        travel.shift(timedelta(days=30))
        assert list(members_of_device(secret)) == []
        with pytest.raises(CodeRefused):
            use_pin(secret=secret, device_id=device.pk, pin=PIN)


def test_a_shared_phone_has_a_name_for_each_member(phone: Client, people: People, codes: list[SignInCodeMade]) -> None:
    buu = with_phone(people.users["dung"], "+84912000111")
    give_grant(user=buu, role=Role.TEAM_MEMBER, unit=people.commune, hamlet=people.hamlet, given_by=SYSTEM)
    by_phone(phone, codes, "+84912000111")
    phone.post(SET, {"name": "máy chung", "pin": OTHER_PIN, "again": OTHER_PIN})
    phone.post("/dang-xuat/")
    page = phone.get(GIVE).content.decode()
    assert "Hanh" in page and "Dung" in page
    hanhs, dungs = TrustedDevice.objects.order_by("pk")
    assert give(phone, PIN, dungs).status_code == 200  # one member's PIN is not another's
    assert give(phone, OTHER_PIN, dungs).status_code == 302 and signed_in_as(phone) == str(buu.pk)
    assert hanhs.device_hash == dungs.device_hash


def test_only_after_a_phone_code(hanh: User) -> None:
    client = Client()
    by_password(client, "hanh")
    assert "đăng nhập bằng mã gửi đến điện thoại" in client.get(SET).content.decode()
    client.post(SET, NEW)
    assert not TrustedDevice.objects.exists()


def test_a_session_by_pin_sets_no_pin_and_proves_nothing(phone: Client) -> None:
    give(phone, PIN)
    phone.post(SET, NEW | {"pin": OTHER_PIN, "again": OTHER_PIN})
    assert TrustedDevice.objects.count() == 1
    assert phone.get("/tai-khoan/mat-khau/")["location"].startswith("/tai-khoan/xac-nhan/")


def test_only_for_the_team(people: People, codes: list[SignInCodeMade]) -> None:
    with_phone(people.users["an"])
    client = Client()
    by_phone(client, codes)
    for answer in (client.get(SET), client.post(SET, NEW)):
        words = answer.content.decode()
        assert answer.status_code == 200 and "chỉ dành cho tổ công nghệ số" in words and 'name="pin"' not in words
    assert not TrustedDevice.objects.exists()


def test_the_pin_ends_with_the_work(phone: Client, hanh: User) -> None:
    Grant.objects.filter(user=hanh).delete()
    assert give(phone, PIN).status_code == 200 and signed_in_as(phone) is None


def test_a_pin_is_no_second_factor(phone: Client, hanh: User, people: People) -> None:
    give_grant(user=hanh, role=Role.COMMUNE, unit=people.commune, given_by=SYSTEM)
    give(phone, PIN)
    assert phone.get("/bang/")["location"].startswith("/tai-khoan/buoc-hai/")
    assert phone.get("/tai-khoan/buoc-hai/")["location"].startswith("/tai-khoan/xac-nhan/")
    phone.post("/dang-xuat/")
    enrolled(hanh)
    assert give(phone, PIN)["location"] == "/dang-nhap/buoc-hai/" and signed_in_as(phone) is None


def test_a_removed_device_and_a_locked_person_are_out(phone: Client, hanh: User) -> None:
    device = TrustedDevice.objects.get()
    remove_device(device=device, by_id=None)
    remove_device(device=device, by_id=None)
    assert give(phone, PIN, device)["location"] == "/dang-nhap/"
    TrustedDevice.objects.update(ended_at=None)
    User.objects.filter(pk=hanh.pk).update(is_active=False)
    assert give(phone, PIN, device)["location"] == "/dang-nhap/"
    assert signed_in_as(phone) is None


def test_my_devices_are_mine_to_remove(phone: Client, people: People) -> None:
    device = TrustedDevice.objects.get()
    dung = Client()
    dung.force_login(people.users["dung"])
    assert dung.post(f"/tai-khoan/thiet-bi/may/{device.pk}/bo/").status_code == 404
    assert TrustedDevice.objects.filter(ended_at=None).exists()
    give(phone, PIN)
    phone.post(f"/tai-khoan/thiet-bi/may/{device.pk}/bo/")
    assert not TrustedDevice.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize("pin", ["12345", "1234567", "abcdef", "123456", "654321", "111111", "121212", "١٢٣٤٥٧", ""])
def test_pins_that_somebody_would_try_first_are_refused(pin: str) -> None:
    with pytest.raises(ValidationError):
        check_pin(pin)
