"""Writing households from what was said at the door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from core.kit import clock
from core.people.queries import Viewer, viewer_for
from core.places.models import Hamlet
from onboarding.households.actions import change_household, facts_of, register_household
from onboarding.households.facts import HouseholdFacts
from onboarding.households.models import Household, PhoneOwner, Source
from onboarding.households.queries import hamlet_of_today
from onboarding.households.writers import note_writers
from onboarding.intake.actions.besides import follow_in_producer, new_producer, note_rest
from onboarding.intake.actions.comparing import Kept, device_saw, half_said, is_same, three_sides, without_phone
from onboarding.intake.actions.noting import open_issue
from onboarding.intake.envelope import Envelope
from onboarding.intake.forms import HouseholdSaid
from onboarding.intake.models import IntakeIssue, Submission
from onboarding.intake.rules import can_write_in
from onboarding.matching.queries import alike

ENDED = "Hộ này không còn trong sổ. Cán bộ xã sẽ xem lại."
ELSEWHERE = "Hộ này ở thôn, ấp mà bạn chưa được giao. Cán bộ xã sẽ xem lại."
# Reasons that may pass: the household lives again, it is in another hamlet, the person was given the hamlet.
COMES_BACK = (ENDED, ELSEWHERE)


def create_household(submission: Submission, envelope: Envelope) -> tuple[Household, Kept]:
    """The household of this record with its producer, consents, log-in and accounts."""
    said: HouseholdSaid = envelope.said
    by = viewer_for(submission.entered_by)
    facts = as_facts(said.facts, submission)
    said_facts = HouseholdFacts(**{"hamlet": _hamlet_of(submission)} | facts)
    household = register_household(
        record_id=submission.record_id,
        facts=said_facts,
        by=by,
        source=Source.FIELD,
    )
    writer = writer_of(submission)
    if writer.user_id != by.user_id:  # so that they cannot verify what nobody else may have said
        household.last_written_by_id = writer.user_id
        household.save(update_fields=["last_written_by"])
        note_writers({household.pk: False}, [writer.user_id])
    producer = new_producer(household, said, by)
    note_rest(producer, household, said, submission, writer)
    kept = Kept(maybe_duplicates=_count_alike(household, said_facts))
    kept.note(facts)
    return household, kept


def why_not(household: Household, submission: Submission, *, is_allowed: bool = False) -> str:
    """Why an edit may not be written into this household, as a sentence; "" when it may. `is_allowed`: an officer says
    that it may be written although its person was not given the hamlet."""
    if household.ended_on is not None:
        return ENDED
    if is_allowed or household.hamlet_id == _hamlet_of(submission).pk:
        return ""
    return "" if can_write_in(viewer_for(submission.entered_by), household.hamlet) else ELSEWHERE


def edit_household(household: Household, submission: Submission, envelope: Envelope, kept: Kept) -> None:
    """Write what the edit changes, field by field: where the register says what the device saw, it follows; where it
    says something else, it stays and an issue keeps both. The caller has asked `why_not`."""
    said: HouseholdSaid = envelope.said
    by = viewer_for(submission.entered_by)
    wanted = as_facts(said.facts, submission)
    if wanted.get("phone_owner") == PhoneOwner.NONE:
        wanted.setdefault("phone", "")
    was = as_facts(said.was, submission)
    now = facts_of(household)
    changes: dict[str, Any] = {}
    conflicts: dict[str, list[Any]] = {}
    for name, new in wanted.items():
        if is_same(household, now, name, new):
            kept.note({name: new})
        elif device_saw(household, now, name, was) and (name != "hamlet" or can_write_in(by, new)):
            changes[name] = new
        else:
            conflicts[name] = three_sides(name, was.get(name), new, getattr(now, name))
    unseen = {name for name in was.keys() - wanted.keys() if not device_saw(household, now, name, was)}
    for name in [*half_said(changes, conflicts.keys() | unseen), *without_phone(now, changes)]:
        if name not in changes:
            continue
        conflicts[name] = three_sides(name, was.get(name), changes.pop(name), getattr(now, name))
    writer = writer_of(submission)
    change_household(household=household, changes=changes, by=writer, via="", words_of=[submission.entered_by_id])
    kept.note(changes)
    if conflicts:
        open_issue(IntakeIssue.Kind.FIELD_CONFLICT, submission, conflicts)
    follow_in_producer(household, said, submission, writer, phone_before=now.phone)


def writer_of(submission: Submission) -> Viewer:
    """Who answers for what it says: its person; of a part of a file that nobody has signed, whoever brought the file."""
    return viewer_for(submission.received_by if is_bare(submission) else submission.entered_by)


def is_bare(submission: Submission) -> bool:
    """Whether it came in a file that no open app has signed."""
    return bool(submission.via == Submission.Via.BARE)


def living_household(household: Household) -> Household:
    """The household itself, or the one it was merged into."""
    found = Household.objects.select_related("hamlet__commune", "commune").get(pk=household.pk)
    seen = set()
    while found.merged_into_id is not None and found.pk not in seen:
        seen.add(found.pk)
        found = Household.objects.select_related("hamlet__commune", "commune").get(pk=found.merged_into_id)
    return found


def _count_alike(household: Household, facts: HouseholdFacts) -> int:
    """How many others of the commune may be the same household."""
    within = Q(commune_id=household.commune_id) & ~Q(pk=household.pk)
    return len(alike([facts], within=within)[0])


def _hamlet_of(submission: Submission) -> Hamlet:
    """The submission's hamlet on today's map; the map may have turned while it waited."""
    ends = submission.hamlet.valid_to
    if ends is None or ends > clock.today():
        return submission.hamlet
    return hamlet_of_today(submission.hamlet_id) or submission.hamlet


def as_facts(said: Mapping[str, Any], submission: Submission) -> dict[str, Any]:
    """Values as in HouseholdFacts: the hamlet's number becomes today's hamlet."""
    facts = dict(said)
    if "hamlet" in facts:
        facts["hamlet"] = hamlet_of_today(facts["hamlet"]) or _hamlet_of(submission)
    return facts
