"""How issues look side by side: words for people, personal numbers masked."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.kit import phones
from core.places.models import Hamlet
from onboarding.consent.models import Purpose
from onboarding.households.actions import facts_of
from onboarding.households.facts import FACTS, HIDDEN_FACTS, ProductionFacts
from onboarding.households.models import Household
from onboarding.households.wording import fact_label, fact_words
from onboarding.intake.actions.issues import OURS, RETRY, SEEN, THEIRS, envelope_of
from onboarding.intake.actions.keeping import REDACTED
from onboarding.intake.envelope import read_envelope
from onboarding.intake.forms import HouseholdSaid
from onboarding.intake.models import IntakeIssue, IntakePart, IntakeRecord, SubmissionState
from onboarding.intake.refusals import Invalid

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
    if "reason" in detail:
        return _content(issue, household)
    return [
        Line(_label(name), *(_words(name, each) for each in values))
        for name, values in detail.items()
        if name != "reason"
    ]


def reason_of(issue: IntakeIssue) -> str:
    """Why something was not written; "" for other issues."""
    return str(json.loads(issue.detail or "{}").get("reason", ""))


def is_of_whole(issue: IntakeIssue) -> bool:
    """Whether the whole submission could not be written, not a part of it."""
    return issue.kind == IntakeIssue.Kind.REFUSED and bool(reason_of(issue))


def photos_of(issue: IntakeIssue) -> list[uuid.UUID]:
    """The photos of a submission that could not be written: they belong to no household yet."""
    if not is_of_whole(issue):
        return []
    parts = IntakePart.objects.filter(submission_id=issue.submission.submission_id, photo__isnull=False)
    return [part.photo_id for part in parts.order_by("pk") if part.photo_id and part.sha256 in issue.submission.photos]


def choices_of(issue: IntakeIssue, household: Household | None) -> list[str]:
    """What may be decided."""
    two_sides = {IntakeIssue.Kind.CHANGED_BYTES, IntakeIssue.Kind.FIELD_CONFLICT}
    if issue.kind in two_sides and household is not None and household.ended_on is None:
        return [THEIRS, OURS]
    if is_of_whole(issue) and not _is_cut(issue) and issue.submission.outcome.state == SubmissionState.State.REFUSED:
        return [RETRY, SEEN]
    return [SEEN]


def _content(issue: IntakeIssue, household: Household | None) -> list[Line]:
    """What was sent and could not be written."""
    try:
        said = envelope_of(issue).said
    except Invalid:
        return []
    if not isinstance(said, HouseholdSaid):
        return [Line("Ghi chú", "", said.note, "")] if said.note else []
    now = facts_of(household) if household is not None else None
    facts = [
        Line(
            _label(name),
            _words(name, said.was.get(name)),
            _words(name, said.facts[name]),
            _words(name, getattr(now, name)) if now is not None else "",
        )
        for name in FACTS
        if name in said.facts
    ]
    answers = {str(Purpose(name).label): "đồng ý" if given else "không đồng ý" for name, given in said.consents.items()}
    accounts = [f"{each.platform} {each.link or each.seller_id}".strip() for each in said.accounts]
    others = answers | ({_OTHER_PARTS["accounts"]: "; ".join(accounts)} if accounts else {})
    return facts + [Line(label, "", words, "") for label, words in others.items()]


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
