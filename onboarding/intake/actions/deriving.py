"""From submissions to the register: an action that can be run again and then changes nothing.

Of a (device, record) the submissions are applied in their sequence, of several devices in the order in which they came.
An edit waits for its household, a visit for the household it was at. Nothing is decided by a device's clock.
"""

from __future__ import annotations

import copy
import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import OperationalError, transaction

from core.kit import clock
from onboarding.households.models import Household
from onboarding.intake.actions.answers import note_refusals
from onboarding.intake.actions.attaching import attach_photos
from onboarding.intake.actions.comparing import Kept
from onboarding.intake.actions.folding import fold_again
from onboarding.intake.actions.noting import (
    FAILED,
    NEVER_CAME,
    State,
    note_applied,
    note_failure,
    note_refused,
    note_waiting,
)
from onboarding.intake.actions.outings import apply_outing, missing_households, records_in_register
from onboarding.intake.actions.register import (
    COMES_BACK,
    create_household,
    edit_household,
    living_household,
    why_not,
)
from onboarding.intake.actions.waiting import AT_ONCE, ask_to_derive, forget_awaited, note_awaited, outings_awaiting
from onboarding.intake.envelope import Envelope, read_envelope
from onboarding.intake.forms import HouseholdSaid
from onboarding.intake.models import IntakeIssue, IntakeRecord, RecordKind, Submission
from onboarding.intake.rules import FORCE_AFTER

_log = logging.getLogger(__name__)
_WAITS_FOR_BEFORE = "Chờ bản gửi trước của cùng máy."
_WAITS_FOR_HOUSEHOLD = "Chờ bản ghi đầu tiên của hộ."
_OTHER_KIND = "Mã bản ghi này đã dùng cho một loại khác. Hãy ghi lại thành bản mới."


@dataclass
class Derived:
    """What one run did. `kept` are fields that people changed since, left as they are."""

    applied: int = 0
    waiting: int = 0
    refused: int = 0
    rewritten: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def derive_record(*, record_id: uuid.UUID, again: bool = False, retry: bool = False, allowed: int = 0) -> Derived:
    """Apply what waits for this record, as far as its order allows; five days after it came also without.

    With `again` also what was applied before is read anew, and where it now says something else than what was written
    then, the register follows, unless somebody changed it since. Raises what a submission raises that cannot be
    applied; the others are then applied all the same. After five such errors it is refused with an issue and raises no
    more; `retry` tries it again. `allowed` is the number of a submission that an officer wants written although its
    person was not given the hamlet.
    """
    with transaction.atomic():
        run = _Run(record_id, retry=again or retry, allowed=allowed)
        run.go(again=again)
    # After the commit: an outing that did not see the household is visible by now, and the other way round.
    if run.has_new_household:
        _wake_outings(record_id)
    if run.awaited and run.awaited == records_in_register(run.awaited):
        return derive_record(record_id=record_id, again=again)
    if run.problem is not None:
        raise run.problem
    return run.done


def _wake_outings(household: uuid.UUID) -> None:
    """Derive the first outings that waited for this household; of many the rest by jobs."""
    outings = outings_awaiting(household)
    for outing in outings[:AT_ONCE]:
        try:
            derive_record(record_id=outing)
        except OperationalError:
            raise
        except Exception:
            _log.exception("record %s could not be derived", outing)
    ask_to_derive(outings[AT_ONCE:])


class _Run:
    """One record, locked for the transaction."""

    def __init__(self, record_id: uuid.UUID, *, retry: bool = False, allowed: int = 0) -> None:
        self.done = Derived()
        self.retry, self.allowed = retry, allowed
        self.failed: set[int] = set()
        self.awaited: set[uuid.UUID] = set()
        self.problem: Exception | None = None
        self.has_new_household = False
        self.has_new_refusals = False
        self.submissions: list[Submission] = []
        of_record = Submission.objects.filter(record_id=record_id).order_by("pk")
        kind = of_record.values_list("kind", flat=True).first()
        if kind is None:
            return
        self.record = _locked(record_id, kind)
        self.kept = Kept.of(self.record)
        whole = of_record.select_related("outcome", "text", "hamlet__commune", "commune", "entered_by", "received_by")
        self.submissions = list(whole)
        if self.record.household_id is None and self.record.kind == RecordKind.HOUSEHOLD:
            self.record.household = Household.objects.filter(record_id=record_id).first()

    def go(self, *, again: bool) -> None:
        """Everything that can be done now."""
        if not self.submissions:
            return
        self._note_refusals()
        while (ready := self._next()) is not None:
            self._try(*ready)
        for submission in self._pending():
            if submission.pk not in self.failed:
                self._leave(submission)
        if self.record.household is not None:
            attach_photos(self.record.household, [each for each in self.submissions if _is_applied(each)])
        # A text that was cut says less than what was written: such a record stays as it stands in the register.
        is_whole = all(each.text.redacted_at is None for each in self.submissions if _is_applied(each))
        if again and is_whole and self.record.household is not None:
            envelopes = {str(each.submission_id): _envelope(each) for each in self.submissions if _is_applied(each)}
            self.done.rewritten, self.done.kept = fold_again(
                self.record.household, self.kept, envelopes, self.submissions
            )
        if self.done.applied or self.done.rewritten or self.has_new_refusals:
            self.record.derived, self.record.derived_at = self.kept.text(), clock.now()
            self.record.save()

    def _note_refusals(self) -> None:
        """What a household refused counts as soon as it is here, before its turn and even if its turn never comes."""
        if self.record.household is None or self.record.kind != RecordKind.HOUSEHOLD:
            return
        for submission in self.submissions:
            number = str(submission.submission_id)
            if _is_applied(submission) or number in self.kept.refusals or submission.kind != self.record.kind:
                continue
            if submission.text.redacted_at is not None:  # settled long ago, with the household there
                continue
            if submission.pk in self.failed or (envelope := self._read(submission)) is None:
                continue
            said: HouseholdSaid = envelope.said
            if all(said.consents.values()):
                continue
            if note_refusals(living_household(self.record.household), submission, said):
                self.kept.refusals.append(number)
                self.has_new_refusals = True

    def _try(self, submission: Submission, envelope: Envelope, is_forced: bool) -> None:
        """Apply it; when that fails, everything is as before."""
        household, kept, is_new = self.record.household, copy.deepcopy(self.kept), self.has_new_household
        try:
            with transaction.atomic():
                self._apply(submission, envelope, is_forced)
        except OperationalError:
            raise
        except Exception as problem:
            self.record.household, self.kept, self.has_new_household = household, kept, is_new
            submission.outcome.refresh_from_db()
            self._fail(submission, problem)

    def _fail(self, submission: Submission, problem: Exception) -> None:
        self.failed.add(submission.pk)
        if note_failure(submission):
            self.done.refused += 1
            _log.error("submission %s is refused after an error", submission.pk, exc_info=problem)
        else:
            self.problem = self.problem or problem

    def _read(self, submission: Submission) -> Envelope | None:
        """Its envelope; None when it cannot be read any more."""
        try:
            return _envelope(submission)
        except Exception as problem:
            self._fail(submission, problem)
            return None

    def _pending(self) -> list[Submission]:
        return [each for each in self.submissions if self._is_open(each)]

    def _is_open(self, submission: Submission) -> bool:
        """Whether it may still be written, now or later."""
        outcome = submission.outcome
        if outcome.state == State.WAITING or _may_come_back(submission):
            return True
        if outcome.state != State.REFUSED or submission.text.redacted_at is not None:
            return False
        if outcome.reason == FAILED:
            return self.retry
        return outcome.reason in COMES_BACK and not self._why_not(submission)

    def _why_not(self, submission: Submission) -> str:
        if self.record.household is None:
            return NEVER_CAME
        household = living_household(self.record.household)
        return why_not(household, submission, is_allowed=submission.pk == self.allowed)

    def _next(self) -> tuple[Submission, Envelope, bool] | None:
        """The first one whose turn it is, else the first that has waited long enough: (it, its envelope, forced)."""
        left = [each for each in self._pending() if each.pk not in self.failed]
        pending = [(each, envelope) for each in left if (envelope := self._read(each)) is not None]
        for submission, envelope in pending:
            if not self._hindrance(submission, envelope):
                return submission, envelope, False
        due = clock.now() - FORCE_AFTER
        for submission, envelope in pending:
            since = submission.outcome.waiting_since
            if since is not None and since <= due and self._can_force(envelope):
                return submission, envelope, True
        return None

    def _hindrance(self, submission: Submission, envelope: Envelope) -> str:
        """Why it is not its turn; "" when it is."""
        if submission.kind != self.record.kind:
            return ""  # it will be refused
        if envelope.kind == RecordKind.HOUSEHOLD:
            if not envelope.is_create and self.record.household is None:
                return _WAITS_FOR_HOUSEHOLD
            return "" if self._is_in_sequence(submission) else _WAITS_FOR_BEFORE
        return _WAITS_FOR_HOUSEHOLD if missing_households(envelope) else ""

    def _is_in_sequence(self, submission: Submission) -> bool:
        if submission.sequence == 1:
            return True
        before = [
            each
            for each in self.submissions
            if each.device_id == submission.device_id and each.sequence == submission.sequence - 1
        ]
        return any(not self._is_open(each) for each in before)

    def _can_force(self, envelope: Envelope) -> bool:
        return envelope.kind != RecordKind.HOUSEHOLD or envelope.is_create or self.record.household is not None

    def _leave(self, submission: Submission) -> None:
        """Not its turn: it waits, or has waited in vain."""
        since = submission.outcome.waiting_since
        hindrance = self._hindrance(submission, _envelope(submission))
        if submission.outcome.state == State.REFUSED or not hindrance:
            return
        if since is not None and since <= clock.now() - FORCE_AFTER:
            note_refused(submission, NEVER_CAME)
            self.done.refused += 1
        else:
            note_waiting(submission, hindrance)
            self.done.waiting += 1
            if hindrance == _WAITS_FOR_HOUSEHOLD and submission.kind != RecordKind.HOUSEHOLD:
                self.awaited = missing_households(_envelope(submission))
                note_awaited(submission.record_id, self.awaited)

    def _apply(self, submission: Submission, envelope: Envelope, is_forced: bool) -> None:
        if submission.kind != self.record.kind:
            note_refused(submission, _OTHER_KIND)
            self.done.refused += 1
            return
        said_before = list(_open_refusals(submission))
        refusal = ""
        if envelope.kind != RecordKind.HOUSEHOLD:
            refusal = apply_outing(submission, envelope)
            if submission.outcome.reason == _WAITS_FOR_HOUSEHOLD:
                forget_awaited(submission.record_id)
        elif self.record.household is None:
            self.record.household, self.kept = create_household(submission, envelope)
            self.record.save(update_fields=["household"])
            self.has_new_household = True
            self.kept.refusals.append(str(submission.submission_id))
            self._note_refusals()
        elif not (refusal := self._why_not(submission)):
            edit_household(living_household(self.record.household), submission, envelope, self.kept)
        if refusal:
            note_refused(submission, refusal)
            self.done.refused += 1
            return
        self.kept.order.append(str(submission.submission_id))
        IntakeIssue.objects.filter(pk__in=said_before).update(decided_at=clock.now(), decision="came_after_all")
        note_applied(submission, is_forced=is_forced)
        self.done.applied += 1


def _locked(record_id: uuid.UUID, kind: str) -> IntakeRecord:
    """The record's row, made if there is none. Whoever derives the same record waits here, and then sees what we wrote."""
    rows = IntakeRecord.objects.select_for_update(of=("self",)).filter(record_id=record_id)
    found = rows.first()
    if found is None:
        IntakeRecord.objects.bulk_create([IntakeRecord(record_id=record_id, kind=kind)], ignore_conflicts=True)
        found = rows.get()
    return found


def _is_applied(submission: Submission) -> bool:
    return bool(submission.outcome.state == State.APPLIED)


def _may_come_back(submission: Submission) -> bool:
    """Not when its text was cut since: what it said cannot be read any more."""
    never_came = submission.outcome.state == State.REFUSED and submission.outcome.reason == NEVER_CAME
    return bool(never_came and submission.text.redacted_at is None)


def _envelope(submission: Submission) -> Envelope:
    return read_envelope(submission.text.body.encode())


def _open_refusals(submission: Submission) -> Iterable[int]:
    """Open issues that say it could not be written."""
    if submission.outcome.state != State.REFUSED:
        return []
    return submission.issues.filter(kind=IntakeIssue.Kind.REFUSED, decided_at__isnull=True).values_list("pk", flat=True)
