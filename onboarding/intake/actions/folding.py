"""Reading everything that was applied anew."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from onboarding.households.actions import change_household, facts_of
from onboarding.households.models import Household
from onboarding.intake.actions.comparing import TOGETHER, Kept, half_said, is_same, nothing, plain, register_says
from onboarding.intake.actions.register import as_facts, is_bare, living_household, writer_of
from onboarding.intake.envelope import Envelope, read_envelope
from onboarding.intake.models import IntakeIssue, Submission


def fold_again(
    household: Household, kept: Kept, envelopes: Mapping[str, Envelope], submissions: Sequence[Submission]
) -> tuple[list[str], list[str]]:
    """Read everything applied anew. Where it now says something else than was written then, the register follows unless
    somebody changed it since, or has decided about it. Returns the names (rewritten, left as people made them)."""
    by_id = {str(each.submission_id): each for each in submissions}
    folded: dict[str, Any] = {}
    decided = _decided(submissions)
    for number in kept.order:
        if number in envelopes:
            left = _left_out(by_id[number])
            facts = as_facts(envelopes[number].said.facts, by_id[number])
            folded |= {name: value for name, value in facts.items() if name not in left}
    household = living_household(household)
    now = facts_of(household)
    changes, left_alone = {}, []
    for name, new in folded.items():
        if name in decided:
            continue
        if name in kept.facts and kept.facts[name] == plain(name, new):
            continue
        if is_same(household, now, name, new):
            kept.note({name: new})
        elif register_says(household, now, name) == kept.facts.get(name, nothing(name)):
            changes[name] = new
        else:
            left_alone.append(name)
    for name in half_said(changes, left_alone):
        del changes[name]
        left_alone.append(name)
    if changes and household.ended_on is None:
        last = by_id[kept.order[-1]]
        speakers = {by_id[number].entered_by_id for number in kept.order}
        speakers |= {by_id[number].received_by_id for number in kept.order if is_bare(by_id[number])}
        change_household(household=household, changes=changes, by=writer_of(last), via="", words_of=speakers)
        kept.note(changes)
    return sorted(changes), sorted(left_alone)


def _decided(submissions: Sequence[Submission]) -> set[str]:
    """The fields about which a person has decided: what they chose comes after everything that was sent."""
    found: set[str] = set()
    of_these = IntakeIssue.objects.filter(submission__in=submissions, decided_at__isnull=False)
    for issue in of_these.filter(kind=IntakeIssue.Kind.FIELD_CONFLICT).exclude(decision="seen"):
        found |= set(json.loads(issue.detail or "{}"))
    taken = of_these.filter(kind=IntakeIssue.Kind.CHANGED_BYTES, decision="theirs", dispute__isnull=False)
    for issue in taken.select_related("dispute__text"):
        if issue.dispute is not None:
            text = issue.dispute.text
            cut = text.redacted_at is not None  # its numbers cannot be read any more, but which fields there were
            found |= set(json.loads(text.body)["facts"] if cut else read_envelope(text.body.encode()).said.facts)
    return found.union(*(group for group in TOGETHER if group & found))


def _left_out(submission: Submission) -> set[str]:
    """The fields of an edit that did not go into the register, and that nobody has decided for since."""
    left: set[str] = set()
    for issue in submission.issues.filter(kind=IntakeIssue.Kind.FIELD_CONFLICT).exclude(decision="theirs"):
        left |= set(json.loads(issue.detail or "{}"))
    return left
