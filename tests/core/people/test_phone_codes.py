"""Signing in with a code sent to the phone: five tries, five minutes, one use, and no word about whose phone it is."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.kit import clock
from core.people.actions import CodeRefused
from core.people.codes.actions import (
    PhoneTaken,
    clear_old_codes,
    send_new_phone_code,
    send_sign_in_code,
    set_phone,
    use_new_phone_code,
    use_sign_in_code,
)
from core.people.codes.models import PhoneCode
from core.people.events import SignInCodeMade
from core.people.limits.models import Counted
from core.people.models import User
from tests.core.people.signing import AN_PHONE, UNKNOWN_PHONE, by_phone, page_without_tokens, signed_in_as, with_phone
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def an(people: People) -> User:
    """An, whose phone is known."""
    return with_phone(people.users["an"])


def wrong(code: str) -> str:
    """Six other digits."""
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_code_signs_its_person_in_once(client: Client, an: User, codes: list[SignInCodeMade]) -> None:
    answer = by_phone(client, codes, "0912 345 678")
    assert (answer.status_code, answer["location"]) == (302, "/di-tiep/")
    assert signed_in_as(client) == str(an.pk)
    assert [(each.phone, len(each.code)) for each in codes] == [(AN_PHONE, 6)]
    with pytest.raises(CodeRefused):
        use_sign_in_code(key=PhoneCode.objects.get().key, code=codes[0].code)


def test_signing_in_gives_the_session_a_new_key_and_goes_where_the_person_wanted(
    client: Client, an: User, codes: list[SignInCodeMade]
) -> None:
    client.post("/dang-nhap/dien-thoai/", {"phone": AN_PHONE, "next": "/nguoi-ban/?x=1"})
    before = client.session.session_key
    answer = client.post("/dang-nhap/dien-thoai/ma/", {"code": codes[0].code})
    assert answer["location"] == "/nguoi-ban/?x=1"
    assert client.session.session_key != before


@pytest.mark.parametrize("wanted", ["https://dung.example/", "//dung.example", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_host(client: Client, an: User, codes: list[SignInCodeMade], wanted: str) -> None:
    client.post("/dang-nhap/dien-thoai/", {"phone": AN_PHONE, "next": wanted})
    assert client.post("/dang-nhap/dien-thoai/ma/", {"code": codes[0].code})["location"] == "/di-tiep/"


def test_five_wrong_tries_use_a_code_up(an: User) -> None:
    sent = send_sign_in_code(phone=AN_PHONE)
    for _ in range(4):
        with pytest.raises(CodeRefused):
            use_sign_in_code(key=sent.key, code=wrong(sent.code))
    assert use_sign_in_code(key=sent.key, code=f" {sent.code[:3]} {sent.code[3:]} ") == an  # the fifth may be right
    again = send_sign_in_code(phone=AN_PHONE)
    for _ in range(5):
        with pytest.raises(CodeRefused):
            use_sign_in_code(key=again.key, code=wrong(again.code))
    with pytest.raises(CodeRefused):
        use_sign_in_code(key=again.key, code=again.code)
    assert PhoneCode.objects.get(key=again.key).tries == 5


def test_a_code_ends_after_five_minutes(an: User) -> None:
    with time_machine.travel("2026-06-01T01:00:00Z", tick=False) as travel:
        early, late = send_sign_in_code(phone=AN_PHONE), send_sign_in_code(phone=AN_PHONE)
        travel.shift(timedelta(minutes=4, seconds=59))
        assert use_sign_in_code(key=early.key, code=early.code) == an
        travel.shift(timedelta(seconds=1))
        with pytest.raises(CodeRefused):
            use_sign_in_code(key=late.key, code=late.code)


def test_a_code_works_only_in_the_session_that_asked(an: User, codes: list[SignInCodeMade]) -> None:
    an_browser, other = Client(), Client()
    an_browser.post("/dang-nhap/dien-thoai/", {"phone": AN_PHONE})
    other.post("/dang-nhap/dien-thoai/", {"phone": UNKNOWN_PHONE})
    other.post("/dang-nhap/dien-thoai/ma/", {"code": codes[0].code})
    assert signed_in_as(other) is None
    nobody = Client()
    assert nobody.post("/dang-nhap/dien-thoai/ma/", {"code": codes[0].code})["location"] == "/dang-nhap/dien-thoai/"
    an_browser.post("/dang-nhap/dien-thoai/ma/", {"code": codes[0].code})
    assert signed_in_as(an_browser) == str(an.pk)


def test_the_code_is_nowhere_in_the_table_or_the_session(client: Client, an: User, codes: list[SignInCodeMade]) -> None:
    client.post("/dang-nhap/dien-thoai/", {"phone": AN_PHONE})
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM core_phonecode")
        raw = str(cursor.fetchall())
    assert codes[0].code not in raw and AN_PHONE not in raw and AN_PHONE[3:] not in raw
    assert codes[0].code not in str(dict(client.session.items()))
    assert codes[0].code not in client.get("/dang-nhap/dien-thoai/ma/").content.decode()


def test_the_demo_shows_the_code_and_says_that_it_is_one(client: Client, an: User, settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    for phone in (AN_PHONE, UNKNOWN_PHONE):
        client.post("/dang-nhap/dien-thoai/", {"phone": phone})
        page = client.get("/dang-nhap/dien-thoai/ma/").content.decode()
        assert "Bản dùng thử không gửi tin nhắn. Mã là" in page


def asked_and_tried(phone: str) -> tuple[list[object], list[int]]:
    """What a stranger learns of a phone: statuses, addresses and pages, and how many questions the database got."""
    client = Client()
    learned: list[object] = []
    counts = []
    for path, data in (
        ("/dang-nhap/dien-thoai/", {"phone": phone}),
        ("/dang-nhap/dien-thoai/ma/", {"code": "000000"}),
        ("/dang-nhap/dien-thoai/ma/", {"code": "hết giờ"}),
        *[("/dang-nhap/dien-thoai/ma/", {"code": "000000"})] * 4,
    ):
        with CaptureQueriesContext(connection) as captured:
            answer = client.post(path, data)
        counts.append(len(captured))
        learned.append((answer.status_code, answer.get("location"), page_without_tokens(answer)))
    learned.append(page_without_tokens(client.get("/dang-nhap/dien-thoai/ma/")))
    return learned, counts


def test_nothing_says_whether_a_phone_is_known(an: User, people: People, codes: list[SignInCodeMade]) -> None:
    locked = with_phone(people.users["dung"], "+84912000678")
    User.objects.filter(pk=locked.pk).update(is_active=False)
    # All three end in the same digits, so that what is shown of them is the same.
    unknown = asked_and_tried("+84912999678")
    said = re.findall(r"Còn thử được \d lần|đã gõ sai 5 lần", "".join(str(page) for page in unknown[0]))
    assert list(dict.fromkeys(said)) == [f"Còn thử được {left} lần" for left in (4, 3, 2, 1)] + ["đã gõ sai 5 lần"]
    assert asked_and_tried(AN_PHONE) == unknown
    assert asked_and_tried("+84912000678") == unknown
    assert [each.phone for each in codes] == [AN_PHONE]  # and only An's phone has rung


def test_a_request_for_a_code_is_never_answered_early(
    client: Client, an: User, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("core.people.codes.views.time.sleep", slept.append)
    settings.SIGN_IN_FLOOR = 30.0  # type: ignore[attr-defined]
    for phone in (AN_PHONE, UNKNOWN_PHONE):
        client.post("/dang-nhap/dien-thoai/", {"phone": phone})
    assert len(slept) == 2 and all(25 < seconds <= 30 for seconds in slept)


def test_a_phone_gets_five_codes_in_a_quarter_of_an_hour_whoever_asks(an: User, codes: list[SignInCodeMade]) -> None:
    for phone, sent in ((AN_PHONE, 5), (UNKNOWN_PHONE, 0)):
        with time_machine.travel("2026-06-01T01:00:00Z", tick=False) as travel:
            answers = [
                Client(REMOTE_ADDR=f"203.0.113.{number}").post("/dang-nhap/dien-thoai/", {"phone": phone})
                for number in range(7)
            ]
            assert [answer.status_code for answer in answers] == [302] * 5 + [429] * 2
            assert answers[-1]["Retry-After"] == "900"
            assert "hãy chờ 15 phút" in answers[-1].content.decode()
            assert len(codes) == sent
            travel.shift(timedelta(minutes=15))
            assert Client().post("/dang-nhap/dien-thoai/", {"phone": phone}).status_code == 302
        codes.clear()
    assert PhoneCode.objects.count() == 12


def test_strangers_cannot_use_up_all_codes_of_a_phone(people: People, an: User, codes: list[SignInCodeMade]) -> None:
    """One address gets six a day, all together eight; four more are for browsers the phone has signed in from."""

    def ask(client: Client, phone: str = AN_PHONE) -> int:
        return client.post("/dang-nhap/dien-thoai/", {"phone": phone}).status_code

    with time_machine.travel("2026-06-01T01:00:00Z", tick=False) as travel:
        owner = Client()
        by_phone(owner, codes)
        owner.post("/dang-xuat/")
        travel.shift(timedelta(days=2))
        for phone in (AN_PHONE, UNKNOWN_PHONE):
            statuses = []
            for _ in range(10):
                statuses.append(ask(Client(REMOTE_ADDR="203.0.113.9"), phone))
                travel.shift(timedelta(minutes=16))
            assert statuses == [302] * 6 + [429] * 4
            elsewhere = [ask(Client(REMOTE_ADDR=f"198.51.100.{number}"), phone) for number in range(9)]
            assert elsewhere == [302] * 2 + [429] * 7
        assert by_phone(owner, codes).status_code == 302 and signed_in_as(owner) == str(an.pk)
        owner.post("/dang-xuat/")
        assert [ask(owner) for _ in range(5)] == [302] * 3 + [429] * 2
        assert ask(owner, UNKNOWN_PHONE) == 429  # nobody else's codes
        assert len([each for each in codes if each.phone == AN_PHONE]) == 1 + 12


def test_a_burnt_shared_address_does_not_keep_a_code_out(an: User, codes: list[SignInCodeMade]) -> None:
    client = Client()
    for number in range(120):
        client.post("/dang-nhap/", {"username": f"ai-do-{number}", "password": "x"})
    by_phone(client, codes)
    assert signed_in_as(client) == str(an.pk)


def test_one_address_cannot_ask_for_the_codes_of_a_whole_village(people: People) -> None:
    client = Client()
    answers = [client.post("/dang-nhap/dien-thoai/", {"phone": f"09120001{number:02}"}) for number in range(42)]
    assert [answer.status_code for answer in answers] == [302] * 40 + [429] * 2
    assert Client(REMOTE_ADDR="203.0.113.9").post("/dang-nhap/dien-thoai/", {"phone": "0912000199"}).status_code == 302


def test_guessing_over_sessions_and_addresses_ends_with_the_codes(an: User, codes: list[SignInCodeMade]) -> None:
    """Five codes of five tries: after twenty-five guesses nobody gets further, from wherever they come."""
    tries = 0
    for number in range(20):
        guesser = Client(REMOTE_ADDR=f"198.51.100.{number}")
        guesser.post("/dang-nhap/dien-thoai/", {"phone": AN_PHONE})
        for _ in range(7):
            if codes and guesser.session.get("phone_code"):
                guesser.post("/dang-nhap/dien-thoai/ma/", {"code": wrong(codes[-1].code)})
        tries = sum(PhoneCode.objects.values_list("tries", flat=True))
    assert (tries, PhoneCode.objects.count()) == (25, 5)


def test_somebody_locked_after_asking_does_not_come_in(client: Client, an: User, codes: list[SignInCodeMade]) -> None:
    client.post("/dang-nhap/dien-thoai/", {"phone": AN_PHONE})
    User.objects.filter(pk=an.pk).update(is_active=False)
    client.post("/dang-nhap/dien-thoai/ma/", {"code": codes[0].code})
    assert signed_in_as(client) is None


def test_a_phone_changes_with_a_code_sent_to_the_new_one(people: People) -> None:
    dung = people.users["dung"]
    sent = send_new_phone_code(user=dung, phone=UNKNOWN_PHONE)
    with pytest.raises(CodeRefused):  # a code for one purpose serves no other, and no other person
        use_sign_in_code(key=sent.key, code=sent.code)
    with pytest.raises(CodeRefused):
        use_new_phone_code(user=people.users["binh"], key=sent.key, code=sent.code)
    again = send_new_phone_code(user=dung, phone=UNKNOWN_PHONE)
    use_new_phone_code(user=dung, key=again.key, code=again.code)
    assert User.objects.get(pk=dung.pk).phone == UNKNOWN_PHONE


def test_a_phone_is_one_persons(an: User, people: People) -> None:
    with pytest.raises(PhoneTaken):
        set_phone(user=people.users["dung"], phone=AN_PHONE, by_id=None)
    assert list(User.objects.exclude(phone_index="").values_list("username", flat=True)) == ["an"]


def test_old_codes_are_forgotten(an: User) -> None:
    with time_machine.travel(clock.now() - timedelta(days=1, minutes=1)):
        send_sign_in_code(phone=AN_PHONE)
    send_sign_in_code(phone=AN_PHONE)
    assert clear_old_codes() == 1 and PhoneCode.objects.count() == 1


def test_counts_hold_no_phone_and_no_address(client: Client, an: User) -> None:
    client.post("/dang-nhap/dien-thoai/", {"phone": AN_PHONE})
    raw = str(list(Counted.objects.values_list()))
    assert Counted.objects.count() == 4 and AN_PHONE[1:] not in raw and "127.0.0.1" not in raw
