"""Files sealed to the server's key: made here the way an app makes them, from docs/intake.md alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import uuid
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import IntegrityError

from core.audit.models import AuditEntry
from core.people.actions import give_grant
from core.people.models import Grant, Role
from core.people.queries import SYSTEM
from core.places.models import Hamlet
from onboarding.accounts.models import PlatformAccount
from onboarding.checks.actions.verifying import VerificationRefused, verify_household
from onboarding.households.actions import change_household
from onboarding.households.models import Household, HouseholdPhoto
from onboarding.intake.actions.devices import current_key, lock_device
from onboarding.intake.actions.receiving import receive_submission
from onboarding.intake.actions.sealed import MOST_FILE_BYTES, Imported, import_sealed
from onboarding.intake.envelope import read_json
from onboarding.intake.models import IntakeIssue, IntakeKey, IntakePart, Submission
from onboarding.intake.refusals import Invalid, NotTaken
from tests.onboarding.intake.sending import FACTS, Device, raw_of, sha256
from tests.people import People, jpeg

MADE_AT = "2026-11-22T17:40:00+07:00"


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def sealed(device: Device, pieces: list[tuple[str, str, bytes]], *, signed: bool = True) -> dict[str, Any]:
    """A file of one person's pieces: (kind, submission, plain bytes)."""
    current, data_key, person = current_key(), os.urandom(32), device.people.users[device.person].pk
    public = serialization.load_der_public_key(base64.b64decode(current.public_key))
    assert isinstance(public, rsa.RSAPublicKey) and public.key_size == 3072
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    records, said = [], f"lensan-file:1:{device.device_id}:{person}:{MADE_AT}:"
    for kind, submission, plain in pieces:
        iv = os.urandom(12)
        data = AESGCM(data_key).encrypt(iv, plain, f"lensan:1:{kind}:{submission}".encode())
        records.append({"kind": kind, "submission": submission, "iv": b64(iv), "data": b64(data)})
        if kind == "photo":
            records[-1]["sha256"] = sha256(plain)
        said += f"{kind}:{submission}:{hashlib.sha256(data).hexdigest()};"
    secret = base64.b64decode(device.row.secret)
    mac = b64(hmac.new(secret, said.encode(), hashlib.sha256).digest()) if signed else ""
    part = {"person": person, "key": current.pk, "wrapped": b64(public.encrypt(data_key, oaep)), "records": records}
    return {"v": 1, "device": str(device.device_id), "made_at": MADE_AT, "people": [part | {"mac": mac}]}


def pieces_of(*envelopes: dict[str, Any]) -> list[tuple[str, str, bytes]]:
    return [("submission", each["submission"], raw_of(each)) for each in envelopes]


def bring(people: People, file: dict[str, Any], name: str) -> dict[str, Any]:
    return import_sealed(raw=json.dumps(file).encode(), by=people.viewer(name)).as_json()


def test_an_officer_brings_it_and_a_second_time_changes_nothing(people: People, device: Device) -> None:
    photo = jpeg()
    envelope = device.envelope(photos=[sha256(photo)])
    file = sealed(device, [("photo", envelope["submission"], photo), *pieces_of(envelope)])
    assert bring(people, file, "chi") == {"stored": 2, "known": 0, "conflicts": 0, "refused": []}
    row = Submission.objects.get()
    assert (row.entered_by, row.received_by, row.via) == (people.users["hanh"], people.users["chi"], "file")
    household = Household.objects.get(record_id=envelope["record"])
    assert household.registered_by == people.users["hanh"]
    assert HouseholdPhoto.objects.filter(household=household).count() == 1
    before = (Household.objects.count(), Submission.objects.count(), IntakePart.objects.count())
    assert bring(people, file, "chi") == {"stored": 0, "known": 2, "conflicts": 0, "refused": []}
    assert before == (Household.objects.count(), Submission.objects.count(), IntakePart.objects.count())
    assert device.send(envelope).is_new is False  # and the device, found again, learns that it is there
    assert AuditEntry.objects.filter(action="intake.file_imported").count() == 2


def test_a_broken_record_is_reported_alone(people: People, device: Device) -> None:
    good, torn, bad = device.envelope(), device.envelope(), device.envelope(facts={"head_name": ""})
    file = sealed(device, pieces_of(good, torn, bad), signed=False)
    data = bytearray(base64.b64decode(file["people"][0]["records"][1]["data"]))
    data[5] ^= 1
    file["people"][0]["records"][1]["data"] = b64(bytes(data))
    outcome = bring(people, file, "chi")
    assert (outcome["stored"], [each["submission"] for each in outcome["refused"]]) == (
        1, [torn["submission"], bad["submission"]],
    )  # fmt: skip
    assert "hỏng" in outcome["refused"][0]["reason"]


def test_moved_records_do_not_open(people: People, device: Device) -> None:
    """Each is bound to its kind and submission."""
    one, two = device.envelope(), device.envelope()
    file = sealed(device, pieces_of(one, two), signed=False)
    first, second = file["people"][0]["records"]
    first["submission"], second["submission"] = second["submission"], first["submission"]
    assert bring(people, file, "chi")["stored"] == 0 and Submission.objects.count() == 0


def test_a_changed_signature_refuses_the_part(people: People, device: Device) -> None:
    file = sealed(device, pieces_of(device.envelope()))
    file["made_at"] = "2026-11-23T17:40:00+07:00"
    outcome = bring(people, file, "chi")
    assert outcome["stored"] == 0 and "Chữ ký" in outcome["refused"][0]["reason"]
    assert Submission.objects.count() == 0


def test_without_a_signature_only_an_officer(people: People, device: Device) -> None:
    file = sealed(device, pieces_of(device.envelope()), signed=False)
    assert bring(people, file, "hanh")["stored"] == 0
    assert bring(people, file, "chi")["stored"] == 1


def test_the_rescue_of_a_locked_device(people: People, device: Device) -> None:
    file = sealed(device, pieces_of(device.envelope()))
    lock_device(device=device.row, by=people.viewer("chi"))
    assert bring(people, file, "hanh")["stored"] == 1


def test_another_persons_file_and_another_communes_hamlet(people: People, device: Device) -> None:
    give_grant(
        user=people.users["dung"], role=Role.TEAM_MEMBER, unit=people.commune, hamlet=people.hamlet, given_by=SYSTEM
    )
    file = sealed(device, pieces_of(device.envelope()))
    assert bring(people, file, "dung")["stored"] == 0
    next_door = people.commune.parent.children.exclude(pk=people.commune.pk)[0]
    give_grant(user=people.users["an"], role=Role.COMMUNE, unit=next_door, given_by=SYSTEM)
    outcome = bring(people, file, "an")
    assert outcome["stored"] == 0 and "thôn, ấp" in outcome["refused"][0]["reason"]
    foreign = Hamlet.objects.create(commune=next_door, name="Thôn bên")
    there = sealed(device, pieces_of(device.envelope(hamlet=foreign.pk)))
    assert bring(people, there, "chi")["stored"] == 0
    assert Submission.objects.count() == 0


def test_nobody_slips_in_as_somebody_else(people: People, device: Device) -> None:
    """An envelope of Chi's in Hạnh's part."""
    envelope = device.envelope(entered_by=people.users["chi"].pk)
    assert bring(people, sealed(device, pieces_of(envelope)), "chi")["stored"] == 0


def test_other_bytes_of_a_known_id(people: People, device: Device) -> None:
    envelope = device.envelope()
    device.send(envelope)
    file = sealed(device, pieces_of(envelope | {"facts": FACTS | {"head_name": "Khác"}}))
    assert bring(people, file, "chi") == {"stored": 0, "known": 0, "conflicts": 1, "refused": []}
    assert IntakeIssue.objects.get().kind == "changed_bytes"


def test_the_key_of_an_older_file_still_opens_it(people: People, device: Device) -> None:
    file = sealed(device, pieces_of(device.envelope()))
    IntakeKey.objects.update(is_current=False)
    assert current_key().pk != file["people"][0]["key"]
    assert bring(people, file, "chi")["stored"] == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b'{"v": 1}',
        json.dumps({"v": 1, "device": "6a0d35f0-8a52-4a7e-9d3f-0f5f3c6f7a11", "made_at": "x", "people": []}).encode(),
    ],
)
def test_what_is_no_sealed_file(people: People, raw: bytes) -> None:
    with pytest.raises(Invalid):
        import_sealed(raw=raw, by=people.viewer("chi"))


class TestWithoutProof:
    """Whoever has the file might have written what nobody has signed: they count as its writer."""

    def test_who_brings_it_cannot_verify(self, people: People, device: Device) -> None:
        envelope = device.envelope(accounts=[{"platform": "voso", "link": "", "seller_id": "S1"}])
        outcome = brought(people, sealed(device, pieces_of(envelope), signed=False), "chi")
        assert (outcome.stored, outcome.unproved) == (1, [people.users["hanh"].pk])
        household = Household.objects.get(record_id=envelope["record"])
        assert (household.registered_by, household.last_written_by) == (people.users["hanh"], people.users["chi"])
        assert PlatformAccount.objects.get().claimed_by == people.users["chi"]
        with pytest.raises(VerificationRefused):
            verify_household(household=household, how="visit", by=people.viewer("chi"), seen_version=household.version)
        household = change_household(household=household, changes={"birth_year": 1970}, by=people.viewer("phuong"))
        with pytest.raises(VerificationRefused):  # nor after somebody else has changed a little
            verify_household(household=household, how="visit", by=people.viewer("chi"), seen_version=household.version)

    def test_nor_after_an_edit_or_when_it_is_read_again(self, people: People, device: Device) -> None:
        create = device.envelope()
        device.send(create)
        edit = device.edit(create, {"head_name": "Điểu Thị Hoan"}, {"head_name": "Điểu Thị Hoa"})
        brought(people, sealed(device, pieces_of(edit), signed=False), "chi")
        household = Household.objects.get(record_id=create["record"])
        assert (household.head_name, household.last_written_by) == ("Điểu Thị Hoan", people.users["chi"])

    def test_a_signed_one_is_its_persons(self, people: People, device: Device) -> None:
        envelope = device.envelope()
        brought(people, sealed(device, pieces_of(envelope)), "chi")
        household = Household.objects.get(record_id=envelope["record"])
        assert household.last_written_by == people.users["hanh"]

    def test_a_device_that_the_person_never_had(self, people: People, device: Device) -> None:
        """Neither a made-up device nor a made-up person; one such part stops no other, and the trail tells of it."""
        made_up = sealed(device, pieces_of(device.envelope()))
        for changes in ({"device": str(uuid.uuid4())}, {}):
            for mac in ("", made_up["people"][0]["mac"]):
                part = made_up["people"][0] | {"mac": mac} | ({} if changes else {"person": people.users["dung"].pk})
                nobody = made_up["people"][0] | {"mac": mac, "person": 99_999_999}
                outcome = brought(people, made_up | changes | {"people": [nobody, part]}, "chi")
                assert (outcome.stored, len(outcome.refused)) == (0, 2)
        assert Submission.objects.count() == 0
        assert AuditEntry.objects.filter(action="intake.file_imported").count() == 4

    def test_a_person_who_had_no_grant_there_then(self, people: People, device: Device) -> None:
        Grant.objects.filter(user=people.users["hanh"]).update(valid_from="2026-01-01", valid_to="2026-06-01")
        late = device.envelope(entered_at="2026-08-01T08:00:00+07:00")
        then = device.envelope(entered_at="2026-05-20T08:00:00+07:00")
        outcome = brought(people, sealed(device, pieces_of(late, then)), "chi")
        assert (outcome.stored, [each["submission"] for each in outcome.refused]) == (1, [late["submission"]])


def brought(people: People, file: dict[str, Any], who: str) -> Imported:
    return import_sealed(raw=json.dumps(file).encode(), by=people.viewer(who))


class TestHeavyFiles:
    def test_more_elements_than_a_file_can_need_are_not_parsed(
        self, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("onboarding.intake.actions.sealed.read_json", lambda raw: pytest.fail("parsed"))
        for raw in (b"{}," * 3000, b"[" * 3000, b"1," * 30_000, b" " * (MOST_FILE_BYTES + 1)):
            with pytest.raises(Invalid, match="quá lớn"):
                import_sealed(raw=raw, by=people.viewer("chi"))

    def test_one_at_a_time(self, people: People, device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
        file = sealed(device, pieces_of(device.envelope()))
        codes = []

        def meanwhile(raw: bytes) -> dict[str, Any]:
            with pytest.raises(NotTaken) as caught:
                brought(people, file, "chi")
            codes.append((caught.value.status, caught.value.code))
            return read_json(raw)

        monkeypatch.setattr("onboarding.intake.actions.sealed.read_json", meanwhile)
        with pytest.raises(Invalid):
            import_sealed(raw=b"{}", by=people.viewer("chi"))
        assert codes == [(503, "try_again")]
        monkeypatch.undo()
        assert brought(people, file, "chi").stored == 1  # there is room again

    def test_a_record_that_cannot_be_stored_stops_no_other(
        self, people: People, device: Device, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bad, good = device.envelope(), device.envelope()
        real = receive_submission

        def broken(**given: Any) -> Any:
            if bad["submission"].encode() in given["raw"]:
                raise IntegrityError
            return real(**given)

        monkeypatch.setattr("onboarding.intake.actions.sealed.receive_submission", broken)
        outcome = brought(people, sealed(device, pieces_of(bad, good)), "chi")
        assert (outcome.stored, [each["submission"] for each in outcome.refused]) == (1, [bad["submission"]])
        assert AuditEntry.objects.filter(action="intake.file_imported").count() == 1
