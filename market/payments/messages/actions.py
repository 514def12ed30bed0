"""What was said to and heard from gateways, once it is old."""

from __future__ import annotations

from datetime import timedelta

from core.kit import clock
from market.payments.models import GatewayMessage

# VNPAY's acceptance minutes: both directions are kept for two months.
AT_LEAST = timedelta(days=62)
BATCH = 2_000


def forget_messages(*, older_than: timedelta) -> int:
    """Forget what is older; returns how many messages went. Raises ValueError below two months.

    In small transactions: an IPN that arrives meanwhile does not wait, and a killed worker goes on tomorrow.
    """
    if older_than < AT_LEAST:
        raise ValueError("messages of a gateway are kept for two months at least")
    old = GatewayMessage.objects.filter(at__lt=clock.now() - older_than)
    forgotten = 0
    while batch := list(old.order_by("at").values_list("pk", flat=True)[:BATCH]):
        forgotten += GatewayMessage.objects.filter(pk__in=batch).delete()[0]
    return forgotten
