"""Old events, and secrets that sign no more."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef

from core.kit import clock
from market.payments.stripe_api.models import ApiEvent, WebhookDelivery, WebhookEndpoint

BATCH = 500


def forget_events(*, older_than: timedelta) -> int:
    """Forget events with all that was sent of them; returns how many events went. One that is still to be sent stays.

    In small transactions: a killed worker goes on tomorrow.
    """
    waiting = WebhookDelivery.objects.filter(event=OuterRef("pk"), state=WebhookDelivery.State.WAITING)
    old = ApiEvent.objects.filter(~Exists(waiting), made_at__lt=clock.now() - older_than)
    forgotten = 0
    while batch := list(old.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        ApiEvent.objects.filter(pk__in=batch).delete()
        forgotten += len(batch)
    return forgotten


def forget_old_secrets() -> int:
    """Secrets that were changed and sign no more; returns how many."""
    rows = WebhookEndpoint.objects.filter(old_secret_until__lte=clock.now())
    return rows.update(old_secret="", old_secret_until=None)
