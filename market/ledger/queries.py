"""Reading the book of money."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import F, Q, QuerySet, Sum

from market.ledger.models import LedgerEntry


def balances_of(accounts: Collection[str], *, until: datetime | None = None) -> dict[str, int]:
    """{account: debits minus credits} in two statements; accounts without entries stand at 0."""
    rows = LedgerEntry.objects.filter(at__lt=until) if until else LedgerEntry.objects.all()
    found = dict.fromkeys(accounts, 0)
    for side, sign in (("debit", 1), ("credit", -1)):
        sums = rows.filter(**{f"{side}__in": list(accounts)}).values(code=F(side)).annotate(sum=Sum("amount"))
        for row in sums:
            found[row["code"]] += sign * row["sum"]
    return found


def moved_on(account: str, subjects: Collection[str]) -> int:
    """Debits minus credits that these subjects brought to this account, in one statement."""
    rows = entries_on([account]).filter(subject__in=list(subjects)).order_by().values_list("debit", "amount")
    return sum(amount if debit == account else -amount for debit, amount in rows)


def book_sum() -> int:
    """Debits minus credits of every account there is: 0, or the book is broken."""
    found = standing_accounts()
    return sum(found.values())


def balances_under(prefix: str) -> dict[str, int]:
    """{account: debits minus credits} of every account whose code begins so ("producer:") and was ever moved."""
    found: dict[str, int] = {}
    for side, sign in (("debit", 1), ("credit", -1)):
        rows = LedgerEntry.objects.filter(**{f"{side}__startswith": prefix})
        for row in rows.values(code=F(side)).annotate(sum=Sum("amount")):
            found[row["code"]] = found.get(row["code"], 0) + sign * row["sum"]
    return found


def standing_accounts() -> dict[str, int]:
    """{account: debits minus credits} of every account that was ever moved, in one statement."""
    found: dict[str, int] = {}
    for row in LedgerEntry.objects.values("debit", "credit").annotate(sum=Sum("amount")):
        found[row["debit"]] = found.get(row["debit"], 0) + row["sum"]
        found[row["credit"]] = found.get(row["credit"], 0) - row["sum"]
    return found


def entries_on(accounts: Collection[str]) -> QuerySet[LedgerEntry]:
    """The rows that moved one of these accounts, as they were written."""
    codes = list(accounts)
    return LedgerEntry.objects.filter(Q(debit__in=codes) | Q(credit__in=codes)).order_by("at", "pk")
