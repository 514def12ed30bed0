"""Writing a payment's money into the book."""

from __future__ import annotations

from core.people.queries import SYSTEM, Viewer
from market.ledger.actions import write_entry
from market.payments.models import Payment


def book(
    payment: Payment, kind: str, *, debit: str, credit: str, amount: int, subject: str, key: str, by: Viewer = SYSTEM
) -> None:
    """`write_entry`, unless the payment is a program's trial: that money does not exist."""
    if payment.is_live:
        write_entry(kind, debit=debit, credit=credit, amount=amount, subject=subject, key=key, by=by)
