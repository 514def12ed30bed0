"""Two sendings at once. What protects them is first taken away, to show that the race is real."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from core.people.models import User
from onboarding.households.models import Household
from onboarding.intake.actions import deriving, devices, receiving
from onboarding.intake.models import DisputedSubmission, IntakeKey, IntakeRecord, Submission, SubmissionState
from onboarding.intake.refusals import NotTaken
from tests.onboarding.intake.sending import FACTS, Device, raw_of
from tests.people import make_people
from tests.races.conftest import Gate, at_once, without_row_locks

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def device() -> Device:
    return Device.enrolled(make_people(), "hanh")


def before(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, gate: Gate) -> None:
    """Both threads stand in front of this function together."""
    real: Callable[..., Any] = getattr(module, name)

    def held(*args: Any, **kwargs: Any) -> Any:
        gate()
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, held)


class TestTheSameIdAtOnce:
    def test_both_get_the_same_receipt(self, device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
        gate, raw = Gate(3), raw_of(device.envelope())
        before(monkeypatch, receiving, "_store", gate)
        one, two = at_once(lambda: device.send(raw), lambda: device.send(raw))
        assert gate.met and sorted([one.is_new, two.is_new]) == [False, True]
        assert one.submission == two.submission
        assert (Submission.objects.count(), Household.objects.filter(intake_records__isnull=False).count()) == (1, 1)

    def test_without_the_unique_id_there_would_be_two(self, device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
        gate, raw = Gate(3), raw_of(device.envelope())
        with connections["default"].cursor() as cursor:
            cursor.execute("ALTER TABLE onboarding_submission DROP CONSTRAINT onboarding_submission_submission_id_key")
        before(monkeypatch, receiving, "_store", gate)
        monkeypatch.setattr(receiving, "understand", lambda number: None)
        at_once(lambda: device.send(raw), lambda: device.send(raw))
        assert gate.met and Submission.objects.count() == 2

    def test_with_other_bytes_one_is_first_and_the_other_is_kept(
        self, device: Device, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gate, envelope = Gate(3), device.envelope()
        before(monkeypatch, receiving, "_store", gate)
        other = envelope | {"facts": FACTS | {"head_name": "Khác"}}
        answers = at_once(lambda: device.send(envelope), lambda: device.send(other))
        assert gate.met and sorted(type(each).__name__ for each in answers) == ["NotTaken", "Received"]
        assert next(each for each in answers if isinstance(each, NotTaken)).code == "other_bytes"
        assert (Submission.objects.count(), DisputedSubmission.objects.count()) == (1, 1)


class TestOneRecordFromTwoPlaces:
    """The first submission and an edit of it, or two edits, at once."""

    def send_both(self, device: Device, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        create = device.envelope()
        device.send(create)
        one = device.edit(create, {"birth_year": 1970}, {"birth_year": None})
        two = device.edit(create, {"birth_year": 1980}, {"birth_year": None}, sequence=1)
        before(monkeypatch, deriving, "edit_household", gate)
        at_once(lambda: device.send(one), lambda: device.send(two))
        return create

    def test_the_record_is_locked(self, device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
        gate = Gate()
        create = self.send_both(device, gate, monkeypatch)
        receipts = SubmissionState.objects.filter(submission__record_id=create["record"])
        assert not gate.met and set(receipts.values_list("state", flat=True)) == {"applied"}
        household = Household.objects.get(record_id=create["record"])
        kept = IntakeRecord.objects.get(record_id=create["record"]).derived
        assert household.birth_year in {1970, 1980} and f'"birth_year": {household.birth_year}' in kept

    def test_without_the_lock_they_meet(self, device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
        without_row_locks(monkeypatch)
        gate = Gate(3)
        self.send_both(device, gate, monkeypatch)
        assert gate.met

    def test_edit_and_create_cross(self, device: Device) -> None:
        for _ in range(5):
            create = device.envelope(facts=FACTS | {"phone": "", "phone_owner": "none"})
            edit = device.edit(create, {"birth_year": 1970}, {"birth_year": None})
            visit = device.visit(create["record"])
            answers = at_once(*(lambda each=each: device.send(each) for each in (edit, create, visit)))
            assert not [each for each in answers if isinstance(each, Exception)]
            assert Household.objects.get(record_id=create["record"]).birth_year == 1970
        assert set(SubmissionState.objects.values_list("state", flat=True)) == {"applied"}


def test_one_phone_at_two_doors(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two households say the same phone is their own: one gets the log-in, both are registered."""
    users, gate = User.objects.count(), Gate(3)
    from onboarding.intake.actions import besides

    before(monkeypatch, besides, "make_person", gate)
    answers = at_once(*(lambda: device.send(device.envelope()) for _ in range(2)))
    assert gate.met and [each.receipt["state"] for each in answers] == ["applied", "applied"]
    assert User.objects.count() == users + 1


def test_two_devices_are_told_one_key(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    IntakeKey.objects.all().delete()
    gate = Gate(20)
    before(monkeypatch, devices.rsa, "generate_private_key", gate)
    keys = at_once(devices.current_key, devices.current_key)
    assert gate.met and keys[0] == keys[1] and IntakeKey.objects.count() == 1


def test_a_device_enrolled_twice_at_once(device: Device) -> None:
    number, viewer = uuid.uuid4(), device.people.viewer("hanh")
    rows = at_once(*(lambda: devices.enrol_device(device_id=number, name="máy", by=viewer) for _ in range(2)))
    assert rows[0].secret == rows[1].secret
