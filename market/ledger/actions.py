"""Writing into the book of money."""

from __future__ import annotations

from django.db import transaction

from core.kit import clock
from core.people.queries import SYSTEM, Viewer
from market.ledger.accounts import is_account
from market.ledger.models import LedgerEntry


def write_entry(
    kind: str, *, debit: str, credit: str, amount: int, subject: str, key: str, by: Viewer = SYSTEM
) -> LedgerEntry:
    """Move `amount` đồng from `credit` to `debit`, in the transaction of the change that it tells of: both happen or neither.

    Raises IntegrityError where this `key` was written before or `amount` is not positive, ValueError for an account that
    does not exist, RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("the book is written in the transaction of the change that it tells of")
    if unknown := [code for code in (debit, credit) if not is_account(code)]:
        raise ValueError(f"no such account: {unknown[0]}")
    return LedgerEntry.objects.create(
        at=clock.now(), kind=LedgerEntry.Kind(kind), debit=debit, credit=credit, amount=amount, subject=subject, key=key,
        by_id=by.user_id,
    )  # fmt: skip


def hold_account(code: str) -> None:
    """Until the end of the transaction nobody else who holds this account decides by what stands on it. Its first entry, which is there
    for ever, stands for it; an account without any has nothing to decide about."""
    LedgerEntry.objects.select_for_update(no_key=True).filter(debit=code).order_by("pk").first()
