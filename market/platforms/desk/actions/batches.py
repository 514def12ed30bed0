"""What becomes of a batch: given to the platform, answered, cancelled."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Count, Max, Q

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from market.platforms.actions import NotAllowed
from market.platforms.models import Connection, PlatformListing, SheetBatch, SheetItem
from market.platforms.rules import can_exchange_sheets

State, Answer = SheetBatch.State, SheetItem.Answer
OPEN = (State.MADE, State.SENT, State.ANSWERED)


class BatchEnded(Exception):
    """The batch is finished or cancelled: nothing more can be done with it."""


@transaction.atomic
def mark_sent(*, batch: SheetBatch, sent: bool, by: Viewer) -> SheetBatch:
    """Note that the file was given to the platform's staff, or that it was not. The same again changes nothing.

    Raises NotAllowed, BatchEnded (also when somebody answered already and it shall not have been sent).
    """
    batch = _locked(batch, by)
    wanted = State.SENT if sent else State.MADE
    if batch.state == wanted or (sent and batch.state == State.ANSWERED):
        return batch
    if batch.state not in {State.MADE, State.SENT}:
        raise BatchEnded
    batch.state = wanted
    batch.sent_by_id, batch.sent_at = (by.user_id, clock.now()) if sent else (None, None)
    batch.save(update_fields=["state", "sent_by", "sent_at"])
    record("sheet.sent" if sent else "sheet.not_sent", actor_id=by.user_id, object_label=f"sheet_batch:{batch.pk}")
    return batch


@transaction.atomic
def cancel_batch(*, batch: SheetBatch, by: Viewer) -> SheetBatch:
    """End a batch: lines without an answer wait for the next file, answers to them are no longer taken. Answered lines stay.

    Raises NotAllowed, BatchEnded.
    """
    batch = _locked(batch, by)
    if batch.state not in OPEN:
        raise BatchEnded
    batch.state, batch.ended_at = State.CANCELLED, clock.now()
    batch.save(update_fields=["state", "ended_at"])
    waiting = batch.items.filter(answer=Answer.WAITING).exclude(task=SheetItem.Task.TAKE_DOWN)
    rows = PlatformListing.objects.select_for_update(no_key=True).filter(pk__in=waiting.values("row")).order_by("pk")
    counts = ~Q(sheet_items__batch__state=State.CANCELLED) & ~Q(sheet_items__task=SheetItem.Task.TAKE_DOWN)
    sent = dict(
        PlatformListing.objects.filter(pk__in=waiting.values("row"))
        .annotate(sent=Max("sheet_items__revision", filter=counts))
        .values_list("pk", "sent")
    )
    held = list(rows)
    for row in held:
        row.sent_revision = sent[row.pk] or 0
    PlatformListing.objects.bulk_update(held, ["sent_revision"], batch_size=200)
    record("sheet.cancelled", actor_id=by.user_id, object_label=f"sheet_batch:{batch.pk}")
    return batch


def _locked(batch: SheetBatch, by: Viewer) -> SheetBatch:
    """The batch, while nobody exports or takes a result in on its connection. Raises NotAllowed."""
    if not can_exchange_sheets(by):
        raise NotAllowed
    Connection.objects.select_for_update(no_key=True).get(pk=batch.connection_id)
    return SheetBatch.objects.select_for_update().get(pk=batch.pk)


def settle(batch_ids: Collection[int]) -> None:
    """Bring the state of batches up to date with the answers to their lines; a cancelled one stays cancelled."""
    found = SheetBatch.objects.filter(pk__in=batch_ids).exclude(state=State.CANCELLED)
    waits = Q(items__answer=Answer.WAITING)
    for batch in found.annotate(waiting=Count("items", filter=waits), answered=Count("items", filter=~waits)):
        state, ended = str(batch.state), batch.ended_at
        if not batch.waiting:
            state, ended = State.DONE, ended or clock.now()
        elif batch.answered:
            state, ended = State.ANSWERED, None
        elif state in {State.DONE, State.ANSWERED}:
            state, ended = State.SENT, None
        SheetBatch.objects.filter(pk=batch.pk).update(state=state, ended_at=ended)
