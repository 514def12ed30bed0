"""Trials end by themselves: no accountant looks at money that does not exist."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from core.kit import clock
from core.people.queries import SYSTEM
from market.payments.actions.answers import finish
from market.payments.actions.settling import settle
from market.payments.contract import Result
from market.payments.models import PaymentAttempt, Refund

OLD = timedelta(days=1)
BATCH = 50
State = Refund.State


def end_old_trials() -> int:
    """Fail what the gateway has left open for a day: attempts under review, refunds without an answer. Returns how many."""
    before = clock.now() - OLD
    attempts = PaymentAttempt.objects.filter(
        payment__is_live=False, state=PaymentAttempt.State.OPEN, made_at__lte=before
    )
    done = 0
    for attempt in attempts.order_by("pk")[:BATCH]:
        done += 1
        settle(attempt=attempt, result=Result("failed", attempt.amount, response_code="99", transaction_status="02"))
    silent = Q(state=State.SENT) | Q(state=State.ACCEPTED, transaction_no="")
    refunds = Refund.objects.filter(silent, charge__payment__is_live=False, sent_at__lte=before)
    return done + sum(_ended(refund.pk) for refund in refunds.order_by("pk")[:BATCH])


@transaction.atomic
def _ended(refund_id: int) -> bool:
    refund = Refund.objects.select_for_update(of=("self",)).select_related("charge").get(pk=refund_id)
    return finish(refund, {State.SENT, State.ACCEPTED}, State.FAILED, SYSTEM)
