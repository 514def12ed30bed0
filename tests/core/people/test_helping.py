"""Helping others to sign in: only those below oneself, in one's own area."""

from __future__ import annotations

import pytest
from django.test import Client

from core.audit.models import AuditEntry
from core.people.actions import give_grant
from core.people.devices.actions import trust_device
from core.people.devices.models import TrustedDevice
from core.people.helping.queries import people_to_help
from core.people.models import Grant, Role, User
from core.people.queries import NOBODY, SYSTEM
from core.people.second_factor.queries import has_second_factor
from core.places.models import Unit
from tests.core.people.signing import by_password, enrolled
from tests.people import PASSWORD, People

pytestmark = pytest.mark.django_db


@pytest.fixture
def everybody(people: People) -> People:
    """The standing people, a member of Hạnh's team, an auditor, an officer and a team elsewhere, two operators."""
    users = people.users
    next_door = Unit.objects.filter(level="commune", valid_to=None, parent=people.commune.parent).exclude(
        pk=people.commune.pk
    )[0]
    far = Unit.objects.filter(level="commune", valid_to=None).exclude(parent=people.commune.parent)[0]
    for name, role, unit in (
        ("tam", Role.TEAM_MEMBER, people.commune), ("kiem", Role.AUDITOR, None), ("ngan", Role.NATIONAL, None),
        ("canh", Role.COMMUNE, next_door), ("xa_to", Role.TEAM_LEAD, far), ("xa_tinh", Role.PROVINCE, far.parent),
    ):  # fmt: skip
        users[name] = User.objects.create_user(username=name, password=PASSWORD, full_name=name)
        hamlet = people.hamlet if role == Role.TEAM_MEMBER else None
        give_grant(user=users[name], role=role, unit=unit, hamlet=hamlet, given_by=SYSTEM)
    for name in ("quantri", "quantri2"):
        users[name] = User.objects.create_superuser(username=name, password=PASSWORD, full_name=name)
    return people


def test_everybody_helps_those_below_in_their_area(everybody: People) -> None:
    helped = {
        name: set(people_to_help(everybody.viewer(name)).values_list("username", flat=True))
        for name in ("quantri", "ngan", "phuong", "chi", "hanh", "tam", "kiem", "buu", "an")
    }
    everyone = set(User.objects.values_list("username", flat=True))
    assert helped == {
        "quantri": everyone - {"quantri"},
        "ngan": {"phuong", "xa_tinh", "chi", "canh", "hanh", "tam", "xa_to", "kiem", "buu"},
        "phuong": {"chi", "canh", "hanh", "tam"},
        "chi": {"hanh", "tam"},
        "hanh": {"tam"},
        "tam": set(), "kiem": set(), "buu": set(), "an": set(),
    }  # fmt: skip
    assert not people_to_help(NOBODY).exists()


def test_somebody_with_one_role_above_is_out_of_reach(everybody: People) -> None:
    give_grant(user=everybody.users["tam"], role=Role.AUDITOR, unit=None, given_by=SYSTEM)
    assert "tam" not in people_to_help(everybody.viewer("chi")).values_list("username", flat=True)
    Grant.objects.filter(user=everybody.users["tam"], role=Role.AUDITOR).delete()
    User.objects.filter(username="tam").update(is_superuser=True)
    assert "tam" not in people_to_help(everybody.viewer("chi")).values_list("username", flat=True)


def signed_in(people: People, name: str) -> Client:
    """A whole sign-in."""
    client = Client()
    client.force_login(people.users[name])
    return client


def test_a_lost_phone(everybody: People) -> None:
    chi = enrolled(everybody.users["chi"])
    trust_device(user=chi, secret="x", pin="280795", name="máy")
    chis = signed_in(everybody, "chi")
    phuong = signed_in(everybody, "phuong")
    assert "Đã đặt" in phuong.get(f"/ban-viec/dang-nhap/{chi.pk}/").content.decode()
    phuong.post(f"/ban-viec/dang-nhap/{chi.pk}/bo-buoc-hai/")
    assert not has_second_factor(chi) and chis.get("/tai-khoan/").status_code == 302
    assert not TrustedDevice.objects.filter(ended_at=None).exists()
    [entry] = AuditEntry.objects.filter(action="second_factor.ended")
    assert (entry.actor_id, entry.object_label) == (everybody.users["phuong"].pk, f"user:{chi.pk}")
    client = Client()
    by_password(client, "chi")
    assert client.get("/di-tiep/")["location"] == "/tai-khoan/buoc-hai/"  # with the password alone she is no officer


@pytest.mark.parametrize("name", ["hanh", "canh", "xa_tinh", "kiem", "buu", "an", "chi"])
def test_nobody_else_touches_chis_sign_in(everybody: People, name: str) -> None:
    chi = enrolled(everybody.users["chi"])
    device = trust_device(user=chi, secret="x", pin="280795", name="máy")
    client, before = signed_in(everybody, name), AuditEntry.objects.count()
    base = f"/ban-viec/dang-nhap/{chi.pk}/"
    assert client.get(base).status_code == 404
    for path in ("bo-buoc-hai/", "khoa/", "mo/", f"may/{device.pk}/bo/"):
        assert client.post(base + path).status_code == 404, path
    chi.refresh_from_db()
    assert has_second_factor(chi) and chi.is_active and AuditEntry.objects.count() == before
    assert TrustedDevice.objects.filter(ended_at=None).exists()


def test_the_list_finds_and_says(everybody: People) -> None:
    phuong = signed_in(everybody, "phuong")
    User.objects.filter(username="hanh").update(is_active=False, lock_reason="idle")
    page = phuong.get("/ban-viec/dang-nhap/").content.decode()
    assert "Chi" in page and "Đang khóa." in page and ">kiem<" not in page and "xa_to" not in page
    assert "Không có ai như vậy" in phuong.get("/ban-viec/dang-nhap/?q=kiem").content.decode()


def test_locking_and_opening(everybody: People) -> None:
    phuong, hanh = signed_in(everybody, "phuong"), everybody.users["hanh"]
    hanhs = signed_in(everybody, "hanh")
    base = f"/ban-viec/dang-nhap/{hanh.pk}/"
    assert "Hãy ghi lý do khóa" in phuong.post(base + "khoa/", {"words": " "}, follow=True).content.decode()
    hanh.refresh_from_db()
    assert hanh.is_active
    for _ in range(2):
        phuong.post(base + "khoa/", {"words": "mất  điện thoại"})
    assert "mất điện thoại" in AuditEntry.objects.get(action="person.locked").detail.text
    assert hanhs.get("/tai-khoan/").status_code == 302
    assert "Tài khoản đang bị khóa." in phuong.get(base).content.decode()
    phuong.post(base + "mo/")
    hanh.refresh_from_db()
    assert (hanh.is_active, hanh.lock_reason) == (True, "")
    words = AuditEntry.objects.filter(object_label=f"user:{hanh.pk}").order_by("pk").values_list("action", flat=True)
    assert list(words) == ["sessions.ended", "person.locked", "person.opened"]


def test_a_lost_device(everybody: People) -> None:
    hanh = everybody.users["hanh"]
    device = trust_device(user=hanh, secret="x", pin="280795", name="máy mất")
    chi = signed_in(everybody, "chi")
    base = f"/ban-viec/dang-nhap/{hanh.pk}/"
    assert "máy mất" in chi.get(base).content.decode()
    other = trust_device(user=everybody.users["phuong"], secret="y", pin="280795", name="máy")
    assert chi.post(f"{base}may/{other.pk}/bo/").status_code == 404
    chi.post(f"{base}may/{device.pk}/bo/")
    assert list(TrustedDevice.objects.filter(ended_at=None)) == [other]


def test_the_pages_cost_the_same_for_one_and_many(everybody: People, django_assert_max_num_queries: object) -> None:
    client = signed_in(everybody, "ngan")
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        assert client.get("/ban-viec/dang-nhap/").status_code == 200
