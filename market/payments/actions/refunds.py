"""Giving money back: asked for, approved by another person above a limit, sent once, and believed only when the gateway says so.

What a refund takes is taken from the charge and the book as soon as it is asked for: two at once cannot give back more than came.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.people.queries import SYSTEM, Viewer
from market.ledger.accounts import GATEWAY, REFUNDS
from market.ledger.actions import write_entry
from market.payments.contract import RefundResult
from market.payments.events import RefundFinished
from market.payments.models import Charge, Refund
from market.payments.rules import may_handle_money, takes_two

State = Refund.State
TRY_AGAIN = timedelta(minutes=5)
ASK_AGAIN = timedelta(hours=1)  # a bank takes days


class RefundRefused(Exception):
    """The sentence says why in Vietnamese."""


class NotApprover(PermissionError):
    """This person may not decide about this refund."""


@transaction.atomic
def request_refund(
    *,
    charge: Charge,
    amount: int,
    account: str,
    subject: str,
    reason: str,
    by: Viewer = SYSTEM,
    follows_a_person: bool = False,
) -> Refund:
    """Ask for `amount` đồng of this charge back, out of `account` of the book. What the product asks for itself is money that
    nothing is owed for, and goes without a second person; a person's, or what `follows_a_person` (an order called off), needs
    one above the limit.

    Raises PermissionError, RefundRefused when there is not so much left.
    """
    if not may_handle_money(by):
        raise PermissionError("only who handles money may give it back")
    charge = Charge.objects.select_for_update().get(pk=charge.pk)
    if not 0 < amount <= charge.left:
        raise RefundRefused("Khoản này không còn đủ tiền để hoàn. Hãy xem lại các lần hoàn trước.")
    # SQLite ignores the row lock, so the update itself looks again.
    taken = Charge.objects.filter(pk=charge.pk, refunded=charge.refunded).update(refunded=F("refunded") + amount)
    if not taken:
        raise RefundRefused("Có người vừa hoàn tiền cho khoản này. Hãy mở lại trang rồi thử lại.")
    needs_two = (by.user_id is not None or follows_a_person) and takes_two(amount)
    now = clock.now()
    refund = Refund.objects.create(
        charge=charge,
        amount=amount,
        is_full=amount == charge.amount
        and not charge.refunds.exclude(state__in=[State.FAILED, State.WITHDRAWN]).exists(),
        request_id=uuid.uuid4().hex,
        account=account,
        subject=subject,
        reason=reason,
        state=State.ASKED if needs_two else State.READY,
        asked_by_id=by.user_id,
        made_at=now,
        next_step_at=None if needs_two else now,
    )
    write_entry(
        "refund_asked", debit=account, credit=REFUNDS, amount=amount, subject=subject, key=f"refund:{refund.pk}", by=by
    )
    record("refund.asked", actor_id=by.user_id, object_label=f"refund:{refund.pk}")
    return refund


@transaction.atomic
def approve_refund(*, refund: Refund, by: Viewer) -> Refund:
    """The second person agrees. Raises NotApprover (also for whoever asked), RefundRefused when it waits no more."""
    refund = _waiting_for_decision(refund, by)
    if refund.asked_by_id == by.user_id:
        raise NotApprover
    _move(refund, {State.ASKED}, State.READY, decided_by_id=by.user_id, next_step_at=clock.now())
    record("refund.approved", actor_id=by.user_id, object_label=f"refund:{refund.pk}")
    return refund


@transaction.atomic
def withdraw_refund(*, refund: Refund, by: Viewer, note: str = "") -> Refund:
    """Whoever asked takes it back, or the second person says no; before it was sent. Raises NotApprover, RefundRefused."""
    refund = _waiting_for_decision(refund, by)
    decided_by = by.user_id if by.user_id != refund.asked_by_id else None
    _move(refund, {State.ASKED}, State.WITHDRAWN, decided_by_id=decided_by, note=note, finished_at=clock.now())
    _put_back(refund, by)
    record("refund.withdrawn", actor_id=by.user_id, object_label=f"refund:{refund.pk}")
    emit(RefundFinished(refund.pk))
    return refund


@transaction.atomic
def begin_sending(refund: Refund) -> bool:
    """Note that it is about to be sent; False where somebody else has begun. From here on its fate is the gateway's to tell: a
    process that dies in between leaves it SENT, for a person to compare with the gateway's report."""
    return _move(refund, {State.READY}, State.SENT, sent_at=clock.now(), next_step_at=None)


@transaction.atomic
def note_refund_answer(*, refund: Refund, result: RefundResult | None, was_sent: bool = True) -> None:
    """Take in the answer to a sent refund. None: there was none; then it stays SENT, unless it surely did not leave
    (`was_sent` False), when it is tried again under the same request number."""
    refund = Refund.objects.select_for_update().select_related("charge").get(pk=refund.pk)
    if not was_sent:
        _move(refund, {State.SENT}, State.READY, sent_at=None, next_step_at=clock.now() + TRY_AGAIN)
    elif result is not None:
        _take(refund, result, {State.SENT})


@transaction.atomic
def note_refund_question(*, refund: Refund, result: RefundResult | None) -> None:
    """Take in what the gateway says of a refund that the bank is working on (None: nothing usable), and when to ask again."""
    refund = Refund.objects.select_for_update().select_related("charge").get(pk=refund.pk)
    if result is not None:
        _take(refund, result, {State.ACCEPTED})
    Refund.objects.filter(pk=refund.pk, state=State.ACCEPTED).update(next_step_at=clock.now() + ASK_AGAIN)


@transaction.atomic
def decide_by_report(*, refund: Refund, has_paid: bool, note: str, by: Viewer) -> Refund:
    """A person has read in the gateway's report what the network did not tell. Never whoever asked for it. `note` says where it
    stands. Raises NotApprover, RefundRefused when it is not open."""
    if not may_handle_money(by) or by.user_id is None:
        raise NotApprover
    refund = Refund.objects.select_for_update().select_related("charge").get(pk=refund.pk)
    if refund.asked_by_id == by.user_id:
        raise NotApprover
    if refund.state not in {State.SENT, State.ACCEPTED} or not note.strip():
        raise RefundRefused("Khoản hoàn này đã có kết quả, hoặc chưa ghi đối chiếu theo chứng từ nào.")
    Refund.objects.filter(pk=refund.pk).update(note=note.strip())
    record("refund.decided", actor_id=by.user_id, object_label=f"refund:{refund.pk}")
    _finish(refund, {State.SENT, State.ACCEPTED}, State.SUCCEEDED if has_paid else State.FAILED, by)
    return refund


@transaction.atomic
def send_again(*, refund: Refund, note: str, by: Viewer) -> Refund:
    """The gateway's report does not know it: send it again, under the same request number. Raises NotApprover, RefundRefused."""
    if not may_handle_money(by) or by.user_id is None:
        raise NotApprover
    refund = Refund.objects.select_for_update().get(pk=refund.pk)
    if refund.asked_by_id == by.user_id and takes_two(refund.amount):
        raise NotApprover
    if not note.strip() or not _move(
        refund, {State.SENT}, State.READY, sent_at=None, next_step_at=clock.now(), note=note
    ):
        raise RefundRefused("Khoản hoàn này đã có kết quả, hoặc chưa ghi đối chiếu theo chứng từ nào.")
    record("refund.sent_again", actor_id=by.user_id, object_label=f"refund:{refund.pk}")
    return refund


def _take(refund: Refund, result: RefundResult, from_states: set[State]) -> None:
    """An authenticated word of the gateway about this refund."""
    if result.amount is not None and result.amount != refund.amount:
        return  # about another one: it stays as it is, for a person
    said = {
        "response_code": result.response_code,
        "transaction_status": result.transaction_status,
        "transaction_no": result.transaction_no or refund.transaction_no,
    }
    Refund.objects.filter(pk=refund.pk, state__in=from_states).update(**said)
    if result.outcome == "succeeded":
        _finish(refund, from_states, State.SUCCEEDED, SYSTEM)
    elif result.outcome == "failed":
        _finish(refund, from_states, State.FAILED, SYSTEM)
    elif result.outcome == "pending":
        _move(refund, from_states, State.ACCEPTED, next_step_at=clock.now() + ASK_AGAIN)


def _finish(refund: Refund, from_states: set[State], to: State, by: Viewer) -> None:
    if not _move(refund, from_states, to, finished_at=clock.now(), next_step_at=None):
        return
    if to == State.SUCCEEDED:
        write_entry(
            "refunded", debit=REFUNDS, credit=GATEWAY, amount=refund.amount, subject=refund.subject, key=f"refunded:{refund.pk}", by=by
        )  # fmt: skip
    else:
        _put_back(refund, by)
    record(
        f"refund.{to.value}",
        actor_id=by.user_id,
        object_label=f"refund:{refund.pk}",
        via="gateway" if by.is_system else "",
    )
    emit(RefundFinished(refund.pk))


def _put_back(refund: Refund, by: Viewer) -> None:
    Charge.objects.filter(pk=refund.charge_id).update(refunded=F("refunded") - refund.amount)
    write_entry(
        "refund_dropped", debit=REFUNDS, credit=refund.account, amount=refund.amount, subject=refund.subject,
        key=f"refund_dropped:{refund.pk}", by=by,
    )  # fmt: skip


def _waiting_for_decision(refund: Refund, by: Viewer) -> Refund:
    if not may_handle_money(by) or by.user_id is None:
        raise NotApprover
    refund = Refund.objects.select_for_update().get(pk=refund.pk)
    if refund.state != State.ASKED:
        raise RefundRefused("Khoản hoàn này đã được quyết định. Hãy mở lại trang.")
    return refund


def _move(refund: Refund, from_states: set[State], to: State, **changes: object) -> bool:
    """A guarded transition: SQLite ignores row locks, so the update itself looks at the state."""
    moved = bool(Refund.objects.filter(pk=refund.pk, state__in=from_states).update(state=to, **changes))
    if moved:
        refund.refresh_from_db()
    return moved
