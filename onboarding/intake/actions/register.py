"""Writing households from what was said at the door."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import Q

from core.kit import clock
from core.people.queries import Viewer, viewer_for
from core.places.models import Hamlet
from onboarding.households.actions import change_household, facts_of, register_household
from onboarding.households.facts import HouseholdFacts
from onboarding.households.identity import personal_id_hash
from onboarding.households.models import Household, HouseholdPhoto, PhoneOwner, Source
from onboarding.households.queries import hamlet_of_today
from onboarding.households.writers import note_writers
from onboarding.intake.actions.besides import follow_in_producer, new_producer, note_rest
from onboarding.intake.actions.noting import open_issue
from onboarding.intake.envelope import Envelope, read_envelope
from onboarding.intake.forms import HouseholdSaid
from onboarding.intake.models import IntakeIssue, IntakePart, IntakeRecord, Submission
from onboarding.intake.rules import can_write_in
from onboarding.matching.queries import alike

# A number and whose it is, an account and its bank: one without the other would be somebody else's.
TOGETHER = (frozenset({"phone", "phone_owner"}), frozenset({"bank_bin", "bank_account"}))
ENDED = "Hộ này không còn trong sổ. Cán bộ xã sẽ xem lại."
ELSEWHERE = "Hộ này ở thôn, ấp mà bạn chưa được giao. Cán bộ xã sẽ xem lại."
# Reasons that may pass: the household lives again, it is in another hamlet, the person was given the hamlet.
COMES_BACK = (ENDED, ELSEWHERE)


@dataclass
class Kept:
    """What a record's submissions together said when they were last written: kept with the record as JSON."""

    facts: dict[str, Any] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)  # submissions whose no to a consent is noted
    maybe_duplicates: int = 0

    @classmethod
    def of(cls, record: IntakeRecord) -> Kept:
        """As kept with this record."""
        return cls(**json.loads(record.derived)) if record.derived else cls()

    def text(self) -> str:
        """The JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def note(self, facts: Mapping[str, Any]) -> None:
        """These values are written."""
        self.facts |= {name: plain(name, value) for name, value in facts.items()}


def plain(name: str, value: Any) -> Any:
    """A fact as JSON; of a personal ID only its hash."""
    if name == "personal_id":
        return personal_id_hash(value)
    if name == "production":
        return [vars(line) for line in value]
    return value.pk if isinstance(value, Hamlet) else value


def create_household(submission: Submission, envelope: Envelope) -> tuple[Household, Kept]:
    """The household of this record with its producer, consents, log-in and accounts."""
    said: HouseholdSaid = envelope.said
    by = viewer_for(submission.entered_by)
    facts = _as_facts(said.facts, submission)
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
    wanted = _as_facts(said.facts, submission)
    if wanted.get("phone_owner") == PhoneOwner.NONE:
        wanted.setdefault("phone", "")
    was = _as_facts(said.was, submission)
    now = facts_of(household)
    changes: dict[str, Any] = {}
    conflicts: dict[str, list[Any]] = {}
    for name, new in wanted.items():
        if is_same(household, now, name, new):
            kept.note({name: new})
        elif _saw(household, now, name, was) and (name != "hamlet" or can_write_in(by, new)):
            changes[name] = new
        else:
            conflicts[name] = _three(name, was.get(name), new, getattr(now, name))
    unseen = {name for name in was.keys() - wanted.keys() if not _saw(household, now, name, was)}
    for name in [*_half_said(changes, conflicts.keys() | unseen), *_without_phone(now, changes)]:
        if name not in changes:
            continue
        conflicts[name] = _three(name, was.get(name), changes.pop(name), getattr(now, name))
    writer = writer_of(submission)
    change_household(household=household, changes=changes, by=writer, via="", words_of=[submission.entered_by_id])
    kept.note(changes)
    if conflicts:
        open_issue(IntakeIssue.Kind.FIELD_CONFLICT, submission, conflicts)
    follow_in_producer(household, said, submission, writer, phone_before=now.phone)


def writer_of(submission: Submission) -> Viewer:
    """Who answers for what it says: its person; of a part of a file that nobody has signed, whoever brought the file."""
    return viewer_for(submission.received_by if _is_bare(submission) else submission.entered_by)


def _is_bare(submission: Submission) -> bool:
    return bool(submission.via == Submission.Via.BARE)


def living_household(household: Household) -> Household:
    """The household itself, or the one it was merged into."""
    found = Household.objects.select_related("hamlet__commune", "commune").get(pk=household.pk)
    seen = set()
    while found.merged_into_id is not None and found.pk not in seen:
        seen.add(found.pk)
        found = Household.objects.select_related("hamlet__commune", "commune").get(pk=found.merged_into_id)
    return found


def attach_photos(household: Household, submissions: Sequence[Submission]) -> None:
    """Every photo that has come for these submissions belongs to the household as it is now, and to no other."""
    wanted = {(each.submission_id, sha256) for each in submissions for sha256 in each.photos}
    if not wanted:
        return
    household = living_household(household)
    parts = IntakePart.objects.filter(submission_id__in={each for each, _ in wanted}, photo__isnull=False)
    photos = {part.photo_id for part in parts if part.photo_id and (part.submission_id, part.sha256) in wanted}
    now = clock.now()
    rows = list(HouseholdPhoto.objects.filter(photo_id__in=photos).order_by("pk"))
    there = {row.photo_id for row in rows if row.household_id == household.pk}
    # A merge or its undoing has taken the record elsewhere since it came.
    for row in rows:
        if row.household_id == household.pk:
            continue
        if row.photo_id in there:
            row.delete()
        else:
            row.household = household
            row.save(update_fields=["household"])
            there.add(row.photo_id)
    HouseholdPhoto.objects.bulk_create(
        HouseholdPhoto(household=household, photo_id=photo_id, added_at=now)
        for photo_id in sorted(photos - there, key=str)
    )


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
            facts = _as_facts(envelopes[number].said.facts, by_id[number])
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
        elif _register_says(household, now, name) == kept.facts.get(name, _nothing(name)):
            changes[name] = new
        else:
            left_alone.append(name)
    for name in _half_said(changes, left_alone):
        del changes[name]
        left_alone.append(name)
    if changes and household.ended_on is None:
        last = by_id[kept.order[-1]]
        speakers = {by_id[number].entered_by_id for number in kept.order}
        speakers |= {by_id[number].received_by_id for number in kept.order if _is_bare(by_id[number])}
        change_household(household=household, changes=changes, by=writer_of(last), via="", words_of=speakers)
        kept.note(changes)
    return sorted(changes), sorted(left_alone)


def is_same(household: Household, now: HouseholdFacts, name: str, new: Any) -> bool:
    """Whether the register says this already."""
    return bool(_register_says(household, now, name) == plain(name, new))


def _register_says(household: Household, now: HouseholdFacts, name: str) -> Any:
    if name == "personal_id":
        return household.personal_id_hash
    return plain(name, getattr(now, name))


def _count_alike(household: Household, facts: HouseholdFacts) -> int:
    """How many others of the commune may be the same household."""
    within = Q(commune_id=household.commune_id) & ~Q(pk=household.pk)
    return len(alike([facts], within=within)[0])


def _nothing(name: str) -> Any:
    if name == "production":
        return []
    if name == "phone_owner":
        return PhoneOwner.UNKNOWN.value
    return None if name.startswith("has_") or name in {"birth_year", "hamlet"} else ""


def _saw(household: Household, now: HouseholdFacts, name: str, was: Mapping[str, Any]) -> bool:
    """Whether the register still says what the device saw. Of a field it did not show, only that there was nothing."""
    says = _register_says(household, now, name)
    if name not in was:
        return bool(says == _nothing(name))
    if name == "phone" and len(was[name]) == 3:
        return bool(says.endswith(was[name]))
    return bool(says == plain(name, was[name]))


def _half_said(changes: Collection[str], others: Collection[str]) -> list[str]:
    """The changes that mean nothing without another field which stays as it is."""
    return [name for group in TOGETHER for name in group if name in changes and not group.isdisjoint(others)]


def _without_phone(now: HouseholdFacts, changes: Mapping[str, Any]) -> list[str]:
    """The changes that would leave a phone's owner without a phone."""
    owner, phone = changes.get("phone_owner", now.phone_owner), changes.get("phone", now.phone)
    if owner in {PhoneOwner.OWN, PhoneOwner.RELATIVE} and not phone:
        return [name for name in ("phone", "phone_owner") if name in changes]
    return []


def _three(name: str, was: Any, theirs: Any, ours: Any) -> list[Any]:
    if name == "personal_id":
        return ["", f"…{theirs[-3:]}" if theirs else "", ""]
    if name == "production":
        return [[vars(line) for line in each or ()] for each in (was, theirs, ours)]
    return [str(each) if isinstance(each, Hamlet) else each for each in (was, theirs, ours)]


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


def _hamlet_of(submission: Submission) -> Hamlet:
    """The submission's hamlet on today's map; the map may have turned while it waited."""
    ends = submission.hamlet.valid_to
    if ends is None or ends > clock.today():
        return submission.hamlet
    return hamlet_of_today(submission.hamlet_id) or submission.hamlet


def _as_facts(said: Mapping[str, Any], submission: Submission) -> dict[str, Any]:
    """Values as in HouseholdFacts: the hamlet's number becomes today's hamlet."""
    facts = dict(said)
    if "hamlet" in facts:
        facts["hamlet"] = hamlet_of_today(facts["hamlet"]) or _hamlet_of(submission)
    return facts
