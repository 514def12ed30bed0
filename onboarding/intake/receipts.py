"""What a device is told about what it sent. It may forget a record only when its receipt says `complete`."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from onboarding.intake.models import IntakeIssue, IntakePart, IntakeRecord, Submission

CONFLICTS = (IntakeIssue.Kind.FIELD_CONFLICT, IntakeIssue.Kind.CHANGED_BYTES)


def receipt_of(submission: Submission) -> dict[str, Any]:
    """The receipt of one submission."""
    return receipts_of([submission])[0]


def receipts_of(submissions: Sequence[Submission]) -> list[dict[str, Any]]:
    """Their receipts, in order; a fixed number of queries. `submissions` come with their outcome."""
    ids = [each.submission_id for each in submissions if each.photos]
    parts: dict[uuid.UUID, dict[str, str]] = defaultdict(dict)
    for number, sha256, refused in IntakePart.objects.filter(submission_id__in=ids).values_list(
        "submission_id", "sha256", "refused"
    ):
        parts[number][sha256] = refused
    issues = IntakeIssue.objects.filter(submission__in=submissions, decided_at__isnull=True, kind__in=CONFLICTS)
    disputed = set(issues.values_list("submission_id", flat=True))
    records = {
        row.record_id: row
        for row in IntakeRecord.objects.filter(record_id__in={each.record_id for each in submissions})
    }
    return [
        _receipt(each, parts[each.submission_id], each.pk in disputed, records.get(each.record_id))
        for each in submissions
    ]


def receipt_of_unknown(submission_id: uuid.UUID) -> dict[str, Any]:
    """The receipt for photos that came before their submission."""
    parts = dict(IntakePart.objects.filter(submission_id=submission_id).values_list("sha256", "refused"))
    return {
        "submission": str(submission_id), "record": None, "sha256": "", "received_at": None, "state": "unknown",
        "reason": "", "conflict": False, "photos": _photos(list(parts), parts), "complete": False, "household": None,
        "maybe_duplicates": 0,
    }  # fmt: skip


def maybe_duplicates(record: IntakeRecord | None) -> int:
    """How many households of the commune looked like this one when it was registered."""
    return int(json.loads(record.derived).get("maybe_duplicates", 0)) if record and record.derived else 0


def _receipt(
    submission: Submission, parts: dict[str, str], is_disputed: bool, record: IntakeRecord | None
) -> dict[str, Any]:
    photos = _photos(submission.photos, parts)
    return {
        "submission": str(submission.submission_id),
        "record": str(submission.record_id),
        "sha256": submission.sha256,
        "received_at": submission.received_at.isoformat(),
        "state": submission.outcome.state,
        "reason": submission.outcome.reason,
        "conflict": is_disputed,
        "photos": photos,
        "complete": not photos["missing"],
        "household": record.household_id if record else None,
        "maybe_duplicates": maybe_duplicates(record),
    }


def _photos(wanted: Sequence[str], parts: dict[str, str]) -> dict[str, Any]:
    return {
        "arrived": [sha256 for sha256 in wanted if parts.get(sha256) == ""],
        "missing": [sha256 for sha256 in wanted if sha256 not in parts],
        "refused": [{"sha256": sha256, "reason": parts[sha256]} for sha256 in wanted if parts.get(sha256)],
    }
