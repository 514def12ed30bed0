"""Asking platforms for their orders, at the pace that all calls to a connection share."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Q, QuerySet

from core.kit import clock
from core.people.queries import SYSTEM
from market.platforms.contract import (
    Capabilities,
    Conflict,
    ConflictKind,
    ConnectionSettings,
    ContractBroken,
    OrderPage,
    PlatformAdapter,
    PlatformFailure,
    RateLimited,
)
from market.platforms.engine import flow
from market.platforms.engine.desired import open_today
from market.platforms.engine.ways import Call, Round
from market.platforms.models import Connection, Flow, PlatformFeed
from market.platforms.orders.actions import break_off_pull, claim_pull, end_pull, feed_of, forget_hints, keep_orders
from market.platforms.orders.queries import oldest_open_order

log = logging.getLogger(__name__)
EVERY, AFTER_TROUBLE = timedelta(minutes=5), timedelta(minutes=1)
# Clocks differ, and what a platform shows of a change may come after a later one: each reading begins before the last one ended.
# Once a day much further back, for orders that came later than that.
OVERLAP, DEEP, AT_FIRST = timedelta(hours=2), timedelta(days=14), timedelta(days=60)
# Where nobody says when an order changed, an order that is still to be sent is looked at for so long after it was placed.
OPEN_FOR = timedelta(days=90)
PAGES_AT_MOST, REPEATS_AT_MOST = 500, 3
HINTS_KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True)
class _Pull:
    """One reading: whose, from which moment on, and whether it goes far back."""

    feed: PlatformFeed
    since: datetime
    is_deep: bool


def import_due() -> int:
    """The periodic job: read the orders of every connection that is due; returns how many connections were read."""
    now = clock.now()
    due = Q(feed__isnull=True) | Q(feed__due_at__lte=now)
    return _import(list(_in_service().filter(due)))


def import_orders(connection: Connection) -> int:
    """Read the orders of one connection now, due or not; 1 when it was read."""
    return _import(list(_in_service().filter(pk=connection.pk)))


def forget_old_hints() -> int:
    """The daily job: hints that no message can repeat any more."""
    return forget_hints(older_than=HINTS_KEPT_FOR)


def _in_service() -> QuerySet[Connection]:
    found = Connection.objects.filter(open_today(), is_enabled=True, stopped="")
    return found.select_related("platform", "flow", "feed")


def _import(connections: list[Connection]) -> int:
    round_ = Round()
    calls = [call for connection in connections if (call := _call_for(round_, connection))]
    return round_.carry_out(calls, _finished, _failure_of, _stuck) if calls else 0


def _call_for(round_: Round, connection: Connection) -> Call | None:
    row = flow.flow_of(connection)
    try:
        way = round_.way(connection, row)
    except PlatformFailure:
        return None  # nobody serves it here; sending says so
    can = way.capabilities
    if not (can.pulls_orders or can.takes_pushes):
        return None
    feed = feed_of(connection)
    if not can.pulls_orders or not _may_ask(connection, row):
        return None
    if not claim_pull(feed=feed, until=clock.now() + EVERY):
        return None  # another worker, or a hint came in this instant: then it is due again
    pull = _pull_of(feed, can)
    return Call(way, partial(_pull, way.adapter, connection, pull), pull)


def _may_ask(connection: Connection, row: Flow) -> bool:
    if row.breaker == Flow.Breaker.CLOSED:
        return flow.may_send(connection, row)
    return flow.take_probe(row)


def _pull_of(feed: PlatformFeed, can: Capabilities) -> _Pull:
    now = clock.now()
    if feed.seen_until is None:
        return _Pull(feed, now - AT_FIRST, is_deep=True)
    if feed.deep_on != clock.today():
        back = min(feed.seen_until - OVERLAP, now - DEEP)
        if not can.dates_order_changes:
            oldest = oldest_open_order(feed.connection_id, since=now - OPEN_FOR)
            back = min(back, oldest) if oldest else back
        return _Pull(feed, back, is_deep=True)
    # Where nobody says when an order changed, those that most probably change are read each time, and all that may once a day.
    back = feed.seen_until - OVERLAP if can.dates_order_changes else min(feed.seen_until - OVERLAP, now - DEEP)
    return _Pull(feed, back, is_deep=False)


def _pull(
    adapter: PlatformAdapter,
    connection: Connection,
    pull: _Pull,
    settings: ConnectionSettings,
    write_down: Callable[[Callable[[], None]], None],
) -> int:
    """Page after page, each kept before the next is asked for; returns how many orders were unreadable. Runs in a thread, without the
    database."""
    cursor, seen, repeats, unreadable, is_new_start = "", set[str](), 0, 0, False
    for _ in range(PAGES_AT_MOST):
        try:
            page = adapter.pull_orders(settings, pull.since, cursor)
        except Conflict as conflict:
            if conflict.kind is not ConflictKind.VERSION or not cursor or is_new_start:
                raise
            # What was kept is known when it comes again.
            cursor, is_new_start = "", True
            seen.clear()
            continue
        write_down(partial(_keep, connection, page))
        unreadable += len(page.unreadable)
        if not page.next_cursor:
            return unreadable
        repeats += page.next_cursor in seen
        if repeats > REPEATS_AT_MOST:
            raise ContractBroken("the pages of orders have no end")
        seen.add(page.next_cursor)
        cursor = page.next_cursor
    raise ContractBroken(f"more than {PAGES_AT_MOST} pages of orders")


def _keep(connection: Connection, page: OrderPage) -> None:
    keep_orders(connection=connection, page=page, by=SYSTEM)


def _failure_of(result: int | PlatformFailure) -> PlatformFailure | None:
    return result if isinstance(result, PlatformFailure) else None


def _finished(call: Call, result: int | PlatformFailure) -> None:
    pull: _Pull = call.key
    if not isinstance(result, PlatformFailure):
        end_pull(feed=pull.feed, unreadable=result, is_deep=pull.is_deep)
        return
    log.warning("orders of %s could not be read: %s", call.way.adapter.key, type(result).__name__)
    pause = timedelta(seconds=result.retry_after) if isinstance(result, RateLimited) else timedelta()
    again_at = clock.now() + max(AFTER_TROUBLE, pause)
    break_off_pull(feed=pull.feed, failure=type(result).__name__, again_at=again_at)


def _stuck(call: Call) -> None:
    break_off_pull(feed=call.key.feed, failure="fault", again_at=clock.now() + EVERY)
