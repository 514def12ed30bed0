"""The second factor of staff: without it a session holds none of their rights, whichever way it tries."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.db import connection
from django.test import Client

from core.audit.models import AuditEntry
from core.people.actions import CodeRefused, issue_entry_code, make_api_token
from core.people.events import SignInCodeMade
from core.people.models import User
from core.people.queries import SYSTEM, viewer_by_token
from core.people.second_factor.actions import (
    end_second_factor,
    enrol_second_factor,
    renew_recovery_codes,
    unused_recovery_codes,
    use_second_factor,
)
from core.people.second_factor.queries import code_at, demo_codes, has_second_factor
from core.people.second_factor.rotation import rotate_secrets
from tests.core.people.signing import SECRET, app_code, by_password, by_phone, enrolled, signed_in_as, with_phone
from tests.people import PASSWORD, People

pytestmark = pytest.mark.django_db
STEP, ENROL = "/dang-nhap/buoc-hai/", "/tai-khoan/buoc-hai/"


@pytest.fixture
def chi(people: People) -> User:
    """The commune officer, with an app."""
    return enrolled(people.users["chi"])


@pytest.fixture
def quantri(people: People) -> User:
    """The operator, without one yet."""
    return User.objects.create_superuser(username="quantri", password=PASSWORD, full_name="Quản trị")


def opens(client: Client, path: str) -> bool:
    """Whether the page is shown."""
    return bool(client.get(path).status_code == 200)


@pytest.mark.parametrize(
    ("secret", "at", "code"),
    [("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59, "287082"), ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 1111111109, "081804"),
     ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 20000000000, "353130")],
)  # fmt: skip
def test_codes_are_those_of_rfc_6238(secret: str, at: int, code: str) -> None:
    assert code_at(secret, at // 30) == code


def test_password_then_code(client: Client, chi: User) -> None:
    answer = by_password(client, "chi", "/bang/")
    assert answer["location"] == STEP and signed_in_as(client) is None
    half = client.session.session_key
    answer = client.post(STEP, {"code": app_code(1)})
    assert (answer.status_code, answer["location"]) == (302, "/bang/")
    assert signed_in_as(client) == str(chi.pk) and client.session.session_key != half
    assert opens(client, "/bang/")


@pytest.mark.parametrize("way", ["phone", "paper"])
def test_other_ways_in_lead_to_the_same_step(client: Client, chi: User, codes: list[SignInCodeMade], way: str) -> None:
    if way == "phone":
        with_phone(chi)
        answer = by_phone(client, codes)
    else:
        code = issue_entry_code(user=chi, by=SYSTEM)
        answer = client.post("/dang-nhap/ma/", {"username": "chi", "code": code, "new_password": "lúa chín vàng"})
    assert answer["location"] == STEP and signed_in_as(client) is None
    assert not opens(client, "/bang/")


def test_half_a_sign_in_opens_nothing(client: Client, chi: User) -> None:
    by_password(client, "chi", "/bang/")
    for path in (
        "/bang/",
        "/tai-khoan/",
        "/tai-khoan/buoc-hai/",
        "/tai-khoan/mat-khau/",
        "/admin/",
        "/cms/",
        "/di-tiep/",
    ):
        answer = client.get(path)
        assert answer.status_code == 302 and answer["location"].startswith(
            ("/dang-nhap/", "/admin/login", "/cms/login")
        ), path
    assert client.get("/api/v1/indicators/I2any").status_code == 401
    assert client.post(ENROL, {"code": app_code(1)})["location"].startswith("/dang-nhap/")
    assert signed_in_as(client) is None and Authenticator.objects.filter(user=chi, type="totp").count() == 1


def test_the_step_is_only_for_who_gave_the_first_proof(client: Client, chi: User) -> None:
    assert client.get(STEP)["location"] == "/dang-nhap/"
    assert client.post(STEP, {"code": app_code(1)})["location"] == "/dang-nhap/"
    by_password(client, "chi", password="doan-mo")
    assert client.post(STEP, {"code": app_code(1)})["location"] == "/dang-nhap/"
    assert signed_in_as(client) is None


def test_half_a_sign_in_ends_after_a_quarter_of_an_hour_and_with_the_account(client: Client, chi: User) -> None:
    with time_machine.travel("2027-06-01T01:00:00Z", tick=False) as travel:
        by_password(client, "chi")
        travel.shift(timedelta(minutes=15, seconds=1))
        assert client.post(STEP, {"code": app_code()})["location"] == "/dang-nhap/"
        by_password(client, "chi")
        User.objects.filter(pk=chi.pk).update(is_active=False)
        assert client.post(STEP, {"code": app_code()})["location"] == "/dang-nhap/"
    assert signed_in_as(client) is None


def test_a_code_is_good_once_and_none_older(chi: User) -> None:
    """Enrolling has used the code of this half minute."""
    with pytest.raises(CodeRefused):
        use_second_factor(user=chi, code=app_code())
    use_second_factor(user=chi, code=app_code(1))
    for ahead in (-1, 0, 1, 2):
        with pytest.raises(CodeRefused):
            use_second_factor(user=chi, code=app_code(ahead))


@pytest.mark.parametrize(("ahead", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(people: People, ahead: int, good: bool) -> None:
    with time_machine.travel("2027-06-01T01:00:10Z", tick=False) as travel:
        chi = enrolled(people.users["chi"])
        travel.shift(timedelta(hours=1))
        code = app_code(ahead)
        if good:
            assert use_second_factor(user=chi, code=f"{code[:3]} {code[3:]}").user_id == chi.pk
        else:
            with pytest.raises(CodeRefused):
                use_second_factor(user=chi, code=code)


def test_a_recovery_code_is_good_once(client: Client, chi: User) -> None:
    first, second, *_ = unused_recovery_codes(chi)
    by_password(client, "chi")
    assert client.post(STEP, {"code": f"{first[:4]} {first[4:]}"})["location"] == "/di-tiep/"
    assert signed_in_as(client) == str(chi.pk) and opens(client, "/bang/")
    other = Client()
    by_password(other, "chi")
    assert other.post(STEP, {"code": first}).status_code == 200 and signed_in_as(other) is None
    assert len(unused_recovery_codes(chi)) == 9 and second in unused_recovery_codes(chi)
    new = renew_recovery_codes(user=chi)
    assert len(set(new)) == 10
    with pytest.raises(CodeRefused):
        use_second_factor(user=chi, code=second)


def test_somebody_elses_code_is_none(client: Client, chi: User, people: People) -> None:
    phuong = people.users["phuong"]
    other_secret = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"
    enrol_second_factor(user=phuong, secret=other_secret, code=app_code(secret=other_secret))
    by_password(client, "chi")
    for code in (app_code(1, other_secret), unused_recovery_codes(phuong)[0], "", "000000", "١٢٣٤٥٦"):
        client.post(STEP, {"code": code})
    assert signed_in_as(client) is None


def test_five_wrong_codes_are_enough_from_any_number_of_sessions(chi: User) -> None:
    with time_machine.travel("2027-06-01T01:00:10Z", tick=False) as travel:
        statuses = []
        for number in range(7):
            client = Client(REMOTE_ADDR=f"198.51.100.{number}")
            by_password(client, "chi")
            statuses.append(client.post(STEP, {"code": "000000"}).status_code)
        assert statuses == [200] * 5 + [429] * 2
        client = Client()
        by_password(client, "chi")
        assert client.post(STEP, {"code": app_code(1)}).status_code == 429  # a right one comes too late
        travel.shift(timedelta(minutes=15))
        by_password(client, "chi")
        assert client.post(STEP, {"code": app_code()}).status_code == 302


def test_thirty_wrong_codes_a_day_are_enough(chi: User) -> None:
    with time_machine.travel("2027-06-01T01:00:10Z", tick=False) as travel:
        tried = 0
        for _ in range(10):
            client = Client()
            by_password(client, "chi")
            tried += sum(client.post(STEP, {"code": "000000"}).status_code == 200 for _ in range(5))
            travel.shift(timedelta(minutes=16))
    assert tried == 30


def test_staff_without_a_second_factor_are_nobody_until_they_enrol(client: Client, people: People) -> None:
    phuong = people.users["phuong"]
    assert by_password(client, "phuong")["location"] == "/di-tiep/"
    assert signed_in_as(client) == str(phuong.pk)
    assert client.get("/di-tiep/")["location"] == ENROL
    assert client.get("/bang/")["location"] == f"{ENROL}?next=/bang/"
    assert "Vai trò của bạn cần bước hai" in client.get(ENROL).content.decode()
    assert opens(client, "/tai-khoan/")


def secret_on(page: Any) -> str:
    """The key as the page shows it to be typed."""
    found = re.search(r'id="secret">([A-Z2-7 ]+)<', page.content.decode())
    assert found is not None
    return found.group(1).replace(" ", "")


def test_enrolling_opens_this_session(client: Client, people: People) -> None:
    by_password(client, "phuong")
    secret = secret_on(client.get(f"{ENROL}?next=/bang/"))
    assert secret_on(client.get(f"{ENROL}?next=/bang/")) == secret  # a reload shows the same picture
    assert secret not in str(dict(client.session.items()))
    refused = client.post(f"{ENROL}?next=/bang/", {"code": "000000"})
    assert "Mã chưa đúng" in refused.content.decode() and not opens(client, "/bang/")
    answer = client.post(f"{ENROL}?next=/bang/", {"code": app_code(secret=secret)})
    assert answer["location"] == "/tai-khoan/buoc-hai/ma-du-phong/"
    page = client.get(answer["location"]).content.decode()
    assert page.count('<span class="code">') == 10 and 'href="/bang/"' in page
    assert opens(client, "/bang/")
    [entry] = AuditEntry.objects.filter(action="second_factor.enrolled")
    assert entry.actor_id == people.users["phuong"].pk


def test_secrets_are_not_readable_in_the_table(chi: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        raw = str(cursor.fetchall())
    assert SECRET not in raw and '"secret": "v1.' in raw.replace("\\", "") and '"seed": "v1.' in raw.replace("\\", "")


def test_a_session_from_before_enrolling_has_to_give_the_code(client: Client, people: People) -> None:
    by_password(client, "phuong")
    enrolled(people.users["phuong"])
    assert client.get("/bang/")["location"] == f"{ENROL}?next=/bang/"
    assert client.get(f"{ENROL}?next=/bang/")["location"] == "/tai-khoan/xac-nhan/?next=/bang/"
    assert "Mật khẩu" not in client.get("/tai-khoan/xac-nhan/").content.decode()
    client.post("/tai-khoan/xac-nhan/", {"password": PASSWORD, "next": "/bang/"})
    assert not opens(client, "/bang/")
    assert client.post("/tai-khoan/xac-nhan/", {"code": app_code(1), "next": "/bang/"})["location"] == "/bang/"
    assert opens(client, "/bang/")


@pytest.mark.parametrize(
    "door", ["/admin/", "/admin/core/user/", "/cms/", "/cms/pages/", "/cms/users/", "/cms/logout/"]
)
def test_the_operator_enters_no_back_office_without_it(client: Client, quantri: User, door: str) -> None:
    by_password(client, "quantri")
    assert signed_in_as(client) == str(quantri.pk)
    answer = client.get(door)
    assert (answer.status_code, answer["location"].split("?")[0]) == (302, ENROL)
    assert client.post(door).status_code == 302
    assert client.get("/bang/")["location"].startswith(ENROL)


def test_staff_of_the_tables_need_it_too(client: Client, people: People) -> None:
    User.objects.filter(username="dung").update(is_staff=True)
    by_password(client, "dung")
    assert client.get("/admin/")["location"].split("?")[0] == ENROL
    client.force_login(people.users["dung"])
    assert opens(client, "/admin/")


def test_the_operator_enters_with_it(client: Client, quantri: User) -> None:
    enrolled(quantri)
    by_password(client, "quantri")
    client.post(STEP, {"code": app_code(1)})
    assert [client.get(door).status_code for door in ("/admin/", "/cms/")] == [200, 200]


def test_a_page_editor_without_a_role_needs_it_too(client: Client, people: People) -> None:
    from django.contrib.auth.models import Permission

    dung = people.users["dung"]
    dung.user_permissions.add(Permission.objects.get(codename="access_admin"))
    by_password(client, "dung")
    assert client.get("/cms/")["location"].split("?")[0] == ENROL
    client.force_login(dung)
    assert opens(client, "/cms/")


def test_teams_sellers_and_buyers_need_none(people: People) -> None:
    for name, page in (("hanh", "/xa/ho/"), ("an", "/nguoi-ban/"), ("dung", "/nguoi-ban/")):
        client = Client()
        by_password(client, name)
        assert opens(client, page), name


def test_a_team_lead_who_is_also_staff_keeps_the_teams_work(client: Client, people: People) -> None:
    from core.people.actions import give_grant

    give_grant(user=people.users["hanh"], role="commune", unit=people.commune, given_by=SYSTEM)
    by_password(client, "hanh")
    assert opens(client, "/xa/ho/") and not opens(client, "/bang/")


def test_an_api_key_needs_none(people: People) -> None:
    key = make_api_token(user=people.users["phuong"], name="IOC", by=SYSTEM)
    assert viewer_by_token(key) == people.viewer("phuong")
    answer = Client().get("/api/v1/indicators/I2any", headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == 200


def test_the_proof_of_one_person_is_not_anothers(client: Client, chi: User, people: People) -> None:
    client.force_login(chi)
    session = client.session
    session["_auth_user_id"] = str(people.users["phuong"].pk)
    session["_auth_user_hash"] = people.users["phuong"].get_session_auth_hash()
    session.save()
    assert client.get("/bang/")["location"].startswith(ENROL)


def test_who_needs_it_cannot_end_it(client: Client, chi: User, people: People) -> None:
    client.force_login(chi)
    client.post("/tai-khoan/buoc-hai/tat/")
    assert has_second_factor(chi) and "không tắt được" in client.get("/tai-khoan/").content.decode()
    dung = enrolled(people.users["dung"])
    other = Client()
    by_password(other, "dung")
    other.post(STEP, {"code": app_code(1)})
    other.post("/tai-khoan/buoc-hai/tat/")
    assert not Authenticator.objects.filter(user=dung).exists()


def test_changing_it_asks_for_a_fresh_proof(client: Client, chi: User) -> None:
    with time_machine.travel("2027-06-01T01:00:10Z", tick=False) as travel:
        by_password(client, "chi")
        client.post(STEP, {"code": app_code()})
        assert opens(client, "/tai-khoan/buoc-hai/ma-du-phong/")
        before = unused_recovery_codes(chi)
        travel.shift(timedelta(minutes=10, seconds=1))
        for path in (
            "/tai-khoan/buoc-hai/ma-du-phong/",
            "/tai-khoan/buoc-hai/tat/",
            "/tai-khoan/mat-khau/",
            "/tai-khoan/dien-thoai/",
        ):
            answer = client.post(path, {"new_password": "x", "phone": "0912345678"})
            assert answer["location"] == "/tai-khoan/xac-nhan/?next=/tai-khoan/", path
        assert unused_recovery_codes(chi) == before
        client.post("/tai-khoan/xac-nhan/", {"code": app_code(), "next": "/tai-khoan/"})
        assert opens(client, "/tai-khoan/buoc-hai/ma-du-phong/")


def test_the_last_operator_is_helped_from_the_shell(client: Client, quantri: User) -> None:
    enrolled(quantri)
    by_password(client, "quantri")
    client.post(STEP, {"code": app_code(1)})
    call_command("reset_second_factor", "quantri")
    assert not has_second_factor(quantri) and not opens(client, "/tai-khoan/")


def test_the_demo_shows_codes_that_work_many_times_a_minute(people: People, settings: Any) -> None:
    settings.DEMO = True
    User.objects.filter(username="chi").update(is_demo=True, username="xa")
    chi = enrolled(User.objects.get(username="xa"))
    for _ in range(10):
        client = Client()
        assert demo_codes()["xa"] in client.get("/dang-nhap/").content.decode()
        by_password(client, "xa")
        shown = re.search(r'id="demo-code">(\d{6})<', client.get(STEP).content.decode())
        assert shown is not None
        assert client.post(STEP, {"code": shown.group(1)}).status_code == 302
        assert signed_in_as(client) == str(chi.pk)


def test_outside_the_demo_no_page_shows_a_code(client: Client, chi: User) -> None:
    User.objects.update(is_demo=True)
    assert demo_codes() == {}
    by_password(client, "chi")
    assert "demo-code" not in client.get(STEP).content.decode()


def test_demo_people_do_not_exist_in_production(client: Client, people: People, settings: Any) -> None:
    key = make_api_token(user=people.users["phuong"], name="IOC", by=SYSTEM)
    User.objects.filter(username="phuong").update(is_demo=True)
    settings.PRODUCTION = True
    by_password(client, "phuong")
    assert signed_in_as(client) is None
    assert viewer_by_token(key) is None


def test_ending_takes_app_and_recovery_codes(chi: User) -> None:
    code = unused_recovery_codes(chi)[0]
    end_second_factor(user=chi, by_id=None)
    for each in (code, app_code(1)):
        with pytest.raises(CodeRefused):
            use_second_factor(user=chi, code=each)


def test_secrets_come_under_a_new_field_key(chi: User, settings: Any) -> None:
    old, recovery = settings.FIELD_KEYS, unused_recovery_codes(chi)
    settings.FIELD_KEYS = ["mot-khoa-moi-dai-hon-ba-muoi-hai-ky-tu-0001", *old]
    before = list(Authenticator.objects.order_by("pk").values_list("data", flat=True))
    assert (rotate_secrets(True).stale, list(Authenticator.objects.order_by("pk").values_list("data", flat=True))) == (
        2,
        before,
    )
    outcome = rotate_secrets(False)
    assert (outcome.seen, outcome.changed, outcome.refused) == (2, 2, [])
    assert rotate_secrets(False).stale == 0
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    use_second_factor(user=chi, code=app_code(1))
    use_second_factor(user=chi, code=recovery[0])
    with pytest.raises(CodeRefused):
        use_second_factor(user=chi, code=recovery[0])
