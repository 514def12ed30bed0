"""Which pages are due for a look."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from core.kit import clock
from market.platforms.models import PlatformListing
from onboarding.accounts.live_pages import look_limits, robots_may_look
from onboarding.accounts.models import Observation, OutsideLink

# A platform may say "no such page" during an hour of repairs; what still says so after this time is gone.
SECOND_LOOK = timedelta(hours=6)
_LOOKED = (Observation.Observer.PERSON, Observation.Observer.ROBOT)

_MISSING = Observation.Reason.MISSING
_CLEAR = Q(result__in=[Observation.Result.LIVE, Observation.Result.GONE])


def was_missing(link: OutsideLink, until: datetime) -> bool:
    """Whether our robot found no page there at `until` or before, or found it gone, and nobody has seen it live since."""
    looks = Observation.objects.filter(link=link)
    live = looks.filter(result=Observation.Result.LIVE).order_by("-at").values_list("at", flat=True).first()
    missed = looks.filter(Q(reason=_MISSING, at__lte=until) | Q(result=Observation.Result.GONE))
    return (missed.filter(at__gt=live) if live else missed).exists()


def pages_due() -> QuerySet[Any]:
    """Listings that should be on a platform whose pages our robot may look at, and whose page nobody has opened for a third
    of the time for which a look lasts, or since it was missing once, some hours ago; the longest ago first. Makes two queries now, and is one. What a connection says
    of itself is no look at the page."""
    now, limits = clock.now(), look_limits(clock.today())
    due = Q(pk__in=[])
    for platform_id in robots_may_look(clock.today()):
        old = now - timedelta(days=limits.days(platform_id)) / 3
        again = Q(last_word=_MISSING, page_seen_at__lt=now - SECOND_LOOK)
        due |= Q(link__platform=platform_id) & (Q(page_seen_at=None) | Q(page_seen_at__lt=old) | again)
    looks = Observation.objects.filter(link=OuterRef("link"), observer__in=_LOOKED).order_by("-at", "-pk")
    return (
        PlatformListing.objects.filter(observed=PlatformListing.Observed.LIVE, link__kind=OutsideLink.Kind.PRODUCT)
        .filter(link__account__closed_on=None)
        .annotate(
            page_seen_at=Subquery(looks.values("at")[:1]),
            last_word=Subquery(looks.filter(_CLEAR | Q(reason=_MISSING)).values("reason")[:1]),
        )
        .filter(due)
        .select_related("link__account", "connection__platform", "listing")
        .order_by(F("page_seen_at").asc(nulls_first=True), "pk")
    )
