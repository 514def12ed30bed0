"""What became of a submission, and what a person must decide about it."""

from __future__ import annotations

import json
from typing import Any

from core.audit.actions import record
from core.kit import clock
from onboarding.intake.models import DisputedSubmission, IntakeIssue, Submission, SubmissionState

State = SubmissionState.State
# A submission refused for this reason is tried again when its record comes after all.
NEVER_CAME = "Chưa thấy bản ghi đầu tiên của hộ này sau 5 ngày. Nội dung vẫn được giữ."

# After so many errors of ours a person is told, instead of trying for ever.
FAILED = "Hệ thống chưa ghi được bản này. Nội dung vẫn được giữ; cán bộ xã bấm «Thử lại» khi lỗi đã được sửa."
MOST_TRIES = 5


def open_issue(
    kind: str,
    submission: Submission,
    detail: dict[str, Any] | None = None,
    *,
    dispute: DisputedSubmission | None = None,
) -> IntakeIssue:
    """Something for an officer of the commune; in the caller's transaction. `detail` holds plain JSON values."""
    return IntakeIssue.objects.create(
        kind=kind,
        submission=submission,
        dispute=dispute,
        commune_id=submission.commune_id,
        detail=json.dumps(detail, ensure_ascii=False) if detail else "",
        opened_at=clock.now(),
    )


def note_applied(submission: Submission, *, is_forced: bool) -> None:
    """It stands in the register now."""
    _settle(submission, State.APPLIED, "", applied_at=clock.now(), is_forced=is_forced)
    _on_trail("intake.forced" if is_forced else "intake.applied", submission)
    if is_forced:
        open_issue(IntakeIssue.Kind.FORCED, submission)


def note_waiting(submission: Submission, reason: str) -> None:
    """Something that should come before has not come yet; said once on the trail."""
    if submission.outcome.reason != reason:
        _settle(submission, State.WAITING, reason)
        _on_trail("intake.held", submission)


def note_refused(submission: Submission, reason: str) -> None:
    """It cannot stand in the register; what was sent is kept, and a person must look."""
    if submission.outcome.state != State.REFUSED:
        _settle(submission, State.REFUSED, reason)
        _on_trail("intake.refused", submission)
        open_issue(IntakeIssue.Kind.REFUSED, submission, {"reason": reason})
    elif submission.outcome.reason != reason:  # tried again, and now for another reason
        _settle(submission, State.REFUSED, reason)


def note_failure(submission: Submission) -> bool:
    """An error of ours while writing it. Returns whether it was one too many: it is refused now, until somebody tries it
    again."""
    if submission.outcome.state == State.WAITING:
        submission.outcome.tries += 1
        submission.outcome.save(update_fields=["tries"])
        if submission.outcome.tries >= MOST_TRIES:
            note_refused(submission, FAILED)
            return True
    return False


def _settle(submission: Submission, state: str, reason: str, **values: Any) -> None:
    outcome = submission.outcome
    outcome.state, outcome.reason = state, reason
    if state != State.WAITING:
        outcome.waiting_since = None
    for name, value in values.items():
        setattr(outcome, name, value)
    outcome.save()


def _on_trail(word: str, submission: Submission) -> None:
    record(
        word,
        actor_id=submission.entered_by_id,
        object_label=f"submission:{submission.pk}",
        unit_code=submission.commune.code,
    )
