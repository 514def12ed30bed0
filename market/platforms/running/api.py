"""Platforms for everybody, how connections do for operators, where goods are on platforms for their sellers and the staff of
the area."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from core.people.api import TokenAuth
from core.people.limits.rules import PUBLIC_LISTS
from core.people.limits.views import ApiLimit
from core.people.queries import Viewer
from market.platforms.models import PlatformListing
from market.platforms.queries import state_of
from market.platforms.running.queries.connections import Way, connections_known, pace_in_force, ways
from market.platforms.running.queries.rows import rows_visible_to
from market.platforms.running.rules import can_run, is_by_sheets
from onboarding.accounts.models import Platform

router = Router(tags=["platforms"])
PER_PAGE = 100
_LIMIT = ApiLimit(PUBLIC_LISTS)


class PlatformOut(Schema):
    """A platform. `valid_from` is its first day, `valid_to` the first on which it is no more; null: not known, open.
    `successor` is the code of the platform it became."""

    code: str
    name: str
    operator: str
    valid_from: date | None
    valid_to: date | None
    successor: str | None
    counts_for_target: bool
    is_simulation: bool


class PlatformsOut(Schema):
    """One page; `count` is that of all pages."""

    count: int
    page: int
    pages: int
    platforms: list[PlatformOut]


class ConnectionOut(Schema):
    """How a connection does. `stopped` is "", "key" or "shop"; `breaker` closed, open or half_open; `sentence` says it in
    Vietnamese. `rate` is in calls a second, null where nothing is called. No secret is ever part of it."""

    platform: str
    by_sheets: bool
    enabled: bool
    stopped: str
    breaker: str
    sentence: str
    waiting: int
    dead: int
    rate: float | None
    calls_today: int | None
    daily_limit: int | None
    authorised_at: datetime | None
    last_success_at: datetime | None
    last_failure_at: datetime | None


class ConnectionsOut(Schema):
    """All connections."""

    connections: list[ConnectionOut]


class ReasonOut(Schema):
    """Why a platform did not take it: our field, and a sentence."""

    field: str
    message: str


class ListingStateOut(Schema):
    """Where one listing is on one platform: what is wished for (`desired`: on, off), what was seen there last and when, what is
    being done about its words (`work`) and its price and stock (`offer_work`), and what people read about it. `url` is
    the page there while it is live, else ""."""

    sku: str
    platform: str
    desired: Literal["on", "off"]
    observed: str
    seen_at: datetime | None
    work: str
    offer_work: str
    sentence: str
    reasons: list[ReasonOut]
    url: str


class ListingStatesOut(Schema):
    """One page; `count` is that of all pages."""

    count: int
    page: int
    pages: int
    states: list[ListingStateOut]


@router.get("/platforms", response=PlatformsOut, auth=None, throttle=_LIMIT, summary="Platforms as dated data")
def list_platforms(request: HttpRequest, page: Annotated[int, Query(ge=1)] = 1) -> dict[str, Any]:
    """By code, a hundred to a page; closed ones as well."""
    pages = Paginator(Platform.objects.select_related("successor").order_by("code"), PER_PAGE)
    shown = pages.get_page(page)
    return {
        "count": pages.count,
        "page": shown.number,
        "pages": pages.num_pages,
        "platforms": [_platform(each) for each in shown],
    }


@router.get("/platforms/connections", response=ConnectionsOut, auth=TokenAuth(), summary="How the connections do")
def list_connections(request: HttpRequest) -> dict[str, Any]:
    """For platform operators; 404 for everybody else. Nothing is called: it is what the last calls left."""
    if not can_run(_viewer(request)):
        raise Http404
    return {"connections": [_connection(way) for way in ways(list(connections_known()))]}


@router.get(
    "/platforms/listings", response=ListingStatesOut, auth=TokenAuth(), summary="Where goods are on the platforms"
)
def list_states(
    request: HttpRequest,
    sku: Annotated[str, Query(max_length=20)] = "",
    platform: Annotated[str, Query(max_length=30)] = "",
    observed: PlatformListing.Observed | None = None,
    page: Annotated[int, Query(ge=1)] = 1,
) -> dict[str, Any]:
    """Goods of the producers one acts for, and of the area of staff; a hundred to a page. `platform` is a code."""
    rows = rows_visible_to(_viewer(request))
    if sku:
        rows = rows.filter(listing__sku=sku)
    if platform:
        rows = rows.filter(connection__platform__code=platform)
    if observed:
        rows = rows.filter(observed=observed)
    pages = Paginator(rows.order_by("pk"), PER_PAGE)
    shown = pages.get_page(page)
    return {
        "count": pages.count,
        "page": shown.number,
        "pages": pages.num_pages,
        "states": [_state(row) for row in shown],
    }


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    return viewer


def _platform(row: Platform) -> dict[str, Any]:
    names = ("code", "name", "operator", "valid_from", "valid_to", "counts_for_target", "is_simulation")
    return {name: getattr(row, name) for name in names} | {"successor": row.successor.code if row.successor else None}


def _connection(way: Way) -> dict[str, Any]:
    connection, flow, pace = way.connection, way.flow, pace_in_force(way.connection)
    return {
        "platform": connection.platform.code,
        "by_sheets": is_by_sheets(connection),
        "enabled": connection.is_enabled,
        "stopped": connection.stopped,
        "breaker": flow.breaker if flow else "closed",
        "sentence": way.words,
        "waiting": way.waiting,
        "dead": way.dead,
        "rate": pace.rate if pace else None,
        "calls_today": pace.used if pace else None,
        "daily_limit": pace.daily if pace else None,
        "authorised_at": connection.authorised_at,
        "last_success_at": flow.last_success_at if flow else None,
        "last_failure_at": flow.last_failure_at if flow else None,
    }


def _state(row: PlatformListing) -> dict[str, Any]:
    said = state_of(row)
    return {
        "sku": row.listing.sku,
        "platform": row.connection.platform.code,
        "desired": "on" if row.wanted else "off",
        "observed": row.observed,
        "seen_at": row.seen_at,
        "work": row.work,
        "offer_work": row.offer_work,
        "sentence": said.sentence,
        "reasons": [{"field": each.field, "message": each.message} for each in said.reasons],
        "url": said.url,
    }
