"""Outings that wait for households: looked up by the record they name when that record comes."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db import transaction

from core.jobs.actions import enqueue
from onboarding.intake.models import AwaitedRecord

DERIVE_JOB = "intake.derive"
AT_ONCE = 5


def note_awaited(outing: uuid.UUID, households: Collection[uuid.UUID]) -> None:
    """The outing waits for these households' records."""
    rows = [AwaitedRecord(outing=outing, record_id=each) for each in sorted(households)]
    AwaitedRecord.objects.bulk_create(rows, ignore_conflicts=True)


def forget_awaited(outing: uuid.UUID) -> None:
    """It waits no longer."""
    AwaitedRecord.objects.filter(outing=outing).delete()


def outings_awaiting(record_id: uuid.UUID) -> list[uuid.UUID]:
    """The records of the outings that name this household, the oldest first."""
    rows = AwaitedRecord.objects.filter(record_id=record_id).order_by("pk")
    return list(rows.values_list("outing", flat=True))


def ask_to_derive(records: Collection[uuid.UUID]) -> None:
    """A job for each of these records."""
    with transaction.atomic():
        for each in records:
            enqueue(DERIVE_JOB, {"record": str(each)}, key=str(each))
