"""Codes, PINs and second factors under requests that come at once: first without the lock, then with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.people.actions import CodeRefused
from core.people.codes.actions import send_sign_in_code, use_sign_in_code
from core.people.codes.models import PhoneCode
from core.people.devices import actions as device_actions
from core.people.devices.actions import new_device_secret, trust_device, use_pin
from core.people.devices.models import TrustedDevice
from core.people.limits.actions import Limit, TooMany, count_try
from core.people.models import User
from core.people.second_factor import actions as factor_actions
from core.people.second_factor.actions import enrol_second_factor, unused_recovery_codes, use_second_factor
from tests.core.people.signing import AN_PHONE, SECRET, app_code
from tests.races.conftest import Gate, at_once, without_row_locks

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def an(committed_db: None) -> User:
    """An with a phone, committed."""
    user = User(username="an", full_name="An")
    user.phone = AN_PHONE
    user.set_unusable_password()
    user.save()
    return user


def came_in(job: Callable[[], Any]) -> Callable[[], bool]:
    """Whether the job was let through."""

    def run() -> bool:
        try:
            job()
        except (CodeRefused, TooMany):
            return False
        return True

    return run


def held_before_saving(monkeypatch: pytest.MonkeyPatch, model: type[Any]) -> Gate:
    """Both threads have read the row before either writes it, if nothing keeps one of them waiting."""
    gate, save = Gate(), model.save

    def slow_save(self: Any, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            gate()
        save(self, *args, **kwargs)

    monkeypatch.setattr(model, "save", slow_save)
    return gate


@pytest.mark.parametrize(("locked", "people_in"), [(False, 2), (True, 1)])
def test_a_code_is_used_once(an: User, monkeypatch: pytest.MonkeyPatch, locked: bool, people_in: int) -> None:
    sent = send_sign_in_code(phone=AN_PHONE)
    gate = held_before_saving(monkeypatch, PhoneCode)
    if not locked:
        without_row_locks(monkeypatch)
    job = came_in(lambda: use_sign_in_code(key=sent.key, code=sent.code))
    assert sum(at_once(job, job)) == people_in
    assert gate.met is not locked


@pytest.mark.parametrize(("locked", "tries"), [(False, 1), (True, 2)])
def test_every_wrong_code_counts(an: User, monkeypatch: pytest.MonkeyPatch, locked: bool, tries: int) -> None:
    """Without the lock two guesses count as one, so that five tries would be as many as one can send at once."""
    sent = send_sign_in_code(phone=AN_PHONE)
    held_before_saving(monkeypatch, PhoneCode)
    if not locked:
        without_row_locks(monkeypatch)
    job = came_in(lambda: use_sign_in_code(key=sent.key, code="x"))
    assert at_once(job, job) == [False, False]
    assert PhoneCode.objects.get().tries == tries


def test_twenty_guesses_at_once_are_five(an: User) -> None:
    sent = send_sign_in_code(phone=AN_PHONE)
    job = came_in(lambda: use_sign_in_code(key=sent.key, code="x"))
    assert not any(at_once(*[job] * 20))
    assert PhoneCode.objects.get().tries == 5


@pytest.mark.parametrize(("locked", "tries"), [(False, 1), (True, 2)])
def test_every_wrong_pin_counts(an: User, monkeypatch: pytest.MonkeyPatch, locked: bool, tries: int) -> None:
    secret = new_device_secret()
    device = trust_device(user=an, secret=secret, pin="280795", name="máy")
    held_before_saving(monkeypatch, TrustedDevice)
    if not locked:
        without_row_locks(monkeypatch)
    job = came_in(lambda: use_pin(secret=secret, device_id=device.pk, pin="905172"))
    assert at_once(job, job) == [False, False]
    assert TrustedDevice.objects.get().tries == tries


def test_twenty_pins_at_once_are_five_and_lock_it(an: User, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []
    monkeypatch.setattr(device_actions, "check_password", lambda typed, _: looked_at.append(typed) and False)
    secret = new_device_secret()
    device = trust_device(user=an, secret=secret, pin="280795", name="máy")
    job = came_in(lambda: use_pin(secret=secret, device_id=device.pk, pin="905172"))
    assert not any(at_once(*[job] * 20))
    assert len(looked_at) == 5 and TrustedDevice.objects.get().is_locked


@pytest.mark.parametrize(("locked", "people_in"), [(False, 2), (True, 1)])
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_a_second_factor_code_is_used_once(
    an: User, monkeypatch: pytest.MonkeyPatch, kind: str, locked: bool, people_in: int
) -> None:
    enrol_second_factor(user=an, secret=SECRET, code=app_code())
    code = app_code(1) if kind == "app" else unused_recovery_codes(an)[0]
    gate = held_before_saving(monkeypatch, factor_actions.Authenticator)
    if not locked:
        without_row_locks(monkeypatch)
    job = came_in(lambda: use_second_factor(user=an, code=code))
    assert sum(at_once(job, job)) == people_in
    assert gate.met is not locked


def test_two_tabs_enrol_one_app(an: User) -> None:
    answers = at_once(*[came_in(lambda: enrol_second_factor(user=an, secret=SECRET, code=app_code()))] * 2)
    assert sorted(answers) == [False, True]


def test_a_limit_holds_for_requests_at_once(an: User) -> None:
    job = came_in(lambda: count_try(Limit("bài thử", 5, 60), "an"))
    assert sum(at_once(*[job] * 16)) == 5
