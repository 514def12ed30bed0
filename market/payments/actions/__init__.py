"""Every change of a payment, an attempt, a charge and a refund."""

from market.payments.actions.attempts import (
    ATTEMPT_LIFE,
    PaymentClosed,
    begin_attempt,
    cancel_payment,
    note_return,
    open_payment,
)
from market.payments.actions.messages import log_message
from market.payments.actions.refunds import (
    NotApprover,
    RefundRefused,
    approve_refund,
    begin_sending,
    decide_by_report,
    note_refund_answer,
    note_refund_question,
    request_refund,
    send_again,
    withdraw_refund,
)
from market.payments.actions.settling import Verdict, note_question, settle

__all__ = [
    "ATTEMPT_LIFE", "NotApprover", "PaymentClosed", "RefundRefused", "Verdict", "approve_refund", "begin_attempt", "begin_sending",
    "cancel_payment", "decide_by_report", "log_message", "note_question", "note_refund_answer", "note_refund_question", "note_return",
    "open_payment", "request_refund", "send_again", "settle", "withdraw_refund",
]  # fmt: skip
