"""Asking the gateway about attempts whose result we do not know, sending refunds, and asking what became of them.

One row that breaks must not hold up the others, nor be taken first for ever: whatever happens, it comes later again or stays for
a person.
"""

from __future__ import annotations

import logging

from core.kit import clock
from core.kit.outbound import NotSent, OutboundError, OutboundRefused
from market.payments.actions import (
    begin_sending,
    end_old_trials,
    note_question,
    note_refund_answer,
    note_refund_question,
)
from market.payments.models import PaymentAttempt, Refund
from market.payments.vnpay import provider

log = logging.getLogger(__name__)
BATCH = 20
Modes = tuple[bool, ...]
BOTH: Modes = (True, False)


def ask_about_open_attempts(modes: Modes = BOTH) -> int:
    """Ask about every attempt that is due; returns how many were asked about."""
    due = PaymentAttempt.objects.filter(
        state=PaymentAttempt.State.OPEN, next_query_at__lte=clock.now(), payment__is_live__in=modes
    )
    asked = 0
    for attempt in due.select_related("payment").order_by("next_query_at")[:BATCH]:
        try:
            note_question(attempt=attempt, result=provider.ask(attempt))
        except OutboundError as problem:
            log.warning("no answer about attempt %s: %s", attempt.txn_ref, type(problem).__name__)
            note_question(attempt=attempt, result=None)
        except Exception:
            log.exception("the answer about attempt %s could not be taken in", attempt.txn_ref)
            note_question(attempt=attempt, result=None)
        asked += 1
    return asked


def send_refunds(modes: Modes = BOTH) -> int:
    """Send every approved refund, once; returns how many left. Each is committed as begun before the gateway hears of it."""
    due = Refund.objects.filter(
        state=Refund.State.READY, next_step_at__lte=clock.now(), charge__payment__is_live__in=modes
    )
    sent = 0
    for refund in due.select_related("charge__attempt", "charge__payment").order_by("next_step_at")[:BATCH]:
        if not begin_sending(refund):
            continue
        try:
            note_refund_answer(refund=refund, result=provider.refund(refund))
        except (NotSent, OutboundRefused) as problem:
            log.warning("refund %s did not leave: %s", refund.pk, type(problem).__name__)
            note_refund_answer(refund=refund, result=None, was_sent=False)
            continue
        except OutboundError as problem:
            log.warning("nobody knows of refund %s: %s", refund.pk, type(problem).__name__)
        except Exception:
            log.exception("the answer to refund %s could not be taken in", refund.pk)
        sent += 1
    return sent


def ask_about_refunds(modes: Modes = BOTH) -> int:
    """Ask what became of refunds that the bank is working on; returns how many were asked about."""
    due = Refund.objects.filter(
        state=Refund.State.ACCEPTED, next_step_at__lte=clock.now(), charge__payment__is_live__in=modes
    ).exclude(transaction_no="")
    asked = 0
    for refund in due.select_related("charge__attempt", "charge__payment").order_by("next_step_at")[:BATCH]:
        try:
            note_refund_question(refund=refund, result=provider.ask_refund(refund))
        except OutboundError as problem:
            log.warning("no answer about refund %s: %s", refund.pk, type(problem).__name__)
            note_refund_question(refund=refund, result=None)
        except Exception:
            log.exception("the answer about refund %s could not be taken in", refund.pk)
            note_refund_question(refund=refund, result=None)
        asked += 1
    return asked


def live_attempts() -> int:
    """Of real money only: what a program tries out must not keep it waiting."""
    return ask_about_open_attempts((True,))


def live_refunds() -> int:
    """Of real money only."""
    return send_refunds((True,))


def live_refunds_asked() -> int:
    """Of real money only."""
    return ask_about_refunds((True,))


def see_to_trials() -> int:
    """Everything of trials, beside the others, and the end of those that nobody will decide."""
    done = ask_about_open_attempts((False,)) + send_refunds((False,)) + ask_about_refunds((False,))
    return done + end_old_trials()
