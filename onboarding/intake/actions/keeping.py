"""How long the words of a submission are kept in full."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from core.audit.actions import record
from core.kit import clock
from onboarding.intake.actions.noting import NEVER_CAME
from onboarding.intake.models import IntakeIssue, SubmissionState, SubmissionText

KEPT_WHOLE = timedelta(days=90)
REDACTED = "redacted"
_NUMBERS = ("personal_id", "tax_code", "bank_account", "phone")
_CUT = frozenset({*_NUMBERS, "note"})
_AT_ONCE = 500


def redact_texts() -> int:
    """Cut personal numbers and notes out of texts that came more than 90 days ago, are settled (in the register, or
    refused) and about which no issue is open. The unchangeable rows stay, with the digests of what came. Returns how
    many texts; one that was cut is not looked at again."""
    done = 0
    while count := _some():
        done += count
    return done


@transaction.atomic
def _some() -> int:
    texts = SubmissionText.objects.select_for_update(of=("self",)).filter(_ripe(), redacted_at=None).order_by("pk")
    found = list(texts[:_AT_ONCE])
    for text in found:
        text.body, text.redacted_at = _without_numbers(text.body), clock.now()
    SubmissionText.objects.bulk_update(found, ["body", "redacted_at"])
    issues = _cut_issues(found)
    if found:
        record(
            "intake.redacted",
            actor_id=None,
            object_label=f"submission_text:{found[0].pk}-{found[-1].pk}",
            changes={"số bản": ("", str(len(found))), "số việc đã quyết": ("", str(issues))},
        )
    return len(found)


def _ripe() -> Q:
    """Old, settled, and nothing about it waits for a person. What still comes back should its household come after all
    (a no to consent counts even then) stays whole."""
    before = clock.now() - KEPT_WHOLE
    settled = [SubmissionState.State.APPLIED, SubmissionState.State.REFUSED]
    undecided = IntakeIssue.objects.filter(decided_at=None)
    own = Q(submission__received_at__lt=before, submission__outcome__state__in=settled)
    own &= ~Q(submission__outcome__reason=NEVER_CAME)
    other = Q(dispute__received_at__lt=before, dispute__submission__outcome__state__in=settled)
    return (own & ~Exists(undecided.filter(submission=OuterRef("submission")))) | (
        other & ~Exists(undecided.filter(submission=OuterRef("dispute__submission")))
    )


def _cut_issues(texts: Sequence[SubmissionText]) -> int:
    about = Q(submission__in=[text.submission_id for text in texts if text.submission_id])
    about |= Q(dispute__in=[text.dispute_id for text in texts if text.dispute_id])
    issues = list(IntakeIssue.objects.select_for_update(of=("self",)).filter(about, decided_at__isnull=False))
    changed = []
    for issue in issues:
        detail = json.loads(issue.detail or "{}")
        if _CUT & set(detail):
            cut = {name: [REDACTED] * len(each) if name in _CUT else each for name, each in detail.items()}
            issue.detail = json.dumps(cut, ensure_ascii=False)
            changed.append(issue)
    IntakeIssue.objects.bulk_update(changed, ["detail"])
    return len(changed)


def _without_numbers(body: str) -> str:
    said: dict[str, Any] = json.loads(body)
    for part in ("facts", "was"):
        if isinstance(said.get(part), dict):
            said[part] = _cut(said[part])
    return json.dumps(_cut(said), ensure_ascii=False)


def _cut(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same; what was not said stays not said."""
    return {name: REDACTED if name in _CUT and value else value for name, value in values.items()}
