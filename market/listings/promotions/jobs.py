"""What the calendar does to prices."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from core.events.registry import emit
from core.kit import clock
from market.listings.events import ListingChanged
from market.listings.models import Promotion

LOOK_BACK = timedelta(days=3)


def announce_turning_promotions() -> int:
    """Tell the storeys above about every listing whose promotion began or ended in the last days, so that offers on platforms
    and search follow; returns how many. As with badges, repeating it is harmless, and the three days cover a worker that was
    down."""
    today = clock.today()
    began = Q(starts_on__gt=today - LOOK_BACK, starts_on__lte=today)
    ended = Q(ends_on__gte=today - LOOK_BACK, ends_on__lt=today)
    turned = Promotion.objects.filter(began | ended, cancelled_at__isnull=True)
    ids = list(turned.order_by("listing_id").values_list("listing_id", flat=True).distinct())
    for listing_id in ids:
        with transaction.atomic():
            emit(ListingChanged(listing_id))
    return len(ids)
