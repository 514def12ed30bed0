"""What a payment paid for, and where the book has that money now.

Whoever asks for money registers how its payments are divided ("two shops' orders") and how its things are called; payments stand
below and cannot know. A refund by hand is taken from where the money is, so no account of the book ever shows less than nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from market.ledger.accounts import HELD, UNCLEAR
from market.ledger.models import LedgerEntry
from market.payments.models import Charge, Payment


@dataclass(frozen=True)
class Part:
    """One thing that a payment paid for: `subject` as the book calls it, `label` as people do, `amount` đồng."""

    subject: str
    label: str
    amount: int


@dataclass(frozen=True)
class Named:
    """What people call a subject of the book, and the payment that paid for it."""

    label: str
    payment_id: int | None


@dataclass(frozen=True)
class Payer:
    """A slice that asks for money. Each function answers for what is its own, and costs a fixed number of queries."""

    # The parts of a payment; none where the payment is not its own.
    parts_of: Callable[[Payment], Sequence[Part]]
    # Those of these subjects that are its own, by subject.
    names_of: Callable[[Collection[str]], Mapping[str, Named]]
    # Numbers of the payments of what is called so by people: an order's code.
    payments_called: Callable[[str], Iterable[int]]


_payers: list[Payer] = []


def register_payer(payer: Payer) -> None:
    """Called from `ready()`."""
    if payer not in _payers:
        _payers.append(payer)


@dataclass(frozen=True)
class Source:
    """`amount` đồng of `part` stand in `account` of the book and can be given back from there."""

    part: Part
    account: str
    amount: int

    @property
    def key(self) -> str:
        """Its name in a form."""
        return f"{self.part.subject}|{self.account}"


def label_of_payment(payment_id: int) -> str:
    """What the book calls a payment."""
    return f"payment:{payment_id}"


def labels_of_payments(numbers: Collection[int]) -> dict[int, str]:
    """What people call these payments, in one query: by the application that took it and what it said of it ("Cửa hàng HTX · Cà phê"),
    else by the reference."""
    rows = Payment.objects.filter(pk__in=numbers)
    facts = rows.values_list("pk", "reference", "intent__application__name", "intent__description")
    return {
        pk: f"{application} · {(description or reference)[:80]}"
        if application
        else _("Khoản %(reference)s") % {"reference": reference}
        for pk, reference, application, description in facts
    }


def parts_of(payment: Payment) -> list[Part]:
    """What it paid for; a payment that nobody knows of is one part."""
    found = [part for payer in _payers for part in payer.parts_of(payment)]
    return found or [Part(label_of_payment(payment.pk), payment.reference, payment.amount)]


def names_of(subjects: Collection[str]) -> dict[str, Named]:
    """Names by subject, as far as somebody knows them."""
    found: dict[str, Named] = {}
    for payer in _payers:
        found |= payer.names_of(subjects)
    return found


def payments_called(words: str) -> set[int]:
    """Numbers of payments for what people call so."""
    return {number for payer in _payers for number in payer.payments_called(words)}


def sources_of(charge: Charge) -> list[Source]:
    """Where what is left of this charge stands in the book. Read under the lock of the charge to decide by it: whoever earns the
    money, or gives it back, takes that lock."""
    payment = charge.payment
    label = label_of_payment(payment.pk)
    if charge.is_extra:  # nothing is sold for it, so it never moves
        return _with_money([Source(Part(label, payment.reference, charge.amount), UNCLEAR, charge.left)])
    parts = parts_of(payment)
    placed = _placed({label, *(part.subject for part in parts)})
    # What people gave back of the payment as a whole is missing somewhere in its parts.
    left = min(charge.left, sum(placed[HELD].values()) + charge.amount)
    found = []
    for part in parts:
        held = part.amount + placed[HELD][part.subject]
        found.append(Source(part, HELD, min(held, left)))
        for account, amounts in placed.items():
            if account.startswith("producer:"):
                found.append(Source(part, account, min(amounts[part.subject], charge.left)))
    return _with_money(found)


def held_of(charge: Charge, subject: str) -> int:
    """What of this part is still held for the buyer's side, in đồng."""
    return sum(each.amount for each in sources_of(charge) if each.part.subject == subject and each.account == HELD)


def _with_money(sources: list[Source]) -> list[Source]:
    return [source for source in sources if source.amount > 0]


def _placed(subjects: set[str]) -> dict[str, dict[str, int]]:
    """{account: {subject: credits minus debits}} since the money came: what was moved there, or (below 0) away."""
    placed: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = LedgerEntry.objects.filter(subject__in=subjects).exclude(kind=LedgerEntry.Kind.RECEIVED)
    for subject, debit, credit, amount in rows.values_list("subject", "debit", "credit", "amount"):
        placed[credit][subject] += amount
        placed[debit][subject] -= amount
    return placed
