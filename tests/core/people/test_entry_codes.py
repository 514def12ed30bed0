"""The one-time code on the slip of paper."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client

from core.audit.models import AuditEntry
from core.kit import clock
from core.people import actions
from core.people.actions import CodeRefused, enter_with_code, issue_entry_code, make_person
from core.people.models import EntryCode, User
from core.people.queries import SYSTEM

pytestmark = pytest.mark.django_db

PHONE, NEW = "+84912345678", "ca-phe-sua-da"


@pytest.fixture
def ly() -> User:
    """A person who has never signed in."""
    return make_person(phone=PHONE, full_name="Hồ Văn Lý", by=SYSTEM)


def wrong(code: str) -> str:
    """A code of the same shape that is not this one."""
    return ("B" if code[0] == "A" else "A") + code[1:]


def state() -> list[object]:
    """What must not change when somebody is turned away, but for the counted tries."""
    people = list(User.objects.order_by("pk").values_list("pk", "password"))
    return [people, list(EntryCode.objects.values_list("pk", "used_at")), AuditEntry.objects.count()]


def test_the_right_code_sets_the_password_once(ly: User) -> None:
    code = issue_entry_code(user=ly, by=SYSTEM)
    assert enter_with_code(username=PHONE, code=code, new_password=NEW) == ly
    ly.refresh_from_db()
    assert ly.check_password(NEW)
    assert AuditEntry.objects.filter(action="entry_code.used", actor_id=ly.pk).count() == 1
    before = state()
    with pytest.raises(CodeRefused):
        enter_with_code(username=PHONE, code=code, new_password="mat-khau-cua-dung")
    assert state() == before


def test_the_code_may_be_typed_as_people_type(ly: User) -> None:
    code = issue_entry_code(user=ly, by=SYSTEM)
    typed = f" {code.replace('-', ' ').lower()} "
    assert enter_with_code(username=PHONE, code=typed, new_password=NEW) == ly


def test_the_code_is_nowhere_in_the_table(ly: User) -> None:
    code = issue_entry_code(user=ly, by=SYSTEM)
    [row] = EntryCode.objects.values_list()
    assert code.replace("-", "") not in str(row) and code not in str(row)


def test_twenty_wrong_tries_use_it_up_even_for_the_right_code(ly: User) -> None:
    code = issue_entry_code(user=ly, by=SYSTEM)
    before = state()
    for _ in range(20):
        with pytest.raises(CodeRefused):
            enter_with_code(username=PHONE, code=wrong(code), new_password=NEW)
    with pytest.raises(CodeRefused):
        enter_with_code(username=PHONE, code=code, new_password=NEW)
    assert state() == before
    assert EntryCode.objects.get().tries == 20


def test_the_twentieth_try_may_still_be_right(ly: User) -> None:
    code = issue_entry_code(user=ly, by=SYSTEM)
    for _ in range(19):
        with pytest.raises(CodeRefused):
            enter_with_code(username=PHONE, code=wrong(code), new_password=NEW)
    assert enter_with_code(username=PHONE, code=code, new_password=NEW) == ly


def test_every_refusal_costs_one_hash(ly: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the time would say that there is a person, a slip, or a used-up one."""
    made: list[str] = []
    code = issue_entry_code(user=ly, by=SYSTEM)
    for name, answer in (("make_password", "x"), ("check_password", False)):
        monkeypatch.setattr(actions, name, lambda *_, answer=answer: made.append("hash") or answer)
    costs = set()
    for name in [PHONE] * 23 + ["+84987654321", "ai-do"]:
        made.clear()
        with pytest.raises(CodeRefused):
            enter_with_code(username=name, code=wrong(code), new_password=NEW)
        costs.add(len(made))
    assert costs == {1} and EntryCode.objects.get().tries == 20


def test_it_lasts_seven_days(ly: User) -> None:
    code = issue_entry_code(user=ly, by=SYSTEM)
    with time_machine.travel(clock.now() + timedelta(days=7, seconds=1)), pytest.raises(CodeRefused):
        enter_with_code(username=PHONE, code=code, new_password=NEW)
    with time_machine.travel(clock.now() + timedelta(days=6, hours=23)):
        assert enter_with_code(username=PHONE, code=code, new_password=NEW) == ly


def test_a_new_code_ends_the_one_before(ly: User) -> None:
    first = issue_entry_code(user=ly, by=SYSTEM)
    second = issue_entry_code(user=ly, by=SYSTEM)
    with pytest.raises(CodeRefused):
        enter_with_code(username=PHONE, code=first, new_password=NEW)
    assert enter_with_code(username=PHONE, code=second, new_password=NEW) == ly


def test_a_code_opens_only_its_own_persons_door(ly: User) -> None:
    dung = make_person(username="dung", full_name="Dũng", by=SYSTEM)
    issue_entry_code(user=dung, by=SYSTEM)
    code = issue_entry_code(user=ly, by=SYSTEM)
    with pytest.raises(CodeRefused):
        enter_with_code(username="dung", code=code, new_password=NEW)


@pytest.mark.parametrize("password", ["ngan", "12345678901", "password123"])
def test_a_weak_password_costs_no_try(ly: User, password: str) -> None:
    code = issue_entry_code(user=ly, by=SYSTEM)
    for _ in range(6):
        with pytest.raises(ValidationError):
            enter_with_code(username=PHONE, code=code, new_password=password)
    assert EntryCode.objects.get().tries == 0
    assert enter_with_code(username=PHONE, code=code, new_password=NEW) == ly


def test_the_page_says_the_same_to_a_wrong_code_and_an_unknown_name(client: Client, ly: User) -> None:
    code = issue_entry_code(user=ly, by=SYSTEM)
    pages = []
    for username, typed in (("0912 345 678", wrong(code)), ("0987 654 321", wrong(code))):
        answer = client.post("/dang-nhap/ma/", {"username": username, "code": typed, "new_password": NEW})
        assert answer.status_code == 200
        pages.append(answer.context["form"].errors)
    assert pages[0] == pages[1] and set(pages[0]) == {"code"}
    assert "_auth_user_id" not in client.session


def test_the_page_signs_the_person_in_under_any_spelling_of_the_phone(client: Client, ly: User) -> None:
    code = issue_entry_code(user=ly, by=SYSTEM)
    answer = client.post("/dang-nhap/ma/", {"username": "912345678", "code": code, "new_password": NEW})
    assert (answer.status_code, answer["location"]) == (302, "/di-tiep/")
    assert client.session["_auth_user_id"] == str(ly.pk)


def test_somebody_locked_out_cannot_come_back_by_code(client: Client, ly: User) -> None:
    code = issue_entry_code(user=ly, by=SYSTEM)
    User.objects.filter(pk=ly.pk).update(is_active=False)
    before = state()
    with pytest.raises(CodeRefused):
        enter_with_code(username=PHONE, code=code, new_password=NEW)
    assert state() == before
