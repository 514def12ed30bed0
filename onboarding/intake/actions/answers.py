"""What a household answered about the use of its data, as devices bring it: a no counts at once, a yes only if sure."""

from __future__ import annotations

from datetime import timedelta

from core.people.queries import viewer_for
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Consent, Notice, Purpose
from onboarding.consent.queries import answers_taken_back_since
from onboarding.households.models import Household
from onboarding.intake.actions.noting import open_issue
from onboarding.intake.forms import HouseholdSaid
from onboarding.intake.models import IntakeIssue, Submission
from onboarding.producers.models import Producer

# What comes within this time of when it says it was made was made by a clock that is right.
_PROMPT = timedelta(minutes=10)
# As long as a device may well keep a record; so far back a yes may really have been said.
_DOUBT = timedelta(days=30)


def note_refusals(household: Household, submission: Submission, said: HouseholdSaid) -> bool:
    """Every no in it counts from now, for all producers of the household: whatever its order among the others and
    whether or not the rest can be written. Returns whether it could be noted (there is a producer)."""
    refused = {purpose: False for purpose, given in said.consents.items() if not given}
    producers = list(household.producers.select_related("commune").order_by("pk"))
    for producer in producers if refused else ():
        _record(producer, refused, said, submission)
    return bool(producers)


def note_answers(producer: Producer, said: HouseholdSaid, submission: Submission) -> None:
    """The answers when it is written: a yes counts from when it was said, unless it was taken back since; a no that was
    not noted at its arrival counts from now. A yes of which nobody can say whether it came after a withdrawal does not
    count, and the commune is told to ask again."""
    said_at = min(submission.entered_at, submission.received_at)
    taken_back = answers_taken_back_since(producer, said_at)
    doubtful = _doubtful(producer, submission) - taken_back
    noted = answers_taken_back_since(producer, submission.received_at)
    answers = {
        purpose: given
        for purpose, given in said.consents.items()
        if purpose not in (taken_back | doubtful if given else noted)
    }
    if answers or not producer.consents.exists():
        _record(producer, answers, said, submission)
    unsure = {purpose for purpose, given in said.consents.items() if given} & doubtful
    if unsure:
        why = "Hộ đã rút ý này gần đây, và đồng hồ của máy không cho biết câu nào nói sau. Hãy hỏi lại hộ."
        lines = {str(Purpose(purpose).label): ["", "đồng ý", why] for purpose in sorted(unsure)}
        open_issue(IntakeIssue.Kind.REFUSED, submission, lines)


def _doubtful(producer: Producer, submission: Submission) -> set[str]:
    """The purposes somebody else noted a withdrawal of, shortly before this came, when only a clock that may be wrong says
    that the yes is the later word. (A person's own answers are in the order of their device.)"""
    if abs(submission.received_at - submission.entered_at) <= _PROMPT:
        return set()
    since, agreed, found = submission.received_at - _DOUBT, set(), set()
    for row in Consent.objects.filter(producer=producer).order_by("at", "pk"):
        if row.given:
            agreed.add(row.purpose)
        elif row.purpose in agreed and row.at > since and row.recorded_by_id != submission.entered_by_id:
            found.add(row.purpose)
    return found


def _record(producer: Producer, answers: dict[str, bool], said: HouseholdSaid, submission: Submission) -> None:
    record_consents(
        producer=producer,
        answers=answers,
        means=said.means or Consent.Means.SPOKEN,
        by=viewer_for(submission.entered_by),
        notice=Notice.objects.filter(version=said.notice).first(),
        said_at=min(submission.entered_at, submission.received_at),
    )
