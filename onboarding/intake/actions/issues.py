"""What an officer decides about what devices sent."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Mapping
from typing import Any

from django.db import OperationalError, transaction

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from core.places.events import MapTurned
from onboarding.households.actions import change_household
from onboarding.households.models import Household
from onboarding.households.queries import hamlet_of_today
from onboarding.intake.actions.besides import follow_in_producer
from onboarding.intake.actions.comparing import Kept
from onboarding.intake.actions.deriving import derive_record
from onboarding.intake.actions.register import living_household
from onboarding.intake.envelope import Envelope, read_envelope
from onboarding.intake.models import IntakeIssue, IntakeRecord, Submission, SubmissionState
from onboarding.intake.rules import can_decide
from onboarding.producers.actions import change_producer

THEIRS, OURS, SEEN, RETRY = "theirs", "ours", "seen", "retry"


_log = logging.getLogger(__name__)


class DecisionRefused(ValueError):
    """The decision cannot be carried out; the message is a Vietnamese sentence."""


@transaction.atomic
def decide_issue(*, issue: IntakeIssue, decision: str, by: Viewer, note: str = "") -> IntakeIssue:
    """Close an issue: `theirs` writes the fields in question as the device says (of changed bytes everything the second
    sending says, also the selling name, the accounts, and what was agreed to, unless it was taken back since), `ours`
    leaves the register as it is, `seen` is for what needs no choice, `retry` writes what was refused, also where its
    person was not given the hamlet; `note` goes into the trail. Raises PermissionError, DecisionRefused."""
    # In the order of deriving: the record first.
    IntakeRecord.objects.select_for_update(of=("self",)).filter(record_id=issue.submission.record_id).first()
    rows = IntakeIssue.objects.select_for_update(of=("self",)).select_related("commune", "submission__commune")
    issue = rows.get(pk=issue.pk)
    if not can_decide(by, issue):
        raise PermissionError
    if issue.decided_at is not None:
        raise DecisionRefused("Việc này đã có người quyết rồi.")
    if decision == THEIRS:
        _write_theirs(issue, by)
    elif decision == RETRY:
        _try_again(issue)
    elif decision not in {OURS, SEEN}:
        raise DecisionRefused("Hãy chọn một trong các cách đã nêu.")
    issue.decided_by_id, issue.decided_at, issue.decision = by.user_id, clock.now(), decision
    issue.save(update_fields=["decided_by", "decided_at", "decision"])
    record(
        "intake.decided",
        actor_id=by.user_id,
        object_label=f"submission:{issue.submission_id}",
        unit_code=issue.commune.code,
        changes={str(issue.get_kind_display()): ("", _WORDS[decision])} | ({"ghi chú": ("", note)} if note else {}),
    )
    return issue


_WORDS = {THEIRS: "lấy bản của máy", OURS: "giữ như trong sổ", SEEN: "đã xem", RETRY: "ghi lại vào sổ"}


def _try_again(issue: IntakeIssue) -> None:
    """Write the refused submission now, by this officer's word. Raises DecisionRefused with the reason if it still cannot
    be written."""
    submission = issue.submission
    try:
        derive_record(record_id=submission.record_id, retry=True, allowed=submission.pk)
    except OperationalError:
        raise
    except Exception as problem:
        _log.exception("submission %s could not be written", submission.pk)
        raise DecisionRefused(
            "Vẫn chưa ghi được vì lỗi của hệ thống. Nội dung vẫn được giữ; hãy thử lại sau."
        ) from problem
    outcome = SubmissionState.objects.get(submission=submission)
    if outcome.state != SubmissionState.State.APPLIED:
        raise DecisionRefused(f"Vẫn chưa ghi được. {outcome.reason}")


def _write_theirs(issue: IntakeIssue, by: Viewer) -> None:
    kept_record = IntakeRecord.objects.select_for_update(of=("self",)).filter(record_id=issue.submission.record_id)
    intake = kept_record.first()
    if intake is None or intake.household_id is None:
        raise DecisionRefused("Bản ghi này chưa có hộ trong sổ, nên chưa lấy được.")
    household = living_household(Household.objects.get(pk=intake.household_id))
    if household.ended_on is not None:
        raise DecisionRefused("Hộ này không còn trong sổ, nên không sửa được nữa.")
    if issue.kind == IntakeIssue.Kind.FIELD_CONFLICT:
        wanted = _facts(envelope_of(issue), only=set(json.loads(issue.detail or "{}")))
    elif issue.kind == IntakeIssue.Kind.CHANGED_BYTES:
        wanted = _facts(envelope_of(issue))
    else:
        raise DecisionRefused("Việc này chỉ cần xem. Hãy bấm «Đã xem».")
    before = household.phone
    # The words stay theirs who said them: choosing them does not make them another's to verify.
    change_household(household=household, changes=wanted, by=by, words_of=_speakers(issue))
    if issue.kind == IntakeIssue.Kind.CHANGED_BYTES:
        follow_in_producer(household, envelope_of(issue).said, issue.submission, by, phone_before=before)
    else:
        _follow_phone(household, by, before)
    kept = Kept.of(intake)
    kept.note(wanted)
    intake.derived, intake.derived_at = kept.text(), clock.now()
    intake.save(update_fields=["derived", "derived_at"])


def _follow_phone(household: Household, by: Viewer, before: str) -> None:
    """A producer with the household's old phone gets its new one."""
    household.refresh_from_db()
    for producer in household.producers.order_by("pk"):
        if producer.phone == before:
            change_producer(producer=producer, phone=household.phone, by=by)


def _speakers(issue: IntakeIssue) -> set[int]:
    """Whoever entered what is written, or brought it unsigned; of changed bytes also whoever sent them."""
    dispute, first = issue.dispute, issue.submission
    brought = {first.received_by_id} if first.via == Submission.Via.BARE else set()
    return {first.entered_by_id} | brought | ({dispute.received_by_id} if dispute is not None else set())


def envelope_of(issue: IntakeIssue) -> Envelope:
    """What the issue is about, parsed: the disputed bytes, else the submission's."""
    row = issue.dispute if issue.dispute is not None else Submission.objects.get(pk=issue.submission_id)
    return read_envelope(row.text.body.encode())


def _facts(envelope: Envelope, only: Collection[str] | None = None) -> dict[str, Any]:
    said: Mapping[str, Any] = envelope.said.facts
    facts = {name: value for name, value in said.items() if only is None or name in only}
    if "hamlet" in facts:
        hamlet = hamlet_of_today(facts["hamlet"])
        if hamlet is None:
            raise DecisionRefused("Thôn, ấp trong bản của máy không còn. Hãy sửa ở trang của hộ.")
        facts["hamlet"] = hamlet
    return facts


def follow_map(event: MapTurned) -> None:
    """Open questions go to the commune that now holds the ground; submissions stay as they came."""
    for old_id, new_id in event.new_unit_ids().items():
        IntakeIssue.objects.filter(commune_id=old_id).update(commune_id=new_id)
