"""What the bank has done with the rows of a batch: paid, or sent back."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from core.kit import clock
from core.people.queries import Viewer
from market.ledger.accounts import BANK, owed_to
from market.ledger.actions import write_entry
from market.payouts.actions.shared import MOVED_ON, PayoutRefused, held_batch, held_rows, hold_producers, note, person
from market.payouts.models import PayoutBatch, PayoutRow

State = PayoutRow.State


@transaction.atomic
def mark_paid(*, batch: PayoutBatch, rows: Collection[int], by: Viewer) -> PayoutBatch:
    """The bank has sent the money of these rows (ids) of a batch whose file was fetched: it is no longer owed.

    Raises PermissionError, PayoutRefused when one of them does not wait for the bank's word.
    """
    person(by)
    batch = held_batch(batch)
    if batch.state != PayoutBatch.State.EXPORTED or not rows:
        raise PayoutRefused(MOVED_ON if rows else "Hãy chọn ít nhất một dòng.")
    waiting = {row.pk: row for row in held_rows(batch, State.WAITING)}
    now = clock.now()
    for pk in sorted(set(rows)):
        row = waiting.get(pk)
        if row is None or not _decide(row, {State.WAITING}, State.PAID, by, paid_at=now):
            raise PayoutRefused(MOVED_ON)
        write_entry(
            "paid_out", debit=owed_to(row.producer_id), credit=BANK, amount=row.amount, subject=f"payout:{row.pk}",
            key=f"payout:{row.pk}", by=by,
        )  # fmt: skip
    note("payout.rows_paid", batch, by, {"dòng": ("", _numbers([waiting[pk] for pk in set(rows)]))})
    _finish_if_over(batch)
    return batch


@transaction.atomic
def mark_returned(*, row: PayoutRow, why: str, by: Viewer) -> PayoutRow:
    """The bank did not take a row, or sent its money back after it was said to be paid; it is owed as before. `why` is what the bank
    says. Raises PermissionError, PayoutRefused."""
    person(by)
    batch = held_batch(row.batch)
    if not why.strip():
        raise PayoutRefused("Hãy ghi ngân hàng nói gì.")
    hold_producers([row.producer_id])
    was_paid = PayoutRow.objects.filter(pk=row.pk, state=State.PAID).exists()
    if batch.state not in {PayoutBatch.State.EXPORTED, PayoutBatch.State.DONE}:
        raise PayoutRefused(MOVED_ON)
    if not _decide(row, {State.PAID if was_paid else State.WAITING}, State.RETURNED, by, note=why.strip()):
        raise PayoutRefused(MOVED_ON)
    if was_paid:
        write_entry(
            "payout_back", debit=BANK, credit=owed_to(row.producer_id), amount=row.amount, subject=f"payout:{row.pk}",
            key=f"payout_back:{row.pk}", by=by,
        )  # fmt: skip
    note("payout.row_returned", batch, by, {"dòng": ("", str(row.number)), "ngân hàng nói": ("", why.strip())})
    _finish_if_over(batch)
    row.refresh_from_db()
    return row


def _decide(row: PayoutRow, from_states: set[State], to: State, by: Viewer, **changes: object) -> bool:
    # SQLite ignores the row lock, so the update itself looks again.
    found = PayoutRow.objects.filter(pk=row.pk, state__in=from_states)
    return bool(found.update(state=to, decided_at=clock.now(), decided_by_id=by.user_id, **changes))


def _finish_if_over(batch: PayoutBatch) -> None:
    """A batch is done when the bank has spoken of all its rows."""
    if batch.rows.filter(state=State.WAITING).exists():
        return
    open_batch = PayoutBatch.objects.filter(pk=batch.pk, state=PayoutBatch.State.EXPORTED)
    open_batch.update(state=PayoutBatch.State.DONE, finished_at=clock.now())
    batch.refresh_from_db()


def _numbers(rows: list[PayoutRow]) -> str:
    return ", ".join(str(row.number) for row in sorted(rows, key=lambda row: row.number))
