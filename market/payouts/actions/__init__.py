"""Every change of payouts and of what VNPAY sent to the bank."""

from market.payouts.actions.deciding import mark_paid, mark_returned
from market.payouts.actions.making import approve_batch, export_batch, make_batch, withdraw_batch
from market.payouts.actions.settlements import record_settlement, withdraw_settlement
from market.payouts.actions.shared import NotApprover, PayoutRefused

__all__ = [
    "NotApprover", "PayoutRefused", "approve_batch", "export_batch", "make_batch", "mark_paid", "mark_returned", "record_settlement",
    "withdraw_batch", "withdraw_settlement",
]  # fmt: skip
