"""How the connections do, and what waits on each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Min, Q, QuerySet

from core.kit import clock
from market.platforms.contract import AuthWay, Capabilities, connectable_adapters
from market.platforms.engine.documents import settings_of
from market.platforms.engine.flow import pace_of
from market.platforms.models import Connection, Flow, PlatformListing
from market.platforms.running.rules import LONG_ENOUGH_FOR_A_TAIL, adapter_of, asked_for, auth_way
from market.platforms.running.wording import LANES, SOURCES, WORK, cause_words, way_words
from onboarding.accounts.models import Platform

Work = PlatformListing.Work
# Each opening lasts twice as long as the one before: this many are about a quarter of an hour without an answer.
OPEN_FOR_LONG = 5
LANE_FIELDS = {"content": "work", "offer": "offer_work"}


@dataclass(frozen=True)
class Way:
    """A connection as a list shows it; `kind` and `words` say how it does, `waiting` how many listings wait to be sent."""

    connection: Connection
    flow: Flow | None
    kind: str
    words: str
    waiting: int
    dead: int
    last_failure: str


@dataclass(frozen=True)
class Pace:
    """How fast calls go: `rate` a second and where that comes from; calls `used` today of `daily` (None: no limit is known)."""

    rate: float
    source: str
    used: int
    daily: int | None
    paused_until: datetime | None

    @property
    def rate_words(self) -> str:
        """The rate with a decimal comma."""
        return f"{self.rate:.6g}".replace(".", ",")


@dataclass(frozen=True)
class Line:
    """How many listings are in one state of one lane, and since when the oldest waits."""

    lane: str
    lane_words: str
    state: str
    words: str
    count: int
    oldest: datetime | None


def connections_known() -> QuerySet[Connection]:
    """All connections with their platforms and flows, and who authorised them."""
    return Connection.objects.select_related("platform", "flow", "authorised_by").order_by(
        "-platform__counts_for_target", "platform__name"
    )


def platforms_to_connect() -> QuerySet[Platform]:
    """Real platforms that nobody has connected, or whose connection was never opened and may be chosen anew."""
    anew = Q(connection__adapter__in=connectable_adapters(), connection__authorised_at=None)
    return Platform.objects.filter(Q(connection=None) | anew, is_simulation=False).order_by("name")


def flow_or_none(connection: Connection) -> Flow | None:
    """The flow that was read with the connection; None before the first call."""
    return getattr(connection, "flow", None)


def ways(connections: Sequence[Connection]) -> list[Way]:
    """These connections with what waits on each; one query for all of them."""
    # A price that goes with words in a person's hands is not in our queue.
    queued = Q(work=Work.QUEUED) | (Q(offer_work=Work.QUEUED) & ~Q(work=Work.AWAITING_OPERATOR))
    dead = Q(work=Work.DEAD) | Q(offer_work=Work.DEAD)
    counted = (
        PlatformListing.objects.filter(queued | dead, connection__in=connections)
        .order_by()
        .values("connection")
        .annotate(waiting=Count("pk", filter=queued), dead=Count("pk", filter=dead))
    )
    counts = {row["connection"]: (row["waiting"], row["dead"]) for row in counted}
    found = []
    for connection in connections:
        flow = flow_or_none(connection)
        failure = cause_words(flow.last_failure) if flow and flow.last_failure else ""
        found.append(
            Way(
                connection, flow, *way_words(connection, flow), *counts.get(connection.pk, (0, 0)), last_failure=failure
            )
        )
    return found


def capabilities_of(connection: Connection) -> Capabilities | None:
    """What the platform can do; None when this version does not know its adapter."""
    adapter = adapter_of(connection)
    return adapter.capabilities(settings_of(connection)) if adapter else None


def pace_in_force(connection: Connection) -> Pace | None:
    """How fast calls go now; None for a connection without calls. No query."""
    capabilities, flow = capabilities_of(connection), flow_or_none(connection) or Flow(connection=connection)
    if capabilities is None or not asked_for(connection):
        return None
    rate, source = pace_of(flow, capabilities)
    used = flow.calls_on_day if flow.day == clock.today() else 0
    paused = flow.paused_until if flow.paused_until and flow.paused_until > clock.now() else None
    return Pace(rate, SOURCES[source], used, flow.daily_limit or capabilities.calls_per_day, paused)


def queue_lines(connection: Connection) -> list[Line]:
    """What waits on a connection, lane by lane and state by state; two queries."""
    found = []
    for lane, field in LANE_FIELDS.items():
        counted = (
            connection.listings.exclude(**{field: Work.IDLE})
            .order_by()
            .values(state=F(field))
            .annotate(count=Count("pk"), oldest=Min("waiting_since"))
        )
        by_state = {row["state"]: row for row in counted}
        found += [
            Line(lane, LANES[lane], state, words, by_state[state]["count"], by_state[state]["oldest"])
            for state, words in WORK.items()
            if state in by_state
        ]
    return found


def rows_waiting(connection: Connection, lane: str, state: str) -> QuerySet[PlatformListing]:
    """The listings in one state of one lane, those that wait longest first."""
    rows = connection.listings.filter(**{LANE_FIELDS[lane]: state})
    return rows.select_related("listing__shop__producer", "connection__platform").order_by(
        F("waiting_since").asc(nulls_last=True), "pk"
    )


def secret_tails(connection: Connection) -> list[tuple[str, str]]:
    """(label, the last four signs) of a long key that a person typed in; of a password nothing is ever shown."""
    if auth_way(connection) is not AuthWay.KEY or not connection.credentials:
        return []
    held = json.loads(connection.credentials)
    return [
        (label, f"…{held[name][-4:]}")
        for name, label in asked_for(connection).items()
        if len(held.get(name, "")) >= LONG_ENOUGH_FOR_A_TAIL
    ]


def troubled_connections() -> QuerySet[Connection]:
    """Connections that a person has to look after: refused by their platform, or without an answer for long."""
    silent = ~Q(flow__breaker=Flow.Breaker.CLOSED) & Q(flow__opened_times__gte=OPEN_FOR_LONG)
    return connections_known().filter(~Q(stopped="") | silent, is_enabled=True)
