"""Reading orders on platforms, and the doors at which platforms knock."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urljoin

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.urls import reverse

from core.kit import clock
from core.people.queries import Viewer
from market.platforms.contract import PlatformFailure, adapter_for
from market.platforms.engine.desired import open_today
from market.platforms.engine.documents import settings_of
from market.platforms.models import Connection, PlatformFeed, PlatformOrder, PlatformOrderLine
from market.platforms.orders.rules import OPEN, PROVING, may_see_orders
from onboarding.accounts.models import PlatformAccount


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


def oldest_open_order(connection_id: int, *, since: datetime) -> datetime | None:
    """When the oldest order that may still be sent or called off was placed, at `since` or later (aware); None without one."""
    rows = PlatformOrder.objects.filter(connection=connection_id, status__in=OPEN, placed_at__gte=since)
    return rows.order_by("placed_at").values_list("placed_at", flat=True).first()


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


def traded_accounts(first: date, last: date) -> QuerySet[PlatformAccount]:
    """The accounts on whose platform somebody ordered goods of their producer's shop between two days, both included, and did not call
    it off or send it back, as far as we knew by the end of the last day; each with `traded_at`, the moment of the newest such order.

    What has become of an order is what is known today: one that is cancelled later counts for no day any more. Simulated platforms
    prove nothing."""
    ordered = PlatformOrderLine.objects.filter(
        order__connection__platform=OuterRef("platform"),
        order__connection__platform__is_simulation=False,
        order__status__in=[state.value for state in PROVING],
        order__placed_at__gte=clock.start_of(first),
        order__placed_at__lt=clock.window(last).end,
        order__first_seen_at__lt=clock.window(last).end,
        listing__shop__producer=OuterRef("producer"),
    )
    newest = ordered.order_by("-order__placed_at").values("order__placed_at")[:1]
    return PlatformAccount.objects.filter(Exists(ordered)).annotate(traded_at=Subquery(newest))


def accounts_of_orders(connection: Connection, order_ids: Collection[int]) -> list[int]:
    """The accounts, open today, of whose producers' goods these orders of a connection are; one query."""
    goods = PlatformOrderLine.objects.filter(order__in=order_ids, listing__shop__producer=OuterRef("producer"))
    accounts = PlatformAccount.objects.filter(Exists(goods), platform=connection.platform_id, closed_on__isnull=True)
    return list(accounts.order_by("pk").values_list("pk", flat=True))


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
