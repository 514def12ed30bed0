"""The book as a list: narrowed, summed, with the running balance of one account, and every account and subject under the name that
people know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Sum, When
from django.utils.translation import gettext as _

from core.audit.registry import object_name
from core.kit import clock
from core.people.queries import Viewer, users_named
from market.ledger.accounts import SHARED
from market.ledger.models import LedgerEntry
from market.payments.desk.queries.incoming import producers_in
from market.payments.rules import may_see_money
from market.payments.sources import Named, labels_of_payments, names_of
from onboarding.producers.models import Producer


@dataclass(frozen=True)
class AskedOfBook:
    """What somebody looks for; empty values narrow nothing. Both days count."""

    account: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None
    subject: str = ""


@dataclass(frozen=True)
class Sums:
    """Rows and đồng of what was asked for; of one account what came onto it and went off it."""

    rows: int
    total: int
    onto: int
    off: int


@dataclass(frozen=True)
class Line:
    """One entry under names. `balance` is what its account stood at after it, where one account is looked at in full."""

    entry: LedgerEntry
    debit: str
    credit: str
    subject: str
    payment_id: int | None
    who: str
    is_debit: bool = False
    balance: int | None = None


def entries_asked_for(viewer: Viewer, asked: AskedOfBook) -> QuerySet[LedgerEntry]:
    """The entries that fit, newest first; nothing for people who may not see money."""
    found = LedgerEntry.objects.order_by("-pk")
    if not may_see_money(viewer):
        return found.none()
    if asked.account:
        found = found.filter(Q(debit=asked.account) | Q(credit=asked.account))
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.subject:
        found = found.filter(subject=asked.subject)
    if asked.since:
        found = found.filter(at__gte=clock.start_of(asked.since))
    if asked.until:
        found = found.filter(at__lt=clock.start_of(asked.until + timedelta(days=1)))
    return found


def sums_of(entries: QuerySet[LedgerEntry], account: str) -> Sums:
    """In one statement."""
    found = entries.order_by().aggregate(
        rows=Count("pk"),
        total=Sum("amount", default=0),
        onto=Sum("amount", filter=Q(debit=account), default=0),
        off=Sum("amount", filter=Q(credit=account), default=0),
    )
    return Sums(**found)


def lines_of(entries: Sequence[LedgerEntry], *, account: str = "", with_balance: bool = False) -> list[Line]:
    """These entries under names; with the balance of `account` after each if that is wanted."""
    names = names_of_accounts({code for entry in entries for code in (entry.debit, entry.credit)})
    subjects = names_of_subjects({entry.subject for entry in entries})
    people = users_named(entry.by_id for entry in entries if entry.by_id)
    balances = _balances(entries, account) if with_balance and entries else {}
    return [
        Line(
            entry=entry,
            debit=names[entry.debit],
            credit=names[entry.credit],
            subject=subjects[entry.subject].label,
            payment_id=subjects[entry.subject].payment_id,
            who=people.get(entry.by_id, "") if entry.by_id else _("hệ thống"),
            is_debit=entry.debit == account,
            balance=balances.get(entry.pk),
        )
        for entry in entries
    ]


def names_of_accounts(codes: Iterable[str]) -> dict[str, str]:
    """What each account is called on a page; one query where producers are among them."""
    codes = set(codes)
    numbers = producers_in(codes)
    producers = dict(Producer.objects.filter(pk__in=numbers).values_list("pk", "name")) if numbers else {}
    words = {
        "producer": _("Phải trả %(name)s"),
        "direct": _("%(name)s nhận thẳng"),
        "turnover": _("%(name)s bán thẳng"),
    }
    found = {}
    for code in codes:
        kind, _colon, number = code.partition(":")
        name = producers.get(int(number), _("nhà số %(number)s") % {"number": number}) if number.isdecimal() else ""
        found[code] = words[kind] % {"name": name} if kind in words and name else SHARED.get(code, code)
    return found


def names_of_subjects(subjects: Iterable[str]) -> dict[str, Named]:
    """What each subject is called on a page, and its payment where it has one."""
    subjects = set(subjects)
    found = names_of(subjects)
    numbers = {int(each[8:]) for each in subjects if each.startswith("payment:") and each[8:].isdecimal()}
    for pk, label in labels_of_payments(numbers).items() if numbers else ():
        found[f"payment:{pk}"] = Named(label, pk)
    for subject in subjects - set(found):
        name = object_name(subject)
        found[subject] = Named(name[:1].upper() + name[1:], None)
    return found


def _balances(entries: Sequence[LedgerEntry], account: str) -> dict[int, int]:
    """{entry: debits minus credits of the account up to it}. All its entries between the first and the last of these count, also
    those that are not among them."""
    every = LedgerEntry.objects.filter(Q(debit=account) | Q(credit=account))
    first, last = min(entry.pk for entry in entries), max(entry.pk for entry in entries)
    signed: Any = Case(When(debit=account, then=F("amount")), default=-F("amount"))
    stands = every.filter(pk__lt=first).aggregate(sum=Sum(signed, default=0))["sum"]
    found = {}
    for pk, amount in every.filter(pk__range=(first, last)).order_by("pk").values_list("pk", signed):
        stands += amount
        found[pk] = stands
    return found
