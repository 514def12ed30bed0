"""Every change of a payment, an attempt, a charge and a refund."""

from market.payments.actions.answers import begin_sending, note_refund_answer, note_refund_question
from market.payments.actions.attempts import (
    ATTEMPT_LIFE,
    PaymentClosed,
    ask_soon,
    begin_attempt,
    cancel_payment,
    change_amount,
    note_return,
    open_payment,
)
from market.payments.actions.by_hand import refund_by_hand
from market.payments.actions.closing import close_case
from market.payments.actions.messages import log_message
from market.payments.actions.refunds import (
    NotApprover,
    RefundRefused,
    approve_refund,
    ask_about_refund_soon,
    decide_by_report,
    request_refund,
    send_again,
    withdraw_refund,
)
from market.payments.actions.settling import (
    LONG_PENDING,
    AttemptKept,
    Verdict,
    close_attempt,
    note_question,
    settle,
    settle_by_reference,
)
from market.payments.actions.trials import end_old_trials

__all__ = [
    "ATTEMPT_LIFE", "LONG_PENDING", "AttemptKept", "NotApprover", "PaymentClosed", "RefundRefused", "Verdict", "approve_refund", "ask_about_refund_soon", "ask_soon",
    "begin_attempt", "begin_sending", "cancel_payment", "change_amount", "close_attempt", "close_case", "decide_by_report", "end_old_trials", "log_message",
    "note_question", "note_refund_answer", "note_refund_question", "note_return", "open_payment", "refund_by_hand", "request_refund", "send_again",
    "settle", "settle_by_reference", "withdraw_refund",
]  # fmt: skip
