"""Taking households off the lists that wait, because what put them there holds no longer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Q

from core.audit.actions import record
from core.kit import clock
from onboarding.consent.events import ConsentsRecorded
from onboarding.households.events import HouseholdsChanged, HouseholdsEnded
from onboarding.opening.models import OpeningBatch, OpeningLine
from onboarding.opening.queries.still import reasons_to_take_back
from onboarding.opening.rules import TakenBack

_MATTERS = frozenset({"phone", "phone_owner", "hamlet"})


def on_consents_recorded(event: ConsentsRecorded) -> None:
    """A producer that takes back its consent leaves every list that waits; if the sheet is out already, somebody has to
    tell the platform (a to-do)."""
    _look_again(Q(producer=event.producer_id), only={TakenBack.CONSENT})


def on_households_changed(event: HouseholdsChanged) -> None:
    """A phone that became somebody else's, or another one than the sheet says, or a household that went away."""
    if not event.are_new and event.fields & _MATTERS:
        _look_again(Q(household__in=event.ids), only=set(TakenBack) - {TakenBack.HAS_ACCOUNT})


def on_households_ended(event: HouseholdsEnded) -> None:
    """Households that are counted no more, or were put together with others."""
    _look_again(Q(household__in=event.ids), only=set(TakenBack) - {TakenBack.HAS_ACCOUNT})


def take_back_what_fails(batch: OpeningBatch) -> int:
    """Look at every line of a batch that waits again; how many were taken back. In the caller's transaction."""
    return _look_again(Q(batch=batch), only=set(TakenBack))


def close_if_answered(batch_id: int) -> None:
    """A batch of which no line waits any more is done."""
    if not OpeningLine.objects.filter(batch=batch_id, state=OpeningLine.State.WAITING).exists():
        closed = OpeningBatch.State.CLOSED
        OpeningBatch.objects.filter(pk=batch_id).exclude(state=closed).update(state=closed)


def _look_again(which: Q, *, only: set[TakenBack]) -> int:
    waiting = OpeningLine.objects.filter(which, state=OpeningLine.State.WAITING)
    lines = list(
        waiting.select_for_update(of=("self",)).select_related("household", "platform", "batch__commune").order_by("pk")
    )
    reasons = {pk: why for pk, why in reasons_to_take_back(lines).items() if why in only}
    _take_back([line for line in lines if line.pk in reasons], reasons)
    return len(reasons)


def _take_back(lines: Sequence[OpeningLine], reasons: Mapping[int, TakenBack]) -> None:
    now = clock.now()
    for line in lines:
        line.state, line.reason = OpeningLine.State.WITHDRAWN, str(reasons[line.pk].label)
        line.answered_at = None if line.batch.sheet_sha256 else now  # nothing has left: nobody to tell
        record(
            "opening.line_withdrawn",
            actor_id=None,
            object_label=f"household:{line.household_id}",
            unit_code=line.batch.commune.code,
            changes={
                "lô": (f"{line.platform.name}, lô {line.batch_id}, số {line.number}", ""),
                "lý do": ("", line.reason),
            },
        )
    OpeningLine.objects.bulk_update(lines, ["state", "reason", "answered_at"])
    for batch_id in sorted({line.batch_id for line in lines}):
        close_if_answered(batch_id)
