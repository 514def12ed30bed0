"""What a producer's goods have brought in: where the money is now, and how it came to be there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q, QuerySet, Sum

from core.kit import clock
from market.ledger.accounts import HELD, owed_to, taken_by
from market.ledger.models import LedgerEntry
from market.ledger.queries import balances_of, entries_on
from market.orders.models import Method, Order
from market.payments.models import Refund
from market.payments.sources import label_of_payment, labels_of_payments
from market.payouts.queries import on_its_way
from onboarding.producers.models import Producer

Kind = LedgerEntry.Kind
# Paid through the operator, on its way to the buyer.
NOT_OVER = (Order.State.TO_PACK, Order.State.PACKED, Order.State.SENT, Order.State.RETURN_ASKED)


@dataclass(frozen=True)
class Standing:
    """Where a producer's money is at this moment, in đồng. `on_its_way` is what of `owed` an approved payout holds; `owed` below zero: buyers got back more than the producer had coming
    after the rest was paid out, and the next payout is smaller by it."""

    held: int
    held_orders: int
    owed: int
    paid_out: int
    taken: int
    on_its_way: int = 0

    @property
    def debt(self) -> int:
        """What the producer owes, 0 when nothing."""
        return max(-self.owed, 0)


@dataclass(frozen=True)
class Line:
    """A row of the statement. `through` is what it changed in what the operator owes, `owed` what was owed after it, `direct` what
    it changed in what the producer has taken from buyers himself; all in đồng, below zero for less."""

    at: datetime
    kind: Kind
    order: str
    through: int
    owed: int
    direct: int
    called: str = ""  # what a connected application sold


@dataclass(frozen=True)
class Statement:
    """One month of a producer's money, from what was owed before it to what was owed after it."""

    month: date
    opening: int
    lines: list[Line]

    @property
    def closing(self) -> int:
        """What was owed at its end."""
        return self.lines[-1].owed if self.lines else self.opening

    @property
    def came(self) -> int:
        """What was added to what is owed."""
        return sum(line.through for line in self.lines if line.through > 0)

    @property
    def went(self) -> int:
        """What was taken from what is owed, by payouts and refunds."""
        return -sum(line.through for line in self.lines if line.through < 0)

    @property
    def direct(self) -> int:
        """What the producer took himself."""
        return sum(line.direct for line in self.lines)


def held_orders(producer: Producer) -> QuerySet[Order]:
    """Orders of this producer's shop whose money VNPAY or the operator holds until the goods have come."""
    return Order.objects.filter(
        shop__producer=producer, purchase__method=Method.VNPAY, is_paid=True, delivered_at=None, state__in=NOT_OVER
    )


def standing_of(producer: Producer) -> Standing:
    """Four statements."""
    owed, taken = owed_to(producer.pk), taken_by(producer.pk)
    sums = entries_on([owed, taken]).aggregate(
        earned=_sum_of(credit=owed),
        gone=_sum_of(debit=owed),
        out=_sum_of(debit=owed, kind=Kind.PAID_OUT),
        back=_sum_of(credit=owed, kind=Kind.PAYOUT_BACK),
        taken=_sum_of(debit=taken),
        given=_sum_of(credit=taken),
    )
    waiting = dict(held_orders(producer).values_list("pk", F("goods") + F("fee")))
    return Standing(
        held=sum(waiting.values()) - _given_back(waiting),
        held_orders=len(waiting),
        owed=sums["earned"] - sums["gone"],
        paid_out=sums["out"] - sums["back"],
        taken=sums["taken"] - sums["given"],
        on_its_way=on_its_way(producer),
    )


def statement_of(producer: Producer, month: date) -> Statement:
    """The month that begins on this day, in Vietnam's time. Four statements."""
    owed, taken = owed_to(producer.pk), taken_by(producer.pk)
    start, end = clock.start_of(month), clock.start_of(clock.add_months(month, 1))
    opening = standing = -balances_of([owed], until=start)[owed]
    entries = list(entries_on([owed, taken]).filter(at__gte=start, at__lt=end))
    codes, called = _codes_of(entries), _called(entries)
    lines = []
    for entry in entries:
        through, direct = _moved(entry, owed, owes=True), _moved(entry, taken)
        standing += through
        lines.append(
            Line(
                entry.at,
                Kind(entry.kind),
                codes.get(entry.subject, ""),
                through,
                standing,
                direct,
                called.get(entry.subject, ""),
            )
        )
    return Statement(month, opening, lines)


def months_of(producer: Producer) -> list[date]:
    """The months to choose from: from the first in which money moved to this one, the newest first."""
    this = clock.today().replace(day=1)
    first = entries_on([owed_to(producer.pk), taken_by(producer.pk)]).values_list("at", flat=True).first()
    begin = clock.day_of(first).replace(day=1) if first else this
    months = [this]
    while months[-1] > begin:
        months.append(clock.add_months(months[-1], -1))
    return months


def _given_back(orders: Iterable[int]) -> int:
    """What of the money held for these orders (ids) goes back to their buyers by hand, in đồng."""
    refunds = Refund.objects.filter(subject__in=[f"shop_order:{pk}" for pk in orders], account=HELD)
    refunds = refunds.exclude(state__in=[Refund.State.FAILED, Refund.State.WITHDRAWN])
    return int(refunds.aggregate(sum=Sum("amount", default=0))["sum"])


def _sum_of(**facts: str) -> Sum:
    return Sum("amount", filter=Q(**facts), default=0)


def _moved(entry: LedgerEntry, account: str, *, owes: bool = False) -> int:
    change = (entry.debit == account) - (entry.credit == account)
    return (-change if owes else change) * entry.amount


def _called(entries: Iterable[LedgerEntry]) -> dict[str, str]:
    """{subject: what it is called} of payments to connected applications; one more statement where there are any."""
    words = (entry.subject.removeprefix("payment:") for entry in entries if entry.subject.startswith("payment:"))
    numbers = {int(word) for word in words if word.isdecimal()}
    return {label_of_payment(pk): label for pk, label in labels_of_payments(numbers).items()} if numbers else {}


def _codes_of(entries: Iterable[LedgerEntry]) -> dict[str, str]:
    """{subject: the order's code}."""
    named = [entry.subject.removeprefix("shop_order:") for entry in entries if entry.subject.startswith("shop_order:")]
    rows = Order.objects.filter(pk__in={int(number) for number in named if number.isdecimal()})
    return {f"shop_order:{pk}": code for pk, code in rows.values_list("pk", "code")}
