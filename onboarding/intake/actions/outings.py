"""Writing down visits and training sessions."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from core.people.queries import viewer_for
from onboarding.households.models import Household
from onboarding.households.queries import hamlet_of_today
from onboarding.intake.envelope import Envelope
from onboarding.intake.forms import SessionSaid, VisitSaid
from onboarding.intake.models import Submission
from onboarding.matching.queries.pairs import survivor_of
from onboarding.visits.actions import VisitRefused, log_session, log_visit


def missing_households(envelope: Envelope) -> set[uuid.UUID]:
    """The households this outing speaks of that are not in the register yet."""
    wanted = _records(envelope)
    return wanted - records_in_register(wanted)


def records_in_register(wanted: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these records that are households of the register."""
    if not wanted:
        return set()
    return set(Household.objects.filter(record_id__in=wanted).values_list("record_id", flat=True))


def apply_outing(submission: Submission, envelope: Envelope) -> str:
    """Store the visit or the session; of a session whose households never came they count among the others. Returns why
    it cannot be stored, else ""."""
    hamlet = hamlet_of_today(submission.hamlet_id) or submission.hamlet
    by = viewer_for(submission.entered_by)
    # Also one that has moved to another commune since, and of merged ones the one that is left, once.
    there = list(Household.objects.filter(record_id__in=_records(envelope)).order_by("pk"))
    households = list({household.pk: household for household in map(survivor_of, there)}.values())
    said = envelope.said
    try:
        if isinstance(said, VisitSaid):
            log_visit(
                record_id=submission.record_id,
                hamlet=hamlet,
                household=households[0] if households else None,
                by=by,
                visited_at=said.visited_at,
                received_at=submission.received_at,
                taught=said.taught,
                note=said.note,
            )
        else:
            log_session(
                record_id=submission.record_id,
                hamlet=hamlet,
                held_at=said.held_at,
                received_at=submission.received_at,
                topics=said.topics,
                households=households,
                others=said.others + len(said.households) - len(there),
                note=said.note,
                by=by,
            )
    except VisitRefused as refusal:
        return str(refusal)
    return ""


def _records(envelope: Envelope) -> set[uuid.UUID]:
    said: VisitSaid | SessionSaid = envelope.said
    if isinstance(said, VisitSaid):
        return {said.household} if said.household else set()
    return set(said.households)
