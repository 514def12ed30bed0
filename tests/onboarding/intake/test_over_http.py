"""The calls of docs/intake.md through the real addresses, as a browser's app and as a program with a key."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, TestCase
from django.utils import timezone

from core.audit.models import AuditEntry
from core.files.models import Photo
from core.people.actions import make_api_token
from core.people.models import Grant
from core.people.queries import SYSTEM
from onboarding.households.models import Household, HouseholdPhoto
from onboarding.intake import access, api
from onboarding.intake.actions import photos
from onboarding.intake.actions.devices import enrol_device, lock_device
from onboarding.intake.models import FieldDevice, IntakeKey, IntakePart, Submission
from onboarding.intake.rules import can_send
from tests.onboarding.intake.sending import Device, raw_of, sha256
from tests.people import People, jpeg

ROOT = "/api/v1/field/"


class App:
    """The app in a browser in which Hạnh is signed in, on an enrolled device; with the CSRF checks of the real server."""

    def __init__(self, people: People, name: str = "hanh") -> None:
        self.people, self.name = people, name
        self.client = Client(enforce_csrf_checks=True)
        self.number = str(uuid.uuid4())
        self.sign_in()
        if can_send(people.viewer(name)):
            enrol_device(device_id=uuid.UUID(self.number), name="máy", by=people.viewer(name))

    def sign_in(self) -> None:
        self.people.users[self.name].refresh_from_db()
        self.client.force_login(self.people.users[self.name])
        self.csrf = self.session()["csrf"]

    def session(self) -> Any:
        return self.client.get(ROOT + "session", headers={"X-Field-Device": self.number}).json()

    @property
    def headers(self) -> dict[str, str]:
        return {"X-CSRFToken": self.csrf, "X-Field-Device": self.number}

    def post(self, path: str, said: Any, **headers: str) -> Any:
        raw = said if isinstance(said, bytes) else raw_of(said)
        return self.client.post(ROOT + path, raw, content_type="application/json", headers=self.headers | headers)

    def put_photo(self, envelope: dict[str, Any], raw: bytes, digest: str = "") -> Any:
        path = f"{ROOT}submissions/{envelope['submission']}/photos/{digest or sha256(raw)}"
        return self.client.put(path, raw, content_type="image/jpeg", headers=self.headers)


@pytest.fixture
def app(people: People) -> App:
    return App(people)


def test_the_session_is_told_to_everybody(people: People, app: App) -> None:
    stranger = Client()
    nobody = stranger.get(ROOT + "session").json()
    assert (nobody["signed_in"], nobody["person"], nobody["csrf"]) == (False, None, "") and nobody["now"]
    assert not stranger.cookies, "the sign-in page open beside the app keeps the cookie it was given"
    hanh = people.users["hanh"]
    told = app.client.get(ROOT + "session").json()
    assert (told["signed_in"], told["person"]) == (True, {"id": hanh.pk, "name": "Hanh"})
    assert App(people, "dung").client.get(ROOT + "session").json()["signed_in"] is False


def test_a_day_of_a_device(people: People, app: App) -> None:
    number = app.number = str(uuid.uuid4())
    first = app.post("devices", {"device": number, "name": "Máy của Hạnh"}).json()
    assert set(first) == {"device", "person", "secret", "key", "forms"} and first["device"] == number
    assert first["forms"] == {"household": "household/1", "visit": "visit/1", "session": "session/1"}
    assert app.post("devices", {"device": number, "name": "Máy"}).json() == first
    assert IntakeKey.objects.count() == 1

    photo = jpeg()
    device = Device(people, "hanh", uuid.UUID(number))
    envelope = device.envelope(photos=[sha256(photo)])
    early = app.put_photo(envelope, photo)
    assert (early.status_code, early.json()["state"], early.json()["complete"]) == (200, "unknown", False)
    taken = app.post("submissions", envelope)
    assert taken.status_code == 201 and taken.json()["complete"]
    assert taken.json()["photos"] == {"arrived": [sha256(photo)], "missing": [], "refused": []}
    again = app.post("submissions", envelope)
    assert (again.status_code, again.json()) == (200, taken.json())
    assert app.put_photo(envelope, photo).json() == taken.json()
    assert app.post("receipts", {"ids": [envelope["submission"], str(uuid.uuid4())]}).json() == {
        "receipts": [taken.json()]
    }
    assert HouseholdPhoto.objects.filter(household__record_id=envelope["record"]).count() == 1
    contact = app.post("contact", {"device": number, "unsent": 2, "unsent_since": "2026-11-20T07:00:00+07:00"}).json()
    assert contact["locked"] is False and device.row.unsent == 2
    lock_device(device=device.row, by=people.viewer("chi"))
    assert app.post("receipts", {"ids": []}).status_code == 401  # signed out everywhere
    told = app.session()
    assert (told["signed_in"], told["locked"]) == (False, True)
    app.sign_in()
    assert app.post("contact", {"device": number, "unsent": 0, "unsent_since": None}).json()["locked"] is True
    for path, said in (("submissions", device.envelope()), ("devices", {"device": number})):
        answer = app.post(path, said)
        assert (answer.status_code, answer.json()["code"]) == (403, "device_locked")
    assert app.put_photo(envelope, jpeg(colour="red")).json()["code"] == "device_locked"
    for path in ("bundle", "receipts"):
        answer = app.client.get(ROOT + path, headers=app.headers) if path == "bundle" else app.post(path, {"ids": []})
        assert (answer.status_code, answer.json()["code"]) == (403, "device_locked")


def test_a_session_names_a_device_of_its_own(people: People, app: App) -> None:
    """A number that nobody enrolled, another person's, none at all, and one that is locked under another name."""
    other = App(people, "chi")
    for number in (str(uuid.uuid4()), other.number, "", "máy"):
        for path, said in (("submissions", Device(people, "hanh").envelope()), ("receipts", {"ids": []})):
            answer = app.post(path, said, **{"X-Field-Device": number})
            assert (answer.status_code, answer.json()["code"]) == (403, "device_unknown"), (path, number)
        answer = app.client.get(ROOT + "bundle", headers={"X-Field-Device": number})
        assert (answer.status_code, answer.json()["code"]) == (403, "device_unknown")
    assert Submission.objects.count() == 0
    mine = Device(people, "hanh", uuid.UUID(app.number))
    assert (
        app.post("submissions", mine.envelope(), **{"X-Field-Device": ""}).status_code == 201
    )  # named in the envelope
    lock_device(device=mine.row, by=people.viewer("chi"))
    app.sign_in()
    unlocked = Device.enrolled(people, "hanh").envelope()
    assert app.post("submissions", unlocked).json()["code"] == "device_locked"


def test_the_session_tells_who_is_locked_and_who_was_stopped(people: People, app: App) -> None:
    nobody = Client()
    ask = {"X-Field-Device": app.number}
    assert nobody.get(ROOT + "session", headers=ask).json()["locked"] is False
    assert app.session()["stopped"] is None
    lock_device(device=FieldDevice.objects.get(), by=people.viewer("chi"))
    told = nobody.get(ROOT + "session", headers=ask).json()
    assert (told["locked"], told["person"], told["stopped"]) == (True, None, None)
    assert nobody.get(ROOT + "session", headers={"X-Field-Device": str(uuid.uuid4())}).json()["locked"] is False
    Grant.objects.filter(user=people.users["hanh"]).update(valid_from="2020-01-01", valid_to="2020-02-01")
    app.sign_in()
    assert app.session()["stopped"] == people.users["hanh"].pk


def test_who_is_turned_away(people: People, app: App) -> None:
    envelope = Device(people, "hanh").envelope()
    stranger = Client().post(ROOT + "submissions", raw_of(envelope), content_type="application/json")
    assert (stranger.status_code, stranger.json()["code"]) == (401, "signed_out")
    assert App(people, "dung").post("submissions", envelope).status_code == 404
    app.csrf = "x" * 32
    forged = app.post("submissions", envelope)
    assert (forged.status_code, forged.json()["code"]) == (403, "csrf")
    assert Submission.objects.count() == 0


def test_a_program_with_a_key(people: People) -> None:
    key = make_api_token(user=people.users["chi"], name="phần mềm", by=SYSTEM)
    envelope = Device(people, "chi").envelope()
    headers = {"Authorization": f"Bearer {key}"}
    answer = Client(enforce_csrf_checks=True).post(
        ROOT + "submissions", raw_of(envelope), content_type="application/json", headers=headers
    )
    assert answer.status_code == 201 and Submission.objects.get().via == "api"
    wrong = Client().post(
        ROOT + "submissions", b"{}", content_type="application/json", headers={"Authorization": "Bearer x"}
    )
    assert (wrong.status_code, wrong.json()["code"]) == (401, "signed_out")


class TestPhotos:
    def test_of_another_person(self, people: People, app: App) -> None:
        photo = jpeg()
        envelope = Device(people, "chi").envelope(photos=[sha256(photo)])
        App(people, "chi").post("submissions", envelope)
        answer = app.put_photo(envelope, photo)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")
        assert IntakePart.objects.count() == 0

    def test_not_what_the_hash_says(self, people: People, app: App) -> None:
        envelope = Device(people, "hanh").envelope(photos=[sha256(jpeg())])
        assert app.put_photo(envelope, b"other", sha256(jpeg())).status_code == 422
        assert IntakePart.objects.count() == 0

    def test_one_the_record_does_not_name(self, people: People, app: App) -> None:
        envelope = Device(people, "hanh").envelope()
        app.post("submissions", envelope)
        assert app.put_photo(envelope, jpeg()).status_code == 422

    def test_what_is_no_picture_is_said_once(self, people: People, app: App) -> None:
        raw = b"not a picture"
        envelope = Device(people, "hanh").envelope(photos=[sha256(raw)])
        app.post("submissions", envelope)
        receipt = app.put_photo(envelope, raw).json()
        assert receipt["complete"] is True
        assert receipt["photos"]["refused"] == [
            {"sha256": sha256(raw), "reason": receipt["photos"]["refused"][0]["reason"]}
        ]
        assert receipt["photos"]["refused"][0]["reason"].startswith("Tệp này không phải ảnh")
        assert HouseholdPhoto.objects.count() == 0

    def test_too_heavy(self, people: People, app: App) -> None:
        raw = b"\xff\xd8" + b"0" * 400_000
        answer = app.put_photo(Device(people, "hanh").envelope(), raw)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


class TestPhotosNobodyWaitsFor:
    def test_after_thirty_days_they_go_with_their_files(self, people: People, app: App) -> None:
        lost, shared, named = jpeg(colour="red"), jpeg(colour="blue"), jpeg(colour="green")
        device = Device(people, "hanh")
        real = device.envelope(photos=[sha256(shared), sha256(named)])
        for raw in (lost, shared):
            app.put_photo(device.envelope(), raw)
        for raw in (shared, named):
            app.put_photo(real, raw)
        app.post("submissions", real)
        IntakePart.objects.update(received_at=timezone.now() - timedelta(days=31))
        app.put_photo(device.envelope(), jpeg(colour="white"))
        file = Photo.objects.get(pk=IntakePart.objects.get(sha256=sha256(lost)).photo_id).large
        assert file.storage.exists(file.name) and Photo.objects.count() == 4
        with TestCase.captureOnCommitCallbacks(execute=True):
            assert photos.erase_orphans() == 2
        assert not file.storage.exists(file.name) and Photo.objects.count() == 3
        left = IntakePart.objects.values_list("sha256", flat=True)
        assert sorted(left) == sorted(map(sha256, (shared, named, jpeg(colour="white"))))
        assert HouseholdPhoto.objects.filter(household__record_id=real["record"]).count() == 2
        assert AuditEntry.objects.filter(action="intake.part_erased").count() == 2
        assert photos.erase_orphans() == 0


def test_a_heavy_envelope_is_not_read_to_its_end(people: People, app: App) -> None:
    envelope = Device(people, "hanh").envelope(selling_name="a" * 70_000)
    assert app.post("submissions", envelope).json()["code"] == "too_large"

    class Unannounced:
        META = {"CONTENT_LENGTH": "0"}

        def __init__(self) -> None:
            self.stream = io.BytesIO(b"0" * 10_000_000)

        def read(self, size: int) -> bytes:
            return self.stream.read(size)

    lying = Unannounced()
    with pytest.raises(Exception, match="64 KB"):
        api.read_bounded(lying, 64 * 1024, "64 KB")  # type: ignore[arg-type]
    assert lying.stream.tell() <= 64 * 1024 + 1


def test_a_busy_database_says_try_again(people: People, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(**_: Any) -> Any:
        raise OperationalError("database is locked")

    monkeypatch.setattr(api, "receive_submission", locked)
    answer = app.post("submissions", Device(people, "hanh").envelope())
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "try_again", "5")


def test_too_many_calls(people: People, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "SUBMISSIONS", access.Limit("intake.submission", 2, 60))
    device = Device(people, "hanh")
    answers = [app.post("submissions", device.envelope()).status_code for _ in range(3)]
    assert (
        answers == [201, 201, 429]
        and Household.objects.filter(source="field", registered_by__isnull=False).count() == 2
    )
