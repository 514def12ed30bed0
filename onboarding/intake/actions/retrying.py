"""What could not be written is tried again when its cause is gone."""

from __future__ import annotations

import logging
import uuid

from django.db.models import Exists, OuterRef, Q

from onboarding.households.events import HouseholdsChanged
from onboarding.households.models import HouseholdPhoto
from onboarding.intake.actions.deriving import derive_record
from onboarding.intake.actions.register import COMES_BACK
from onboarding.intake.actions.waiting import ask_to_derive
from onboarding.intake.models import IntakeRecord, Submission, SubmissionState

_AT_ONCE = 2000
_FEW = 10
_log = logging.getLogger(__name__)


def follow_change(event: HouseholdsChanged) -> None:
    """A household that lives again, was made two again, or came into another hamlet may now take what was refused; its
    photos go where its record is."""
    if event.are_new or "hamlet" not in event.fields:
        return
    ids = event.ids[:_AT_ONCE]
    records = IntakeRecord.objects.filter(Q(household__in=ids) | Q(household__merged_into__in=ids))
    if len(ids) > _FEW or not HouseholdPhoto.objects.filter(household__in=ids).exists():
        of_record = Submission.objects.filter(record_id=OuterRef("record_id"))
        records = records.filter(Exists(of_record.filter(_refused())))
    ask_to_derive(list(records.order_by("pk").values_list("record_id", flat=True)[:_AT_ONCE]))


def records_refused() -> list[uuid.UUID]:
    """Records of which something was refused for a reason that may pass, those that were sent last first."""
    rows = Submission.objects.filter(_refused()).order_by("-pk").values_list("record_id", flat=True)
    return list(dict.fromkeys(rows[:_AT_ONCE]))


def try_refused() -> int:
    """Look again at what was refused; a periodic job. Returns how many could be written."""
    done = 0
    for record_id in records_refused():
        try:
            done += derive_record(record_id=record_id).applied
        except Exception:
            _log.exception("record %s could not be derived", record_id)
    return done


def _refused() -> Q:
    state = SubmissionState.State.REFUSED
    return Q(outcome__state=state, outcome__reason__in=COMES_BACK, text__redacted_at__isnull=True)
