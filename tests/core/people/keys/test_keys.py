"""API keys: Phương's program reads for her, with her rights, until the key ends."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.account.actions import lock_person, open_person
from core.people.grants.actions import end_grant
from core.people.keys.actions import KeyRefused, end_api_token, make_api_token
from core.people.keys.rules import MOST_KEYS
from core.people.models import ApiToken, Grant, LockReason
from core.people.queries import SYSTEM, viewer_by_token
from tests.people import People

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/indicators/I2any"


def signed_in(people: People, name: str) -> Client:
    client = Client()
    client.force_login(people.users[name])
    session = client.session
    session["account_authentication_methods"] += [{"method": "password", "at": time.time()}]
    session.save()
    return client


def call(key: str) -> int:
    return int(Client().get(ADDRESS, headers={"authorization": f"Bearer {key}"}).status_code)


def page_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def made_by(people: People, name: str) -> str:
    answer = signed_in(people, name).post(
        "/tai-khoan/khoa-api/moi/", {"name": "Bảng điều hành", "days": "365"}, follow=True
    )
    found = re.search(r'id="api-key">([^<]+)<', page_of(answer))
    assert found
    return found.group(1)


def test_a_key_is_shown_once_and_kept_as_a_hash(people: People) -> None:
    phuong = signed_in(people, "phuong")
    page = page_of(phuong.post("/tai-khoan/khoa-api/moi/", {"name": "Bảng điều hành", "days": "365"}, follow=True))
    found = re.search(r'id="api-key">([^<]+)<', page)
    assert found
    key = found.group(1)
    assert call(key) == 200
    again = page_of(phuong.get("/tai-khoan/khoa-api/"))
    assert key not in again and "Bảng điều hành" in again
    assert key not in str(ApiToken.objects.values_list().get()) and key not in str(dict(phuong.session))
    assert AuditEntry.objects.filter(action="api_token.made", actor_id=people.users["phuong"].pk).count() == 1


def test_it_lasts_a_year(people: People) -> None:
    key = made_by(people, "phuong")
    for days, answer in ((364, 200), (366, 401)):
        with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
            assert call(key) == answer


def test_it_never_has_more_rights_than_its_person(people: People) -> None:
    key = made_by(people, "chi")
    assert viewer_by_token(key) == people.viewer("chi")
    end_grant(grant=Grant.objects.get(user=people.users["chi"]), by=people.viewer("phuong"), reason="Chuyển")
    viewer = viewer_by_token(key)
    assert viewer is not None and viewer.grants == ()
    assert call(key) == 404


def test_locking_ends_it_for_good(people: People) -> None:
    key, chi = made_by(people, "chi"), people.users["chi"]
    lock_person(user=chi, reason=LockReason.BY_STAFF, by_id=people.users["phuong"].pk)
    assert call(key) == 401
    open_person(user=chi, now=clock.now(), by_id=people.users["phuong"].pk)
    assert call(key) == 401
    assert AuditEntry.objects.filter(action="api_token.ended").count() == 1


def test_ending_it_by_hand(people: People) -> None:
    key, chi = made_by(people, "chi"), signed_in(people, "chi")
    token = ApiToken.objects.get()
    before = (list(ApiToken.objects.values_list()), AuditEntry.objects.count())
    assert signed_in(people, "phuong").post(f"/tai-khoan/khoa-api/{token.pk}/ket-thuc/").status_code == 404
    with pytest.raises(PermissionError):
        end_api_token(token=token, by=people.viewer("phuong"))
    assert (list(ApiToken.objects.values_list()), AuditEntry.objects.count()) == before
    for _ in range(2):
        assert "Đã kết thúc khóa" in page_of(chi.post(f"/tai-khoan/khoa-api/{token.pk}/ket-thuc/", follow=True))
    assert call(key) == 401 and AuditEntry.objects.filter(action="api_token.ended").count() == 1


def test_its_use_is_noted_once_a_minute(people: People) -> None:
    key = made_by(people, "phuong")
    start = clock.now()

    def writes(seconds: float) -> int:
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            with CaptureQueriesContext(connection) as queries:
                assert call(key) == 200
            return sum("UPDATE" in query["sql"] for query in queries)

    assert [writes(second) for second in (0, 30, 59, 61, 70)] == [1, 0, 0, 1, 0]
    assert ApiToken.objects.get().last_used_at == start + timedelta(seconds=61)


def test_only_staff_have_keys(people: People) -> None:
    before = (ApiToken.objects.count(), AuditEntry.objects.count())
    for name in ("an", "binh", "dung", "hanh"):
        client = signed_in(people, name)
        assert client.get("/tai-khoan/khoa-api/").status_code == 404
        assert client.post("/tai-khoan/khoa-api/moi/", {"name": "x", "days": "365"}).status_code == 404
        assert "/tai-khoan/khoa-api/" not in page_of(client.get("/tai-khoan/"))
        with pytest.raises(PermissionError):
            make_api_token(user=people.users[name], name="x", by=people.viewer(name))
    with pytest.raises(PermissionError):  # nor for somebody else
        make_api_token(user=people.users["chi"], name="x", by=people.viewer("phuong"))
    assert (ApiToken.objects.count(), AuditEntry.objects.count()) == before
    assert "/tai-khoan/khoa-api/" in page_of(signed_in(people, "chi").get("/tai-khoan/"))


def test_there_is_an_end_to_how_many(people: People) -> None:
    for number in range(MOST_KEYS):
        make_api_token(user=people.users["chi"], name=f"Khóa {number}", by=SYSTEM)
    with pytest.raises(KeyRefused, match="kết thúc khóa không còn dùng"):
        make_api_token(user=people.users["chi"], name="Thêm", by=people.viewer("chi"))


def test_making_one_asks_for_a_fresh_proof(people: People) -> None:
    client = Client()
    client.force_login(people.users["chi"])  # signed in with a second factor once, but not just now by password
    answer = client.post("/tai-khoan/khoa-api/moi/", {"name": "x", "days": "30"})
    assert (answer.status_code, answer["location"]) == (302, "/tai-khoan/xac-nhan/?next=/tai-khoan/")
    assert not ApiToken.objects.exists()


def test_the_form_says_what_to_do(people: People) -> None:
    page = page_of(signed_in(people, "chi").post("/tai-khoan/khoa-api/moi/", {"name": "\u200b", "days": "9999"}))
    assert "Hãy đặt tên cho khóa" in page and not ApiToken.objects.exists()
