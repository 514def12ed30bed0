"""Asking the gateway about attempts whose result we do not know."""

from __future__ import annotations

import logging

from core.kit import clock
from core.kit.outbound import OutboundError
from market.payments.actions import note_question
from market.payments.models import PaymentAttempt
from market.payments.vnpay import provider

log = logging.getLogger(__name__)
BATCH = 20


def ask_about_open_attempts() -> int:
    """Ask about every attempt that is due; returns how many were asked about."""
    due = PaymentAttempt.objects.filter(state=PaymentAttempt.State.OPEN, next_query_at__lte=clock.now())
    asked = 0
    for attempt in due.select_related("payment").order_by("next_query_at")[:BATCH]:
        try:
            result = provider.ask(attempt)
        except OutboundError as problem:
            log.warning("no answer about attempt %s: %s", attempt.txn_ref, type(problem).__name__)
            result = None
        note_question(attempt=attempt, result=result)
        asked += 1
    return asked
