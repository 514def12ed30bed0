"""Giving money back: asked for, approved by another person above a limit, and decided by people where the network said nothing.

What a refund takes is taken from the charge and the book as soon as it is asked for: two at once cannot give back more than came.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Sum

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.people.queries import SYSTEM, Viewer
from market.ledger.accounts import REFUNDS
from market.payments.actions.answers import finish, move, put_back
from market.payments.actions.booking import book
from market.payments.events import RefundChanged, RefundFinished
from market.payments.models import Charge, Refund
from market.payments.rules import may_handle_money, takes_two

State = Refund.State
DROPPED = (State.FAILED, State.WITHDRAWN)
# Longer than any call lasts: before that an answer may still be on its way.
STILL_ANSWERING = timedelta(minutes=5)
_DECIDED = "Khoản hoàn này đã có kết quả hoặc vừa được gửi. Hãy mở lại trang."
_NO_NOTE = "Hãy ghi đã đối chiếu theo chứng từ nào."


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
    request_id: str = "",
) -> Refund:
    """Ask for `amount` đồng of this charge back, out of `account` of the book. What the product asks for itself is money that
    nothing is owed for, and goes without a second person; what `follows_a_person` (an order called off) needs one above the
    limit, and a person's as soon as what people gave back of this charge alone would pass it: many small ones are one large one.

    `request_id` (32 hexadecimal digits; else a new one) is the number under which it is sent: asking twice with the same is
    asking once, and the first refund is returned.
    Raises PermissionError, RefundRefused when there is not so much left.
    """
    if not may_handle_money(by):
        raise PermissionError("only who handles money may give it back")
    charge = Charge.objects.select_for_update(of=("self",)).select_related("payment").get(pk=charge.pk)
    if request_id and (known := Refund.objects.filter(request_id=request_id).first()) is not None:
        if (known.charge_id, known.amount, known.asked_by_id) != (charge.pk, amount, by.user_id):
            raise RefundRefused("Trang này đã được dùng cho một khoản hoàn khác. Hãy mở lại trang rồi thử lại.")
        return known
    if not 0 < amount <= charge.left:
        raise RefundRefused("Khoản này không còn đủ tiền để hoàn. Hãy xem lại các lần hoàn trước.")
    # SQLite ignores the row lock, so the update itself looks again.
    taken = Charge.objects.filter(pk=charge.pk, refunded=charge.refunded).update(refunded=F("refunded") + amount)
    if not taken:
        raise RefundRefused("Có người vừa hoàn tiền cho khoản này. Hãy mở lại trang rồi thử lại.")
    alone = _given_alone(charge) if by.user_id is not None else 0
    needs_two = (by.user_id is not None or follows_a_person) and takes_two(alone + amount)
    now = clock.now()
    refund = Refund.objects.create(
        charge=charge,
        amount=amount,
        is_full=amount == charge.amount and not charge.refunds.exclude(state__in=DROPPED).exists(),
        request_id=request_id or uuid.uuid4().hex,
        account=account,
        subject=subject,
        reason=reason,
        state=State.ASKED if needs_two else State.READY,
        asked_by_id=by.user_id,
        made_at=now,
        next_step_at=None if needs_two else now,
    )
    book(
        charge.payment, "refund_asked", debit=account, credit=REFUNDS, amount=amount, subject=subject,
        key=f"refund:{refund.pk}", by=by,
    )  # fmt: skip
    _note("refund.asked", refund, by)
    emit(RefundChanged(refund.pk))
    return refund


@transaction.atomic
def approve_refund(*, refund: Refund, by: Viewer) -> Refund:
    """The second person agrees. Raises NotApprover (also for whoever asked), RefundRefused when it waits no more."""
    refund = locked_refund(refund, by)
    if refund.asked_by_id == by.user_id:
        raise NotApprover
    if not move(refund, {State.ASKED}, State.READY, decided_by_id=by.user_id, next_step_at=clock.now()):
        raise RefundRefused(_DECIDED)
    _note("refund.approved", refund, by)
    return refund


@transaction.atomic
def withdraw_refund(*, refund: Refund, by: Viewer, note: str = "") -> Refund:
    """Whoever asked takes it back, or the second person says no; as long as the gateway surely has not heard of it. Raises
    NotApprover, RefundRefused."""
    refund = locked_refund(refund, by)
    may_have_left = refund.state != State.ASKED and refund.calls > 0
    changes: dict[str, object] = {"note": note.strip(), "finished_at": clock.now(), "next_step_at": None}
    if by.user_id != refund.asked_by_id:
        changes["decided_by_id"] = by.user_id
    if may_have_left or not move(refund, {State.ASKED, State.READY}, State.WITHDRAWN, **changes):
        raise RefundRefused(_DECIDED)
    put_back(refund, by)
    _note("refund.withdrawn", refund, by)
    emit(RefundFinished(refund.pk))
    return refund


@transaction.atomic
def decide_by_report(*, refund: Refund, has_paid: bool, note: str, by: Viewer) -> Refund:
    """A person has read in the gateway's report what the network did not tell. Never whoever asked for it. `note` says where it
    stands. Raises NotApprover, RefundRefused when it is not open or may still be answered."""
    refund = _silent(locked_refund(refund, by), note)
    if refund.asked_by_id == by.user_id:
        raise NotApprover
    Refund.objects.filter(pk=refund.pk).update(note=note.strip())
    if not finish(refund, {State.SENT, State.ACCEPTED}, State.SUCCEEDED if has_paid else State.FAILED, by):
        raise RefundRefused(_DECIDED)
    _note("refund.decided", refund, by, note)
    return refund


@transaction.atomic
def send_again(*, refund: Refund, note: str, by: Viewer) -> Refund:
    """The gateway's report does not know it: send it again, under the same request number. Raises NotApprover, RefundRefused."""
    refund = _silent(locked_refund(refund, by), note)
    if refund.asked_by_id == by.user_id and takes_two(refund.amount):
        raise NotApprover
    if not move(refund, {State.SENT}, State.READY, next_step_at=clock.now(), note=note.strip()):
        raise RefundRefused(_DECIDED)
    _note("refund.sent_again", refund, by, note)
    return refund


@transaction.atomic
def ask_about_refund_soon(*, refund: Refund, by: Viewer) -> None:
    """Let the next round ask the gateway about it. Raises NotApprover, RefundRefused when there is nothing to ask by."""
    refund = locked_refund(refund, by)
    known = Refund.objects.filter(pk=refund.pk, state=State.ACCEPTED).exclude(transaction_no="")
    if not known.update(next_step_at=clock.now()):
        raise RefundRefused(
            "VNPAY không cho số giao dịch hoàn, nên không hỏi được. Hãy đối chiếu theo báo cáo của VNPAY."
        )


def _given_alone(charge: Charge) -> int:
    """What of this charge people have asked back without a second person, in đồng."""
    alone = charge.refunds.filter(asked_by__isnull=False, decided_by__isnull=True)
    found = alone.exclude(state__in=[State.ASKED, *DROPPED]).aggregate(sum=Sum("amount"))["sum"]
    return int(found or 0)


def locked_refund(refund: Refund, by: Viewer) -> Refund:
    """The row, for a person who may decide about refunds."""
    if not may_handle_money(by) or by.user_id is None:
        raise NotApprover
    return Refund.objects.select_for_update().get(pk=refund.pk)


def _silent(refund: Refund, note: str) -> Refund:
    """This refund, if it was sent and no answer can come any more; with a note that says what it was compared with."""
    if not note.strip():
        raise RefundRefused(_NO_NOTE)
    if refund.state not in {State.SENT, State.ACCEPTED}:
        raise RefundRefused(_DECIDED)
    if refund.sent_at is not None and refund.sent_at > clock.now() - STILL_ANSWERING:
        raise RefundRefused("Vừa gửi chưa đầy năm phút, VNPAY còn có thể trả lời. Hãy chờ thêm rồi thử lại.")
    return refund


def _note(action: str, refund: Refund, by: Viewer, compared_with: str = "") -> None:
    changes = {"Đối chiếu": ("", compared_with.strip())} if compared_with else None
    record(action, actor_id=by.user_id, object_label=f"refund:{refund.pk}", changes=changes)
