"""Reading orders on platforms, and the doors at which platforms knock."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from core.people.queries import Viewer
from market.platforms.contract import PlatformFailure, adapter_for
from market.platforms.engine.desired import open_today
from market.platforms.engine.documents import settings_of
from market.platforms.models import Connection, PlatformFeed, PlatformOrder, PlatformOrderLine
from market.platforms.orders.rules import may_see_orders


@dataclass(frozen=True)
class Feed:
    """How reading one platform's orders goes; `push_address` is where it may send hints ("" where it sends none)."""

    platform: str
    feed: PlatformFeed
    push_address: str


def connection_at(push_token: str) -> Connection | None:
    """The connection behind an address for hints, on a platform that exists today and whose connection nobody has paused."""
    found = Connection.objects.filter(open_today(), feed__push_token=push_token, is_enabled=True)
    return found.select_related("platform").first()


def orders_shown(viewer: Viewer, *, platform: str = "", only_to_review: bool = False) -> QuerySet[PlatformOrder]:
    """Orders of all platforms, newest first, or of the one with this code; none for people who do not run platforms. Three queries with
    their lines."""
    if not may_see_orders(viewer):
        return PlatformOrder.objects.none()
    rows = PlatformOrder.objects.select_related("connection__platform")
    if platform:
        rows = rows.filter(connection__platform__code=platform)
    if only_to_review:
        rows = rows.filter(needs_review=True)
    lines = PlatformOrderLine.objects.select_related("listing").order_by("position")
    return rows.prefetch_related(Prefetch("lines", lines)).order_by("-placed_at", "-pk")


def feeds_shown() -> list[Feed]:
    """The connections whose platforms give orders; one query."""
    found = []
    rows = PlatformFeed.objects.select_related("connection__platform").order_by("connection__platform__name")
    for feed in rows:
        try:
            can = adapter_for(feed.connection.adapter).capabilities(settings_of(feed.connection))
        except PlatformFailure:
            continue  # its adapter is no longer there
        path = reverse("platform_push", args=[feed.push_token])
        address = urljoin(settings.BASE_URL, path) if can.takes_pushes else ""
        found.append(Feed(feed.connection.platform.name, feed, address))
    return found
