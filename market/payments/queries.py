"""Reading payments: what waits for a person, and what arrived."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from core.kit import clock
from core.people.queries import Viewer
from market.payments.actions.refunds import STILL_ANSWERING
from market.payments.actions.settling import LONG_PENDING
from market.payments.models import Charge, PaymentAttempt, Refund
from market.payments.rules import may_see_money

# A bank that has not said anything for so long will not: VNPAY promises refunds within some working days.
LONG_WITH_BANK = timedelta(days=10)
State = Refund.State


def refunds_of(viewer: Viewer) -> QuerySet[Refund]:
    """Every refund of real money, newest first; nothing for people who may not see money."""
    rows = Refund.objects.select_related("charge__payment", "charge__attempt", "asked_by", "decided_by")
    found = rows.filter(charge__payment__is_live=True).order_by("-pk")
    return found if may_see_money(viewer) else found.none()


def refunds_to_approve(viewer: Viewer) -> QuerySet[Refund]:
    """Those that wait for a second person."""
    return refunds_of(viewer).filter(state=State.ASKED)


def refunds_unknown(viewer: Viewer) -> QuerySet[Refund]:
    """Those about which the gateway will not say more by itself: no answer came, it gave no number to ask by, or the bank has been
    silent for too long. Only the gateway's report tells, read by a person."""
    now = clock.now()
    silent = Q(state=State.SENT, sent_at__lte=now - STILL_ANSWERING)
    nameless = Q(state=State.ACCEPTED, transaction_no="")
    slow = Q(state=State.ACCEPTED, sent_at__lte=now - LONG_WITH_BANK)
    return refunds_of(viewer).filter(silent | nameless | slow | Q(is_contradicted=True))


def refunds_with_bank(viewer: Viewer) -> QuerySet[Refund]:
    """Those on their way, of which nothing is amiss."""
    on_the_way = refunds_of(viewer).filter(state__in=[State.READY, State.SENT, State.ACCEPTED])
    return on_the_way.exclude(pk__in=refunds_unknown(viewer).order_by().values("pk"))


def refunds_failed(viewer: Viewer) -> QuerySet[Refund]:
    """Those that the gateway refused and nobody has dealt with: no note, and not asked for again (as much, of the same thing) since."""
    later = Refund.objects.filter(charge=OuterRef("charge"), subject=OuterRef("subject"), pk__gt=OuterRef("pk"))
    again = later.filter(amount__gte=OuterRef("amount")).exclude(state__in=[State.FAILED, State.WITHDRAWN])
    return refunds_of(viewer).filter(state=State.FAILED, note="").exclude(Exists(again))


def attempts_visible_to(viewer: Viewer) -> QuerySet[PaymentAttempt]:
    """Every attempt to pay real money; nothing for people who may not see money."""
    found = PaymentAttempt.objects.select_related("payment").filter(payment__is_live=True)
    return found if may_see_money(viewer) else found.none()


def attempts_pending(viewer: Viewer, *, longer_than: timedelta = LONG_PENDING) -> QuerySet[PaymentAttempt]:
    """Attempts without a result so long after their end; the oldest first."""
    late = clock.now() - longer_than
    return (
        attempts_visible_to(viewer).filter(state=PaymentAttempt.State.OPEN, expires_at__lte=late).order_by("expires_at")
    )


def charges_for_nothing(viewer: Viewer) -> QuerySet[Charge]:
    """Money that arrived a second time and is not on its way back."""
    found = Charge.objects.filter(is_extra=True, refunded__lt=F("amount"), payment__is_live=True)
    return found if may_see_money(viewer) else found.none()
