"""What the calendar does to listings."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from core.events.registry import emit
from core.jobs.queries import days_to_look_back
from core.kit import clock
from market.listings.events import ListingChanged
from market.listings.models import ListingBadge

BADGES_JOB = "listings.badges"
LOOK_BACK = timedelta(days=3)
LONGEST_LOOK_BACK = timedelta(days=400)


def announce_turning_badges() -> int:
    """Tell the storeys above about every listing whose badge started or ended in the last days; returns how many.

    Pages compute badges from dates by themselves; what was sent to platforms must be sent again. Repeating it is
    harmless, since an unchanged document makes no call. It looks back three days, further when no worker was there for longer.
    """
    today = clock.today()
    since = today - days_to_look_back(BADGES_JOB, usual=LOOK_BACK, longest=LONGEST_LOOK_BACK)
    started = Q(valid_from__gt=since, valid_from__lte=today)
    ended = Q(valid_until__gte=since, valid_until__lt=today)
    ids = ListingBadge.objects.filter(started | ended).values_list("listing_id", flat=True).distinct()
    for listing_id in ids:
        with transaction.atomic():
            emit(ListingChanged(listing_id))
    return len(ids)
