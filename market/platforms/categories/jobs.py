"""Reading the categories of platforms that tell them, and sending again what stands in another one now."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from django.db import transaction

from core.people.queries import SYSTEM
from market.goods.tree import branch_of, nodes
from market.platforms.categories.actions import keep_tree
from market.platforms.contract import (
    CategoryWay,
    ConnectionSettings,
    ContractBroken,
    PlatformAdapter,
    PlatformFailure,
    RemoteCategory,
)
from market.platforms.engine import flow
from market.platforms.engine.desired import bring_up_to_date, open_today
from market.platforms.engine.ways import Call, Round
from market.platforms.models import Connection, PlatformListing

log = logging.getLogger(__name__)
PAGES_AT_MOST, _AT_ONCE = 2_000, 200


def read_trees() -> int:
    """The daily job: read the tree of every platform that tells one; returns how many were read."""
    return _read(None)


def read_tree(arguments: dict[str, Any]) -> None:
    """The job: read one platform's tree now."""
    _read(arguments["platform"])


def send_again(arguments: dict[str, Any]) -> None:
    """The job: one of our categories has another code on a platform. Everything in it, and in what lies below it, is queued there again; where
    nothing has changed, nothing is sent."""
    code = arguments["category"]
    below = [each for each in nodes() if code in branch_of(each)] or [code]
    connections = Connection.objects.filter(platform=arguments["platform"])
    rows = PlatformListing.objects.filter(connection__in=connections, wanted=True, listing__category__code__in=below)
    ids = sorted(rows.values_list("listing_id", flat=True))
    for start in range(0, len(ids), _AT_ONCE):
        with transaction.atomic():
            bring_up_to_date(ids[start : start + _AT_ONCE], connections)


def _read(platform_id: int | None) -> int:
    found = Connection.objects.filter(open_today(), is_enabled=True, stopped="").select_related("platform", "flow")
    if platform_id is not None:
        found = found.filter(platform=platform_id)
    round_ = Round()
    calls = [call for connection in found if (call := _call_for(round_, connection))]
    return round_.carry_out(calls, _finished, _failure_of) if calls else 0


def _call_for(round_: Round, connection: Connection) -> Call | None:
    row = flow.flow_of(connection)
    try:
        way = round_.way(connection, row)
    except PlatformFailure:
        return None  # nobody serves it here; sending says so
    if way.capabilities.categories is CategoryWay.NONE or not flow.may_send(connection, row):
        return None
    return Call(way, partial(_whole, way.adapter), connection)


def _whole(adapter: PlatformAdapter, settings: ConnectionSettings, _write: object) -> list[RemoteCategory]:
    """All pages. Runs in a thread, without the database."""
    found, cursor = dict[str, RemoteCategory](), ""
    for _ in range(PAGES_AT_MOST):
        page = adapter.categories(settings, cursor)
        found |= {each.code: each for each in page.items}
        cursor = page.next_cursor
        if not cursor:
            return list(found.values())
    raise ContractBroken(f"more than {PAGES_AT_MOST} pages of categories")


def _failure_of(result: list[RemoteCategory] | PlatformFailure) -> PlatformFailure | None:
    return result if isinstance(result, PlatformFailure) else None


def _finished(call: Call, result: list[RemoteCategory] | PlatformFailure) -> None:
    if isinstance(result, PlatformFailure):
        log.warning("categories of %s could not be read: %s", call.way.adapter.key, type(result).__name__)
        return
    keep_tree(platform=call.key.platform, nodes=result, by=SYSTEM)
