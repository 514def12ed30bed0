"""Which pages are due for a look."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from core.kit import clock
from market.platforms.models import PlatformListing
from onboarding.accounts.live_pages import look_limits, robots_may_look
from onboarding.accounts.models import Observation, OutsideLink

_LOOKED = (Observation.Observer.PERSON, Observation.Observer.ROBOT)


def pages_due() -> QuerySet[Any]:
    """Listings that should be on a platform whose pages our robot may look at, and whose page nobody has opened for a third
    of the time for which a look lasts; the longest ago first. Makes two queries now, and is one. What a connection says
    of itself is no look at the page."""
    now, limits = clock.now(), look_limits(clock.today())
    due = Q(pk__in=[])
    for platform_id in robots_may_look(clock.today()):
        old = now - timedelta(days=limits.days(platform_id)) / 3
        due |= Q(link__platform=platform_id) & (Q(page_seen_at=None) | Q(page_seen_at__lt=old))
    looks = Observation.objects.filter(link=OuterRef("link"), observer__in=_LOOKED).order_by("-at", "-pk")
    return (
        PlatformListing.objects.filter(observed=PlatformListing.Observed.LIVE, link__kind=OutsideLink.Kind.PRODUCT)
        .filter(link__account__closed_on=None)
        .annotate(page_seen_at=Subquery(looks.values("at")[:1]))
        .filter(due)
        .select_related("link__account", "connection__platform", "listing")
        .order_by(F("page_seen_at").asc(nulls_first=True), "pk")
    )
