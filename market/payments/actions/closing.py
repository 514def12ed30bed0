"""Ending what only a person can end: a refund that failed, or whose result the gateway contradicts. Where its report says otherwise
than the book, the book is put right in the same transaction."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.people.queries import Viewer
from market.ledger.accounts import GATEWAY
from market.ledger.models import LedgerEntry
from market.payments.actions.booking import book
from market.payments.actions.refunds import NotApprover, RefundRefused, locked_refund
from market.payments.events import RefundChanged, RefundFinished
from market.payments.models import Charge, Refund
from market.payments.sources import sources_of

State = Refund.State


@transaction.atomic
def close_case(*, refund: Refund, note: str, by: Viewer, has_paid: bool | None = None) -> Refund:
    """Somebody has dealt with a refund that failed, or whose result was contradicted; `note` says how. `has_paid` is what the
    gateway's report says became of the money: of a contradicted one it must be said, and never by whoever asked for it. Raises
    NotApprover, RefundRefused."""
    refund = locked_refund(refund, by)
    if not note.strip():
        raise RefundRefused("Hãy ghi đã xử lý thế nào.")
    if not (refund.state == State.FAILED or refund.is_contradicted):
        raise RefundRefused("Khoản hoàn này không chờ ai xử lý. Hãy mở lại trang.")
    if refund.is_contradicted and has_paid is None:
        raise RefundRefused("VNPAY nói khác sổ. Hãy chọn: theo báo cáo của VNPAY, tiền đã về người mua hay chưa.")
    if (refund.is_contradicted or has_paid) and refund.asked_by_id == by.user_id:
        raise NotApprover
    if has_paid is not None and has_paid != (refund.state == State.SUCCEEDED):
        _correct(refund, has_paid, by)
    # Guarded for SQLite, which ignores the lock: what was dealt with meanwhile stays as it is.
    waiting = Refund.objects.filter(pk=refund.pk, state=refund.state, is_contradicted=refund.is_contradicted)
    waiting.update(note=note.strip(), is_contradicted=False)
    refund.refresh_from_db()
    record(
        "refund.case_closed",
        actor_id=by.user_id,
        object_label=f"refund:{refund.pk}",
        changes={"Xử lý": ("", note.strip())},
    )
    return refund


def _correct(refund: Refund, has_paid: bool, by: Viewer) -> None:
    """The book said the contrary of what the money did: one entry takes it back, and the refund's state follows."""
    charge = Charge.objects.select_for_update(of=("self",)).select_related("payment").get(pk=refund.charge_id)
    now = clock.now()
    was, to = State(refund.state), State.SUCCEEDED if has_paid else State.FAILED
    account = _account_that_lost(charge, refund) if has_paid else refund.account
    debit, credit = (account, GATEWAY) if has_paid else (GATEWAY, account)
    more = refund.amount if has_paid else -refund.amount
    # One that was withdrawn was never said to have left.
    sent_at = refund.sent_at or (now if has_paid else None)
    moved = Refund.objects.filter(pk=refund.pk, state=was)
    if not moved.update(state=to, account=account, sent_at=sent_at, finished_at=now):
        raise RefundRefused("Khoản hoàn này vừa đổi kết quả. Hãy mở lại trang.")
    Charge.objects.filter(pk=charge.pk).update(refunded=F("refunded") + more)
    key = f"corrected:{refund.pk}:"
    number = LedgerEntry.objects.filter(key__startswith=key).count() + 1
    book(
        charge.payment,
        "corrected",
        debit=debit,
        credit=credit,
        amount=refund.amount,
        subject=refund.subject,
        key=f"{key}{number}",
        by=by,
    )
    record(
        "refund.corrected",
        actor_id=by.user_id,
        object_label=f"refund:{refund.pk}",
        changes={"Kết quả": (was.label, to.label)},
    )
    refund.refresh_from_db()
    emit(RefundChanged(refund.pk))
    emit(RefundFinished(refund.pk))


def _account_that_lost(charge: Charge, refund: Refund) -> str:
    """Where the money stands that has really gone back: where the refund was to take it from, or where it moved to since."""
    enough = [
        each.account
        for each in sources_of(charge)
        if each.part.subject == refund.subject and each.amount >= refund.amount
    ]
    if not enough:
        raise RefundRefused(
            "Trong sổ không còn đủ tiền của khoản này, vì nó đã được hoàn lần khác. Hãy rút lần hoàn chưa gửi, rồi ghi lại."
        )
    return refund.account if refund.account in enough else enough[0]
