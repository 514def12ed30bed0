"""How issues look side by side: words for people, personal numbers masked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.kit import phones
from core.places.models import Hamlet
from onboarding.households.actions import facts_of
from onboarding.households.facts import FACTS, HIDDEN_FACTS, ProductionFacts
from onboarding.households.models import Household
from onboarding.households.wording import fact_label, fact_words
from onboarding.intake.actions.issues import OURS, SEEN, THEIRS, envelope_of
from onboarding.intake.actions.keeping import REDACTED
from onboarding.intake.envelope import read_envelope
from onboarding.intake.forms import HouseholdSaid
from onboarding.intake.models import IntakeIssue, IntakeRecord

_OTHER_PARTS = {
    "selling_name": "Tên bán hàng", "consents": "Ý kiến đồng ý", "means": "Cách trả lời", "accounts": "Gian hàng đã có",
}  # fmt: skip
_KINDS = {
    IntakeIssue.Kind.CHANGED_BYTES: "Cùng một bản ghi được gửi hai lần với nội dung khác nhau. Bản đến trước đang ở trong sổ.",
    IntakeIssue.Kind.FIELD_CONFLICT: "Máy sửa một mục mà trong sổ đã có người ghi khác. Sổ đang giữ bản trong sổ.",
    IntakeIssue.Kind.REFUSED: "Có phần của bản ghi này không ghi vào sổ được. Nội dung gửi lên vẫn được giữ.",
    IntakeIssue.Kind.FORCED: "Bản ghi này được ghi vào sổ sau 5 ngày dù chưa thấy bản trước của nó. Hãy xem lại hộ.",
}


@dataclass(frozen=True)
class Line:
    """One field: what the device saw or sent first, what it says, what the register says."""

    label: str
    was: str
    theirs: str
    ours: str


def explanation(issue: IntakeIssue) -> str:
    """What has happened, in a sentence or two."""
    return _KINDS[IntakeIssue.Kind(issue.kind)]


def household_of(issue: IntakeIssue) -> Household | None:
    """The household it is about, if there is one."""
    record = (
        IntakeRecord.objects.select_related("household__hamlet").filter(record_id=issue.submission.record_id).first()
    )
    return record.household if record else None


def lines_of(issue: IntakeIssue, household: Household | None) -> list[Line]:
    """The fields in question."""
    if issue.kind == IntakeIssue.Kind.CHANGED_BYTES:
        return _two_sendings(issue, household)
    detail = json.loads(issue.detail or "{}")
    return [
        Line(_label(name), *(_words(name, each) for each in values))
        for name, values in detail.items()
        if name != "reason"
    ]


def reason_of(issue: IntakeIssue) -> str:
    """Why something was not written; "" for other issues."""
    return str(json.loads(issue.detail or "{}").get("reason", ""))


def choices_of(issue: IntakeIssue, household: Household | None) -> list[str]:
    """What may be decided."""
    two_sides = {IntakeIssue.Kind.CHANGED_BYTES, IntakeIssue.Kind.FIELD_CONFLICT}
    if issue.kind in two_sides and household is not None and household.ended_on is None:
        return [THEIRS, OURS]
    return [SEEN]


def _two_sendings(issue: IntakeIssue, household: Household | None) -> list[Line]:
    if _is_cut(issue):
        return [Line("Nội dung", "đã lược sau 90 ngày", "gửi lại với nội dung khác", "như trong sổ")]
    first = read_envelope(issue.submission.text.body.encode()).said
    second = envelope_of(issue).said
    if not isinstance(first, HouseholdSaid) or not isinstance(second, HouseholdSaid):
        return []
    now = facts_of(household) if household is not None else None
    found = [
        Line(
            _label(name),
            _words(name, first.facts.get(name)),
            _words(name, second.facts.get(name)),
            _words(name, getattr(now, name)) if now is not None else "",
        )
        for name in FACTS
        if first.facts.get(name) != second.facts.get(name)
    ]
    differs = [label for name, label in _OTHER_PARTS.items() if getattr(first, name) != getattr(second, name)]
    return found + [Line(label, "", "khác với lần đầu", "như lần đầu") for label in differs]


def _is_cut(issue: IntakeIssue) -> bool:
    texts = [issue.submission.text, *([issue.dispute.text] if issue.dispute is not None else [])]
    return any(text.redacted_at is not None for text in texts)


def _label(name: str) -> str:
    return fact_label(name) if name in FACTS else f"{name[:1].upper()}{name[1:]}"


def _words(name: str, value: Any) -> str:
    if value == REDACTED:
        return "đã lược"
    if name not in FACTS:
        return str(value or "")
    if name == "production":
        lines = tuple(ProductionFacts(**line) if isinstance(line, Mapping) else line for line in value or ())
        return fact_words(name, lines)
    if name == "hamlet" and isinstance(value, int):
        return str(Hamlet.objects.filter(pk=value).first() or "")
    if name == "phone":
        return phones.masked(value) if value and len(value) > 3 else (f"… …{value}" if value else "")
    if name in HIDDEN_FACTS:
        return f"…{str(value)[-3:]}" if value else ""
    return fact_words(name, value)
