"""A batch's way to the bank: made, approved, fetched as a file, or withdrawn."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum

from core.kit import clock
from core.kit.money import dong
from core.people.queries import Viewer
from market.payouts.actions.shared import (
    MOVED_ON,
    NotApprover,
    PayoutRefused,
    held_batch,
    held_rows,
    hold_person,
    hold_producers,
    note,
    person,
)
from market.payouts.models import PayoutBatch, PayoutRow
from market.payouts.queries import producers_owed, propose, rows_gone_wrong
from market.payouts.rules import WITHDRAWN_FROM, takes_two, words_for

State = PayoutBatch.State


def make_batch(*, total_seen: int, by: Viewer) -> PayoutBatch:
    """Put everybody who is owed enough and has a bank account into a new batch: from here on the money waits in it and in no other.
    `total_seen` is the sum that was on the page, in đồng.

    Raises PermissionError; PayoutRefused when there is nobody, or another sum than was seen.
    """
    maker = person(by)
    try:
        with transaction.atomic():
            return _make(total_seen, maker, by)
    except IntegrityError as error:  # somebody else has just put one of them into a batch
        raise PayoutRefused("Có người vừa lập bảng chi khác. Hãy mở lại trang.") from error


def _make(total_seen: int, maker: int, by: Viewer) -> PayoutBatch:
    proposal = propose(hold_producers(producers_owed()))
    if not proposal.dues:
        raise PayoutRefused("Không có ai để chi lúc này.")
    if proposal.total != total_seen:
        raise PayoutRefused(f"Số tiền vừa đổi, nay là {dong(proposal.total)}. Hãy xem lại rồi lập bảng.")
    now = clock.now()
    code = f"BC{now.astimezone(clock.VIETNAM):%y%m%d}{secrets.token_hex(3).upper()}"
    batch = PayoutBatch.objects.create(
        code=code,
        total=proposal.total,
        count=len(proposal.dues),
        minimum=proposal.minimum,
        needs_two=takes_two(proposal.total),
        left_out=[
            {"producer": each.producer.pk, "amount": each.amount, "reason": each.reason.value}
            for each in proposal.omissions
        ],
        made_by_id=maker,
        made_at=now,
    )
    PayoutRow.objects.bulk_create(
        PayoutRow(
            batch=batch,
            number=number,
            producer_id=due.shop.producer_id,
            amount=due.amount,
            bank_bin=due.shop.bank_bin,
            bank_account=due.shop.bank_account,
            bank_holder=due.shop.bank_holder,
            words=words_for(code, number),
        )
        for number, due in enumerate(proposal.dues, 1)
    )
    note("payout.made", batch, by, {"số tiền": ("", dong(batch.total)), "số dòng": ("", str(batch.count))})
    return batch


@transaction.atomic
def approve_batch(*, batch: PayoutBatch, by: Viewer) -> PayoutBatch:
    """Say that it may go. Above the limit, counting what this person has sent alone today, somebody else than who made it: many
    small batches are one large one.

    Raises PermissionError, NotApprover, PayoutRefused when it waits no more or no longer is what should be sent.
    """
    approver = person(by)
    hold_person(approver)
    batch = held_batch(batch)
    if batch.state != State.DRAFT:
        raise PayoutRefused(MOVED_ON)
    alone = approver == batch.made_by_id
    if alone and (batch.needs_two or takes_two(batch.total + _sent_alone_today(approver))):
        raise NotApprover
    held_rows(batch, PayoutRow.State.WAITING)
    if rows_gone_wrong(batch):
        raise PayoutRefused("Có dòng không còn đúng. Hãy rút bảng này rồi lập bảng mới.")
    _move(batch, {State.DRAFT}, State.APPROVED, approved_by_id=approver, approved_at=clock.now())
    note("payout.approved", batch, by)
    return batch


@transaction.atomic
def export_batch(*, batch: PayoutBatch, by: Viewer) -> PayoutBatch:
    """Fetch its file for the bank; every time is noted, for the file names bank accounts. The first time nothing in it may have gone
    wrong since it was approved. Raises PermissionError, PayoutRefused before it is approved and when it is over: nobody hands the bank
    a file again of what it has paid."""
    exporter = person(by)
    batch = held_batch(batch)
    if batch.state not in {State.APPROVED, State.EXPORTED}:
        raise PayoutRefused("Bảng chi này chưa được duyệt hoặc đã kết thúc, nên không có tệp gửi ngân hàng.")
    if batch.state == State.APPROVED:
        held_rows(batch, PayoutRow.State.WAITING)
        if rows_gone_wrong(batch):
            raise PayoutRefused("Có dòng không còn đúng. Hãy rút bảng này rồi lập bảng mới.")
        _move(batch, {State.APPROVED}, State.EXPORTED, exported_by_id=exporter, exported_at=clock.now())
    note("payout.exported", batch, by)
    return batch


@transaction.atomic
def withdraw_batch(*, batch: PayoutBatch, why: str, by: Viewer) -> PayoutBatch:
    """Give it up as long as nothing of it has been paid: what was in it is owed as before and may go into another. `why` also says,
    once its file was fetched, that the bank has not taken it.

    Raises PermissionError, PayoutRefused without a reason, or when something of it is decided.
    """
    person(by)
    batch = held_batch(batch)
    if not why.strip():
        raise PayoutRefused("Hãy ghi lý do rút bảng chi.")
    if batch.rows.exclude(state=PayoutRow.State.WAITING).exists():
        raise PayoutRefused("Bảng chi này đã có dòng được ghi kết quả, nên không rút được nữa.")
    now = clock.now()
    # Rows first: one that somebody is just marking as paid stands under its producer's lock.
    for row in held_rows(batch, PayoutRow.State.WAITING):
        dropped = PayoutRow.objects.filter(pk=row.pk, state=PayoutRow.State.WAITING)
        if not dropped.update(state=PayoutRow.State.DROPPED, decided_at=now, decided_by_id=by.user_id):
            raise PayoutRefused(MOVED_ON)
    _move(batch, set(WITHDRAWN_FROM), State.WITHDRAWN, finished_at=now, note=why.strip())
    note("payout.withdrawn", batch, by, {"lý do": ("", why.strip())})
    return batch


def _move(batch: PayoutBatch, from_states: set[PayoutBatch.State], to: PayoutBatch.State, **changes: Any) -> None:
    # SQLite ignores the row lock, so the update itself looks again.
    if not PayoutBatch.objects.filter(pk=batch.pk, state__in=from_states).update(state=to, **changes):
        raise PayoutRefused(MOVED_ON)
    batch.refresh_from_db()


def _sent_alone_today(user_id: int) -> int:
    alone = PayoutBatch.objects.filter(
        made_by=user_id, approved_by=user_id, approved_at__gte=clock.start_of(clock.today())
    ).exclude(state=State.WITHDRAWN)
    return int(alone.aggregate(sum=Sum("total"))["sum"] or 0)
