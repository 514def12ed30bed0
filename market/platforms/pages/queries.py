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


def due_for_a_look(rows: QuerySet[Any], link: str) -> QuerySet[Any]:
    """Of rows with a page (`link`: the field that leads to its OutsideLink), those whose page our robot may look at and nobody has
    opened for a third of the time for which a look lasts, or since it was missing once, some hours ago; the longest ago
    first. Makes two queries now, and is one. What a connection says of itself is no look at the page."""
    now, limits = clock.now(), look_limits(clock.today())
    due = Q(pk__in=[])
    for platform_id in robots_may_look(clock.today()):
        old = now - timedelta(days=limits.days(platform_id)) / 3
        again = Q(last_word=_MISSING, page_seen_at__lt=now - SECOND_LOOK)
        due |= Q(**{f"{link}__platform": platform_id}) & (Q(page_seen_at=None) | Q(page_seen_at__lt=old) | again)
    looks = Observation.objects.filter(link=OuterRef(link), observer__in=_LOOKED).order_by("-at", "-pk")
    open_pages = Q(**{f"{link}__kind": OutsideLink.Kind.PRODUCT, f"{link}__account__closed_on": None})
    found: QuerySet[Any] = (
        rows.filter(open_pages)
        .annotate(
            page_seen_at=Subquery(looks.values("at")[:1]),
            last_word=Subquery(looks.filter(_CLEAR | Q(reason=_MISSING)).values("reason")[:1]),
        )
        .filter(due)
        .order_by(F("page_seen_at").asc(nulls_first=True), "pk")
    )
    return found


def pages_due() -> QuerySet[Any]:
    """Listings that should be on a platform and whose page is due for a look."""
    rows = PlatformListing.objects.filter(observed=PlatformListing.Observed.LIVE)
    return due_for_a_look(rows, "link").select_related("link__account", "connection__platform", "listing")
