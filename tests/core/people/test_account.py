"""My account: where I am signed in, signing out everywhere, password, phone; accounts that are locked."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.account.actions import end_all_sessions, lock_person, open_person
from core.people.account.jobs import lock_idle_staff, tidy
from core.people.account.queries import browser_words, open_sessions
from core.people.actions import make_api_token
from core.people.events import SignInCodeMade
from core.people.limits.actions import Limit
from core.people.limits.known import KNOWN_COOKIE, known_browser
from core.people.limits.models import Counted
from core.people.limits.rules import FAILURES_OF_ADDRESS
from core.people.models import LockReason, User
from core.people.queries import SYSTEM, viewer_by_token
from tests.core.people.signing import (
    AN_PHONE,
    UNKNOWN_PHONE,
    app_code,
    by_password,
    by_phone,
    enrolled,
    signed_in_as,
    with_phone,
)
from tests.people import PASSWORD, People

pytestmark = pytest.mark.django_db
ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-A055F) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36"
NEW = {"new_password": "lúa chín vàng 98", "again": "lúa chín vàng 98"}


def browser(name: str, agent: str = "") -> Client:
    """A browser in which this person has signed in by password."""
    client = Client(headers={"user-agent": agent})
    by_password(client, name)
    assert signed_in_as(client) is not None
    return client


def is_in(client: Client) -> bool:
    """Whether the account page opens."""
    return bool(client.get("/tai-khoan/").status_code == 200)


def test_i_see_where_i_am_signed_in(people: People) -> None:
    here, phone, dungs = browser("an"), browser("an", ANDROID), browser("dung")
    page = here.get("/tai-khoan/thiet-bi/").content.decode()
    assert "Chrome trên Android" in page and page.count("nơi bạn đang dùng") == 1
    assert [each.is_this_one for each in open_sessions(people.users["an"], here.session.session_key)] == [False, True]
    assert is_in(phone) and is_in(dungs)


def test_i_end_one(people: People) -> None:
    here, phone, dungs = browser("an"), browser("an", ANDROID), browser("dung")
    row = UserSession.objects.get(session_key=phone.session.session_key)
    assert dungs.post(f"/tai-khoan/thiet-bi/noi/{row.pk}/dang-xuat/").status_code == 404
    assert is_in(phone)
    here.post(f"/tai-khoan/thiet-bi/noi/{row.pk}/dang-xuat/")
    assert (is_in(here), is_in(phone), is_in(dungs)) == (True, False, True)


def test_i_sign_out_everywhere(people: People) -> None:
    here, phone, dungs = browser("an"), browser("an", ANDROID), browser("dung")
    UserSession.objects.filter(session_key=phone.session.session_key).delete()  # one that we know nothing of
    here.post("/tai-khoan/thiet-bi/moi-noi/dang-xuat/")
    assert (is_in(here), is_in(phone), is_in(dungs)) == (False, False, True)
    assert is_in(browser("an"))  # and may come back


def test_a_new_password_ends_the_other_sessions(people: People) -> None:
    here, phone = browser("an"), browser("an", ANDROID)
    key = here.session.session_key
    assert here.post("/tai-khoan/mat-khau/", NEW)["location"] == "/tai-khoan/"
    assert (is_in(here), is_in(phone)) == (True, False)
    assert here.session.session_key != key
    assert len(open_sessions(people.users["an"], None)) == 1
    client = Client()
    by_password(client, "an")
    assert signed_in_as(client) is None
    by_password(client, "an", password=NEW["new_password"])
    assert signed_in_as(client) == str(people.users["an"].pk)
    assert AuditEntry.objects.filter(action="password.changed", actor_id=people.users["an"].pk).count() == 1


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"new_password": "62839174"}, "Mật khẩu này chỉ có số nên dễ bị đoán. Hãy thêm chữ."),
        ({"new_password": "password1"}, "Mật khẩu này nhiều người dùng nên dễ bị đoán."),
        ({"new_password": "a"}, "Mật khẩu này ngắn quá. Hãy dùng ít nhất 8 ký tự."),
        ({"new_password": "lúa" * 43}, "Mật khẩu này dài quá. Hãy dùng nhiều nhất 128 ký tự."),
        ({"again": "khac-nhau-dai"}, "Hai lần gõ không giống nhau."),
    ],
)
def test_a_bad_password_changes_nothing_and_is_told_why(people: People, bad: dict[str, str], words: str) -> None:
    here, phone = browser("an"), browser("an", ANDROID)
    page = here.post("/tai-khoan/mat-khau/", NEW | bad).content.decode()
    assert words in page and "This password" not in page
    if "new_password" in bad:  # the first sign-in with a slip of paper says the same
        entry = {"username": "an", "code": "ABCD2345"} | bad
        assert words in Client().post("/dang-nhap/ma/", entry).content.decode()
    assert User.objects.get(username="an").check_password(PASSWORD) and is_in(phone)


def test_an_old_session_proves_itself_first(people: People) -> None:
    with time_machine.travel("2026-06-01T01:00:00Z", tick=False) as travel:
        here = browser("an")
        travel.shift(timedelta(minutes=11))
        assert here.get("/tai-khoan/mat-khau/")["location"] == "/tai-khoan/xac-nhan/?next=/tai-khoan/mat-khau/"
        wrong = [here.post("/tai-khoan/xac-nhan/", {"password": "doan-mo"}).status_code for _ in range(12)]
        assert wrong == [200] * 10 + [429] * 2
        travel.shift(timedelta(minutes=15))
        answer = here.post("/tai-khoan/xac-nhan/", {"password": PASSWORD, "next": "https://dung.example/"})
        assert answer["location"] == "/tai-khoan/"
        assert here.get("/tai-khoan/mat-khau/").status_code == 200


def test_a_session_ends_after_twelve_hours(people: People) -> None:
    with time_machine.travel("2026-06-01T01:00:00Z", tick=False) as travel:
        here = browser("an")
        travel.shift(timedelta(hours=11, minutes=59))
        assert is_in(here)
        travel.shift(timedelta(minutes=2))
        assert not is_in(here)


@pytest.mark.parametrize(
    "path",
    ["/tai-khoan/", "/tai-khoan/tin-nhan/", "/tai-khoan/quyen-cua-toi/", "/tai-khoan/khoa-api/", "/tai-khoan/ma-pin/",
     "/tai-khoan/du-lieu-cua-toi/", "/lam-thay/"],
)  # fmt: skip
def test_the_pages_of_my_account_have_one_frame(people: People, path: str) -> None:
    chi = Client()
    chi.force_login(people.users["chi"])  # a whole sign-in, so that she has her role and its pages
    answer = chi.get(path)
    page = answer.content.decode()
    assert answer.status_code == 200 and 'role="search"' not in page and 'href="/gio-hang"' not in page
    if path.startswith("/tai-khoan/") and path != "/tai-khoan/":
        assert '<a class="back" href="/tai-khoan/"' in page


def test_i_change_my_phone(people: People, codes: list[SignInCodeMade]) -> None:
    here = browser("an")
    assert here.get("/tai-khoan/dien-thoai/ma/")["location"] == "/tai-khoan/dien-thoai/"
    here.post("/tai-khoan/dien-thoai/", {"phone": UNKNOWN_PHONE})
    assert [each.phone for each in codes] == [UNKNOWN_PHONE]
    assert codes[0].is_new_phone
    page = here.get("/tai-khoan/dien-thoai/ma/").content.decode()
    assert "mã 6 số để đổi số điện thoại" in page and "có tài khoản" not in page
    assert "Mã chưa đúng. Còn thử được 4 lần." in here.post("/tai-khoan/dien-thoai/ma/", {"code": "1"}).content.decode()
    assert here.post("/tai-khoan/dien-thoai/ma/", {"code": codes[0].code})["location"] == "/tai-khoan/"
    page = here.get("/tai-khoan/").content.decode()
    assert "098… …321" in page and UNKNOWN_PHONE not in page and "0987654321" not in page
    other = Client()
    by_phone(other, codes, UNKNOWN_PHONE)
    assert signed_in_as(other) == str(people.users["an"].pk)


def test_a_phone_of_somebody_else_is_said_only_to_who_holds_it(people: People, codes: list[SignInCodeMade]) -> None:
    with_phone(people.users["dung"], UNKNOWN_PHONE)
    here = browser("an")
    here.post("/tai-khoan/dien-thoai/", {"phone": UNKNOWN_PHONE})
    assert "đang dùng cho một tài khoản khác" not in here.get("/tai-khoan/dien-thoai/ma/").content.decode()
    page = here.post("/tai-khoan/dien-thoai/ma/", {"code": codes[0].code}).content.decode()
    assert "đang dùng cho một tài khoản khác" in page
    assert User.objects.get(username="an").phone == ""


def test_whoever_is_signed_in_needs_no_sign_in_page(people: People) -> None:
    here = browser("an")
    for path in ("", "ma/", "dien-thoai/", "dien-thoai/ma/", "ma-pin/", "buoc-hai/"):
        assert here.get(f"/dang-nhap/{path}")["location"] == "/di-tiep/", path
        assert here.post(f"/dang-nhap/{path}", {"username": "dung", "password": PASSWORD})["location"] == "/di-tiep/"
    assert signed_in_as(here) == str(people.users["an"].pk)


@pytest.mark.parametrize("name", ["an", "khong-co-ai"])
def test_ten_wrong_passwords_are_enough_here(people: People, name: str) -> None:
    with time_machine.travel("2026-06-01T01:00:00Z", tick=False) as travel:
        statuses = [by_password(Client(), name, password="doan-mo").status_code for _ in range(12)]
        assert statuses == [200] * 10 + [429] * 2
        for written in (f" {name} ", name.upper(), " " * 149 + name):
            assert by_password(Client(), written, password="doan-mo").status_code == 429, written
        assert by_password(Client(), "dung").status_code == 302
        travel.shift(timedelta(minutes=15))
        assert by_password(Client(), "an").status_code == 302


@pytest.mark.parametrize("name", ["an", "khong-co-ai"])
def test_a_hundred_wrong_passwords_are_enough_from_everywhere(people: People, name: str) -> None:
    with time_machine.travel("2026-06-01T01:00:00Z", tick=False) as travel:
        statuses = [
            by_password(Client(REMOTE_ADDR=f"198.51.100.{number}"), name, password="doan-mo").status_code
            for number in range(102)
        ]
        assert statuses == [200] * 100 + [429] * 2
        travel.shift(timedelta(hours=1))
        assert by_password(Client(), "an").status_code == 302


@pytest.mark.parametrize("path", ["/dang-nhap/", "/dang-nhap/ma/"])
def test_no_limit_says_whose_phone_it_is(people: People, path: str) -> None:
    """Every spelling of a phone counts together, and never together with the name of its person."""
    learned = []
    for phone in (AN_PHONE, UNKNOWN_PHONE):
        spellings = [phone, f"0{phone[3:]}", f"+84 {phone[3:6]} {phone[6:]}", f"0{phone[3:6]}.{phone[6:]}"]
        with time_machine.travel("2026-06-01T01:00:00Z", tick=False):
            data = {"password": "doan-mo", "code": "AAAA-2222", "new_password": "lúa chín vàng 7"}
            tried = [spellings[number % 4] for number in range(12)] + ["an"]
            learned.append([Client().post(path, data | {"username": name}).status_code for name in tried])
        if phone == AN_PHONE:
            with_phone(people.users["dung"], AN_PHONE)  # only now it is somebody's
            Counted.objects.all().delete()
            with time_machine.travel("2026-06-01T01:00:00Z", tick=False):
                learned.append([Client().post(path, data | {"username": name}).status_code for name in tried])
            Counted.objects.all().delete()
    assert learned == [[200] * 10 + [429] * 2 + [200]] * 3


def test_strangers_do_not_shut_the_owner_out(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither from where they are, nor all together, nor from the same carrier address where the owner is known."""
    monkeypatch.setattr("core.people.views.FAILURES_OF_ADDRESS", Limit("bài thử", 30, 900))
    with_phone(people.users["an"])
    owner = browser("an")
    owner.post("/dang-xuat/")
    for name in ("an", "0912345678"):
        for _ in range(11):
            by_password(Client(REMOTE_ADDR="203.0.113.9"), name, password="doan-mo")
    assert by_password(Client(REMOTE_ADDR="198.51.100.7"), "an").status_code == 302
    for number in range(120):
        by_password(Client(REMOTE_ADDR=f"198.51.100.{number}"), "an", password="doan-mo")
    for number in range(40):
        by_password(Client(), f"ai-do-{number}", password="doan-mo")
    assert by_password(Client(), "an").status_code == 429
    for written in ("an", "0912 345 678"):
        assert by_password(owner, written).status_code == 302
        owner.post("/dang-xuat/")


def test_a_known_browser_guesses_no_more_than_another(people: People) -> None:
    with_phone(people.users["an"])
    owner = browser("an")
    owner.post("/dang-xuat/")
    statuses = [by_password(owner, "an", password="doan-mo").status_code for _ in range(12)]
    assert statuses == [200] * 10 + [429] * 2
    assert by_password(owner, "an").status_code == 429
    dungs = [by_password(owner, "dung", password="doan-mo").status_code for _ in range(12)]
    assert dungs == [200] * 10 + [429] * 2


def test_what_a_known_browser_keeps_is_out_of_reach_and_says_nothing(people: People) -> None:
    with_phone(people.users["an"])
    client = browser("an")
    cookie = client.cookies[KNOWN_COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    number, *marks = cookie.value.split(".")
    assert len(number) == 32 and len(marks) == 2 and "912345678" not in cookie.value

    def known(value: str, subject: str) -> bool:
        request = RequestFactory().get("/")
        request.COOKIES[KNOWN_COOKIE] = value
        return bool(known_browser(request, subject))

    assert known(cookie.value, "name:an") and known(cookie.value, f"phone:{AN_PHONE}")
    assert not known(cookie.value, "name:dung")
    assert not known(".".join(["0" * 32, *marks]), "name:an")  # a mark is worth nothing beside another number
    assert not any(known(value, "name:an") for value in ("", ".", number, f"{number}.", "x" * 9999))
    failed = by_password(Client(), "an", password="doan-mo")
    assert KNOWN_COOKIE not in failed.cookies


def test_half_a_sign_in_makes_no_browser_known(people: People) -> None:
    enrolled(people.users["chi"])
    client = Client()
    assert by_password(client, "chi")["location"] == "/dang-nhap/buoc-hai/"
    assert KNOWN_COOKIE not in client.cookies
    assert client.post("/dang-nhap/buoc-hai/", {"code": app_code(1)}).status_code == 302
    assert signed_in_as(client) and KNOWN_COOKIE in client.cookies


def test_a_shared_address_is_closed_by_very_many_failures_only() -> None:
    assert FAILURES_OF_ADDRESS.amount >= 500


def test_an_office_signs_in_all_morning(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.people.views.FAILURES_OF_ADDRESS", Limit("bài thử", 5, 900))
    assert [by_password(Client(), "an").status_code for _ in range(15)] == [302] * 15
    failed = [by_password(Client(), f"ai-do-{number}").status_code for number in range(7)]
    assert failed == [200] * 5 + [429] * 2


def test_the_twenty_first_browser_ends_the_first(people: People) -> None:
    first = browser("an")
    rest = [browser("an") for _ in range(19)]
    assert is_in(first)
    last = browser("an")
    assert (is_in(first), is_in(rest[0]), is_in(last)) == (False, True, True)
    assert UserSession.objects.filter(user=people.users["an"]).count() == 20


def test_a_locked_person_is_out_at_once_and_told_why_only_for_the_right_password(people: People) -> None:
    phuong, here = people.users["phuong"], browser("phuong")
    key = make_api_token(user=phuong, name="IOC", by=SYSTEM)
    lock_person(user=phuong, reason=LockReason.IDLE, by_id=None)
    assert not is_in(here) and viewer_by_token(key) is None
    wrong = by_password(Client(), "phuong", password="doan-mo").content.decode()
    right = by_password(Client(), "phuong").content.decode()
    assert "45 ngày" not in wrong and "Tên đăng nhập hoặc mật khẩu chưa đúng" in wrong
    assert "Tài khoản đã khóa vì 45 ngày không đăng nhập" in right
    open_person(user=User.objects.get(pk=phuong.pk), now=clock.now(), by_id=None)
    assert not is_in(here) and viewer_by_token(key) is None  # neither the old session nor the old key wakes up
    assert signed_in_as(browser("phuong")) == str(phuong.pk)


def test_staff_who_do_not_come_for_45_days_are_locked(people: People) -> None:
    User.objects.create_superuser(username="quantri", full_name="Quản trị")
    User.objects.filter(username="buu").update(is_demo=True)
    start = clock.now()
    with time_machine.travel(start + timedelta(days=44)):
        assert lock_idle_staff() == 0
        by_password(Client(), "chi")
    with time_machine.travel(start + timedelta(days=45, minutes=1)):
        assert (lock_idle_staff(), lock_idle_staff()) == (1, 0)
        locked = User.objects.filter(is_active=False)
        assert [(user.username, user.lock_reason) for user in locked] == [("phuong", "idle")]
        open_person(user=locked[0], now=clock.now(), by_id=None)
        assert lock_idle_staff() == 0
    assert (
        list(
            AuditEntry.objects.filter(action__startswith="person.").order_by("pk").values_list("action", flat=True)[:2]
        )
        != []
    )


def test_ending_all_sessions_leaves_nothing_known(people: People) -> None:
    browser("an")
    end_all_sessions(user=people.users["an"], by_id=None)
    assert not UserSession.objects.filter(user=people.users["an"]).exists()


def test_tidying_leaves_what_serves(people: People) -> None:
    with time_machine.travel(clock.now() - timedelta(days=2)):
        browser("an")
        by_password(Client(), "an", password="doan-mo")
    kept = browser("dung")
    assert tidy() >= 3
    assert Session.objects.count() == UserSession.objects.count() == 1 and is_in(kept)


@pytest.mark.parametrize(
    ("agent", "words"),
    [(ANDROID, "Chrome trên Android"), ("Mozilla/5.0 (iPhone) Version/18 Safari/604", "Safari trên iPhone"),
     ("Mozilla/5.0 (Windows NT 10.0) Gecko Firefox/140", "Firefox trên Windows"), ("curl/8", "Trình duyệt khác")],
)  # fmt: skip
def test_browsers_in_words(agent: str, words: str) -> None:
    assert browser_words(agent) == words


def test_phone_and_name_sign_in_alike(people: People) -> None:
    with_phone(people.users["an"])
    for written in ("an", AN_PHONE, "0912 345 678"):
        client = Client()
        by_password(client, written)
        assert signed_in_as(client) == str(people.users["an"].pk)
