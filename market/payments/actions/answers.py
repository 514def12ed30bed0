"""Sending refunds and taking in what the gateway says of them: an answer is believed once, and never against a person's decision
in silence."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.people.queries import SYSTEM, Viewer
from market.ledger.accounts import GATEWAY, REFUNDS
from market.payments.actions.booking import book
from market.payments.contract import RefundResult
from market.payments.events import RefundChanged, RefundFinished
from market.payments.models import Charge, Payment, Refund

log = logging.getLogger(__name__)
State = Refund.State
TRY_AGAIN = timedelta(minutes=5)
ASK_AGAIN = timedelta(hours=1)  # a bank takes days
MONEY_IS_GOING_BACK = {"succeeded", "pending"}


@transaction.atomic
def begin_sending(refund: Refund) -> bool:
    """Note that it is about to be sent; False where somebody else has begun. From here on its fate is the gateway's to tell: a
    process that dies in between leaves it SENT, for a person to compare with the gateway's report."""
    return move(refund, {State.READY}, State.SENT, sent_at=clock.now(), next_step_at=None, calls=F("calls") + 1)


@transaction.atomic
def note_refund_answer(*, refund: Refund, result: RefundResult | None, was_sent: bool = True) -> None:
    """Take in the answer to a sent refund. None: there was none; then it stays SENT, unless it surely did not leave
    (`was_sent` False), when it is tried again under the same request number."""
    refund = _locked(refund)
    if not was_sent:
        # An earlier call, if there was one, may still have arrived.
        sent_at = refund.sent_at if refund.calls > 1 else None
        later = clock.now() + TRY_AGAIN
        move(refund, {State.SENT}, State.READY, sent_at=sent_at, next_step_at=later, calls=F("calls") - 1)
    elif result is not None:
        # Sent again meanwhile by a person (READY): the first call's late answer still says what became of it.
        _take(refund, result, {State.SENT, State.READY})


@transaction.atomic
def note_refund_question(*, refund: Refund, result: RefundResult | None) -> None:
    """Take in what the gateway says of a refund that the bank is working on (None: nothing usable), and when to ask again."""
    refund = _locked(refund)
    if result is not None:
        _take(refund, result, {State.ACCEPTED})
    Refund.objects.filter(pk=refund.pk, state=State.ACCEPTED).update(next_step_at=clock.now() + ASK_AGAIN)


def _locked(refund: Refund) -> Refund:
    return Refund.objects.select_for_update(of=("self",)).select_related("charge").get(pk=refund.pk)


def _take(refund: Refund, result: RefundResult, from_states: set[State]) -> None:
    """An authenticated word of the gateway about this refund."""
    if result.amount is not None and result.amount != refund.amount:
        log.error("VNPAY names another amount for refund %s", refund.pk)
        return  # about another one: it stays as it is, for a person
    if refund.state not in from_states:
        _compare(refund, result)
        return
    said = {
        "response_code": (result.response_code or refund.response_code)[:2],
        "transaction_status": result.transaction_status[:2],
        "transaction_no": (result.transaction_no or refund.transaction_no)[:15],
    }
    Refund.objects.filter(pk=refund.pk, state__in=from_states).update(**said)
    if result.outcome == "succeeded":
        finish(refund, from_states, State.SUCCEEDED, SYSTEM)
    elif result.outcome == "failed":
        finish(refund, from_states, State.FAILED, SYSTEM)
    elif result.outcome == "pending":
        # Without a number of its own nobody can ask about it: it waits for a person (queries.refunds_unknown).
        due = clock.now() + ASK_AGAIN if said["transaction_no"] else None
        move(refund, from_states, State.ACCEPTED, next_step_at=due)


def _compare(refund: Refund, result: RefundResult) -> None:
    """It came too late to decide anything. Where it says otherwise than what was decided, people must know."""
    dropped = refund.state in {State.FAILED, State.WITHDRAWN}
    if (dropped and result.outcome in MONEY_IS_GOING_BACK) or (
        refund.state == State.SUCCEEDED and result.outcome == "failed"
    ):
        log.error("VNPAY contradicts the result of refund %s", refund.pk)
        Refund.objects.filter(pk=refund.pk).update(is_contradicted=True)
        record("refund.contradicted", actor_id=None, object_label=f"refund:{refund.pk}", via="gateway")


def finish(refund: Refund, from_states: set[State], to: State, by: Viewer) -> bool:
    """Its result, in the book too; False where it had one. In the caller's transaction."""
    if not move(refund, from_states, to, finished_at=clock.now(), next_step_at=None):
        return False
    if to == State.SUCCEEDED:
        book(
            payment_of(refund), "refunded", debit=REFUNDS, credit=GATEWAY, amount=refund.amount, subject=refund.subject,
            key=f"refunded:{refund.pk}", by=by,
        )  # fmt: skip
    else:
        put_back(refund, by)
    record(
        f"refund.{to.value}",
        actor_id=by.user_id,
        object_label=f"refund:{refund.pk}",
        via="gateway" if by.is_system else "",
    )
    emit(RefundFinished(refund.pk))
    return True


def put_back(refund: Refund, by: Viewer) -> None:
    """What it took is there again. In the transaction of the guarded transition that dropped it."""
    Charge.objects.filter(pk=refund.charge_id).update(refunded=F("refunded") - refund.amount)
    book(
        payment_of(refund), "refund_dropped", debit=REFUNDS, credit=refund.account, amount=refund.amount,
        subject=refund.subject, key=f"refund_dropped:{refund.pk}", by=by,
    )  # fmt: skip


def payment_of(refund: Refund) -> Payment:
    """What was paid for, in one query."""
    return Payment.objects.get(charges=refund.charge_id)


def move(refund: Refund, from_states: set[State], to: State, **changes: object) -> bool:
    """A guarded transition: SQLite ignores row locks, so the update itself looks at the state."""
    moved = bool(Refund.objects.filter(pk=refund.pk, state__in=from_states).update(state=to, **changes))
    if moved:
        refund.refresh_from_db()
        emit(RefundChanged(refund.pk))
    return moved
