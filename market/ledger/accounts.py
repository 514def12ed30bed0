"""The accounts of the book, named by code.

A debit raises an account, a credit lowers it: what the operator holds (GATEWAY, BANK) stands above zero, what it owes (HELD, REFUNDS,
UNCLEAR, a producer's) below. Money that a producer takes from the buyer himself never passes through the operator: it stands in
`direct` against `turnover`, beside what is owed.
"""

from __future__ import annotations

GATEWAY = "vnpay"  # what VNPAY has taken for us and not yet sent on
BANK = "bank"  # the operator's own account
HELD = "held"  # buyers' money for goods that are not delivered yet
REFUNDS = "refunds"  # to be paid back, not confirmed yet
UNCLEAR = "unclear"  # arrived for nothing that we sell: a second payment
SHARED = {GATEWAY: "VNPAY đang giữ", BANK: "Ngân hàng", HELD: "Giữ cho đơn chưa giao xong", REFUNDS: "Đang hoàn", UNCLEAR: "Chưa rõ của ai"}  # fmt: skip


def owed_to(producer_id: int) -> str:
    """What the operator owes this producer."""
    return f"producer:{producer_id}"


def taken_by(producer_id: int) -> str:
    """What this producer took from buyers himself: cash, or a transfer to his own bank account."""
    return f"direct:{producer_id}"


def turnover_of(producer_id: int) -> str:
    """The other side of `taken_by`."""
    return f"turnover:{producer_id}"


def is_account(code: str) -> bool:
    """Whether the book has an account of this code."""
    name, _, number = code.partition(":")
    return code in SHARED or (name in {"producer", "direct", "turnover"} and number.isascii() and number.isdecimal())
