"""Files sealed to the server's key: made here the way an app makes them, from docs/intake.md alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.audit.models import AuditEntry
from core.people.actions import give_grant
from core.people.models import Role
from core.people.queries import SYSTEM
from core.places.models import Hamlet
from onboarding.households.models import Household, HouseholdPhoto
from onboarding.intake.actions.devices import current_key, lock_device
from onboarding.intake.actions.sealed import import_sealed
from onboarding.intake.models import IntakeIssue, IntakeKey, IntakePart, Submission
from onboarding.intake.refusals import Invalid
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
