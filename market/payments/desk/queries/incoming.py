"""Payments as an accountant looks for them, and everything about one of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from core.kit import clock
from core.people.queries import Viewer
from market.ledger.models import LedgerEntry
from market.payments.models import GatewayMessage, Payment
from market.payments.queries import charges_for_nothing
from market.payments.rules import may_see_money
from market.payments.sources import label_of_payment, parts_of, payments_called

MOST_MESSAGES = 100


@dataclass(frozen=True)
class Asked:
    """What somebody looks for; empty values narrow nothing. Both days count."""

    q: str = ""
    since: date | None = None
    until: date | None = None
    for_nothing: bool = False


def payments_visible_to(viewer: Viewer) -> QuerySet[Payment]:
    """Every payment of real money, newest first; nothing for people who may not see money."""
    found = Payment.objects.filter(is_live=True).prefetch_related("charges").order_by("-pk")
    return found if may_see_money(viewer) else found.none()


def payments_asked_for(viewer: Viewer, asked: Asked) -> QuerySet[Payment]:
    """Payments with money; with words to look for also those that never got any: a buyer may say "I have paid"."""
    found = payments_visible_to(viewer)
    found = found.filter(_called(asked.q)) if asked.q else found.filter(settled_at__isnull=False)
    if asked.for_nothing:
        found = found.filter(pk__in=charges_for_nothing(viewer).values("payment_id"))
    if asked.since:
        since = clock.start_of(asked.since)
        found = found.filter(Q(settled_at__gte=since) | Q(settled_at__isnull=True, made_at__gte=since))
    if asked.until:
        until = clock.start_of(asked.until + timedelta(days=1))
        found = found.filter(Q(settled_at__lt=until) | Q(settled_at__isnull=True, made_at__lt=until))
    return found


def _called(words: str) -> Q:
    """The reference, our number at the gateway, the gateway's own number, a connected application, or what the payer calls it (an order's
    code)."""
    words = words.strip()
    by_attempt = Q(attempts__txn_ref__iexact=words) | Q(attempts__transaction_no=words)
    by_application = Q(intent__application__name__iexact=words)
    found = Payment.objects.filter(Q(reference__iexact=words) | by_attempt | by_application).values("pk")
    return Q(pk__in=found) | Q(pk__in=payments_called(words))


def messages_of(payment: Payment) -> list[GatewayMessage]:
    """What was said to and heard from the gateway about it, the last first, at most a hundred."""
    found = GatewayMessage.objects.filter(attempt__payment=payment).select_related("attempt")
    return list(found.order_by("-pk")[:MOST_MESSAGES])


def entries_of(payment: Payment) -> list[LedgerEntry]:
    """What the book tells of it and of what it paid for, in order."""
    subjects = {label_of_payment(payment.pk), *(part.subject for part in parts_of(payment))}
    return list(LedgerEntry.objects.filter(subject__in=subjects).order_by("pk"))


def producers_in(accounts: Iterable[str]) -> set[int]:
    """Numbers of the producers whose accounts these are."""
    found = (code.partition(":")[2] for code in accounts)
    return {int(number) for number in found if number.isdecimal()}
