"""What was said at a door beside what the register says. Writes nothing."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from core.places.models import Hamlet
from onboarding.households.facts import HouseholdFacts
from onboarding.households.identity import personal_id_hash
from onboarding.households.models import Household, PhoneOwner
from onboarding.intake.models import IntakeRecord

# A number and whose it is, an account and its bank: one without the other would be somebody else's.
TOGETHER = (frozenset({"phone", "phone_owner"}), frozenset({"bank_bin", "bank_account"}))


@dataclass
class Kept:
    """What a record's submissions together said when they were last written: kept with the record as JSON."""

    facts: dict[str, Any] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)  # submissions whose no to a consent is noted
    maybe_duplicates: int = 0

    @classmethod
    def of(cls, record: IntakeRecord) -> Kept:
        """As kept with this record."""
        return cls(**json.loads(record.derived)) if record.derived else cls()

    def text(self) -> str:
        """The JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def note(self, facts: Mapping[str, Any]) -> None:
        """These values are written."""
        self.facts |= {name: plain(name, value) for name, value in facts.items()}


def plain(name: str, value: Any) -> Any:
    """A fact as JSON; of a personal ID only its hash."""
    if name == "personal_id":
        return personal_id_hash(value)
    if name == "production":
        return [vars(line) for line in value]
    return value.pk if isinstance(value, Hamlet) else value


def is_same(household: Household, now: HouseholdFacts, name: str, new: Any) -> bool:
    """Whether the register says this already."""
    return bool(register_says(household, now, name) == plain(name, new))


def register_says(household: Household, now: HouseholdFacts, name: str) -> Any:
    """What stands there now, as JSON."""
    if name == "personal_id":
        return household.personal_id_hash
    return plain(name, getattr(now, name))


def nothing(name: str) -> Any:
    """What a fact is when nobody has said it, as JSON."""
    if name == "production":
        return []
    if name == "phone_owner":
        return PhoneOwner.UNKNOWN.value
    return None if name.startswith("has_") or name in {"birth_year", "hamlet"} else ""


def device_saw(household: Household, now: HouseholdFacts, name: str, was: Mapping[str, Any]) -> bool:
    """Whether the register still says what the device saw. Of a field it did not show, only that there was nothing."""
    says = register_says(household, now, name)
    if name not in was:
        return bool(says == nothing(name))
    if name == "phone" and len(was[name]) == 3:
        return bool(says.endswith(was[name]))
    return bool(says == plain(name, was[name]))


def half_said(changes: Collection[str], others: Collection[str]) -> list[str]:
    """The changes that mean nothing without another field which stays as it is."""
    return [name for group in TOGETHER for name in group if name in changes and not group.isdisjoint(others)]


def without_phone(now: HouseholdFacts, changes: Mapping[str, Any]) -> list[str]:
    """The changes that would leave a phone's owner without a phone."""
    owner, phone = changes.get("phone_owner", now.phone_owner), changes.get("phone", now.phone)
    if owner in {PhoneOwner.OWN, PhoneOwner.RELATIVE} and not phone:
        return [name for name in ("phone", "phone_owner") if name in changes]
    return []


def three_sides(name: str, was: Any, theirs: Any, ours: Any) -> list[Any]:
    """What the device saw, what it says, what the register says; of a personal ID only its end."""
    if name == "personal_id":
        return ["", f"…{theirs[-3:]}" if theirs else "", ""]
    if name == "production":
        return [[vars(line) for line in each or ()] for each in (was, theirs, ours)]
    return [str(each) if isinstance(each, Hamlet) else each for each in (was, theirs, ours)]
