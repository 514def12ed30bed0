"""What a device does, without a device: envelopes in bytes, sent through the actions."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from core.kit import clock
from onboarding.intake.actions.devices import enrol_device
from onboarding.intake.actions.photos import receive_photo
from onboarding.intake.actions.receiving import Received, receive_submission
from onboarding.intake.models import FieldDevice
from tests.people import People

FACTS: dict[str, Any] = {
    "head_name": "Điểu Thị Hoa",
    "phone": "0912 345 678",
    "phone_owner": "own",
    "production": [
        {"kind": "trees", "goods": "điều", "area_m2": 15000, "heads": None, "season": "tháng 2–4", "scale": ""}
    ],
    "has_business_registration": False,
}
CONSENTS = {"publication": True, "platform": False, "contact": False}


@dataclass
class Device:
    """A person's app on a device."""

    people: People
    person: str
    device_id: uuid.UUID = field(default_factory=uuid.uuid4)

    @classmethod
    def enrolled(cls, people: People, person: str) -> Device:
        """A device that has been told the server's key."""
        device = cls(people, person)
        enrol_device(device_id=device.device_id, name="máy thử", by=people.viewer(person))
        return device

    @property
    def row(self) -> FieldDevice:
        """Its row."""
        return FieldDevice.objects.get(device_id=self.device_id, user=self.people.users[self.person])

    def envelope(self, **changes: Any) -> dict[str, Any]:
        """A household's first submission, or whatever else `changes` make of it."""
        made = {
            "v": 1, "submission": str(uuid.uuid4()), "record": str(uuid.uuid4()), "kind": "household",
            "form": "household/1", "op": "create", "sequence": 1, "device": str(self.device_id),
            "hamlet": self.people.hamlet.pk, "entered_by": self.people.users[self.person].pk,
            "entered_at": clock.now().isoformat(), "facts": FACTS, "was": {}, "selling_name": "",
            "consents": CONSENTS, "means": "spoken", "notice": 1, "accounts": [], "photos": [],
        }  # fmt: skip
        return made | changes

    def edit(self, of: dict[str, Any], facts: dict[str, Any], was: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """A change of a record."""
        return self.envelope(
            record=of["record"], op="edit", sequence=of["sequence"] + 1 if of["device"] == str(self.device_id) else 1,
            facts=facts, was=was, consents={}, means="", notice=0,
        ) | changes  # fmt: skip

    def visit(self, household: str | None, **changes: Any) -> dict[str, Any]:
        """A visit to a household's record."""
        return (
            self._outing("visit", household=household, visited_at=clock.now().isoformat(), taught=["account"]) | changes
        )

    def session(self, households: list[str], **changes: Any) -> dict[str, Any]:
        """A lesson."""
        made = {"held_at": clock.now().isoformat(), "topics": ["photos"], "households": households, "others": 3}
        return self._outing("session", **made) | changes

    def _outing(self, kind: str, **said: Any) -> dict[str, Any]:
        frame = ("v", "submission", "record", "op", "sequence", "device", "hamlet", "entered_by", "entered_at")
        made = {name: value for name, value in self.envelope().items() if name in frame}
        return made | {"kind": kind, "form": f"{kind}/1", "note": "", **said}

    def send(self, envelope: dict[str, Any] | bytes, *, via: str = "app") -> Received:
        """Through the action."""
        raw = envelope if isinstance(envelope, bytes) else raw_of(envelope)
        return receive_submission(raw=raw, by=self.people.viewer(self.person), via=via)

    def send_photo(self, envelope: dict[str, Any], raw: bytes) -> dict[str, Any]:
        """Through the action."""
        number = uuid.UUID(envelope["submission"])
        return receive_photo(submission_id=number, sha256=sha256(raw), raw=raw, by=self.people.viewer(self.person))


def raw_of(envelope: dict[str, Any]) -> bytes:
    """The bytes a device makes of it, the same every time."""
    return json.dumps(envelope, ensure_ascii=False).encode()


def sha256(raw: bytes) -> str:
    """In hexadecimal digits."""
    return hashlib.sha256(raw).hexdigest()
