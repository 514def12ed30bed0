"""Listings that stopped, grouped by what one hand mends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils.dateparse import parse_datetime

from core.jobs.models import Job
from market.platforms.models import Connection, PlatformListing
from market.platforms.running.queries.connections import LANE_FIELDS
from market.platforms.running.wording import LANES, cause_words

DEAD = PlatformListing.Work.DEAD
REDRIVE = "platforms.redrive"
CAUSE_FIELDS = {"content": "cause", "offer": "offer_cause"}
ERROR_FIELDS = {"content": "last_error", "offer": "offer_error"}


@dataclass(frozen=True)
class Group:
    """Listings of one connection that stopped in one lane for one cause; `example` is what one of them says."""

    connection_id: int
    code: str
    platform: str
    lane: str
    lane_words: str
    cause: str
    words: str
    count: int
    oldest: datetime | None
    example: str


@dataclass(frozen=True)
class Drive:
    """Sending a group again, in the background: how far it is."""

    done: int
    total: int


def dead_groups() -> list[Group]:
    """All groups, the largest first; two queries whatever their size."""
    found = []
    for lane, field in LANE_FIELDS.items():
        rows = (
            PlatformListing.objects.filter(**{field: DEAD})
            .order_by()
            .values("connection_id", said=F(CAUSE_FIELDS[lane]))
            .annotate(
                code=F("connection__platform__code"),
                platform=F("connection__platform__name"),
                count=Count("pk"),
                oldest=Min("waiting_since"),
                example=Min(ERROR_FIELDS[lane]),
            )
        )
        found += [
            Group(
                row["connection_id"],
                row["code"],
                row["platform"],
                lane,
                LANES[lane],
                row["said"],
                cause_words(row["said"]),
                row["count"],
                row["oldest"],
                row["example"],
            )
            for row in rows
        ]
    return sorted(found, key=lambda group: (-group.count, group.platform, group.lane, group.cause))


def dead_rows(connection: Connection, lane: str, cause: str) -> QuerySet[PlatformListing]:
    """The listings of one group, in the order of their numbers."""
    rows = connection.listings.filter(**{LANE_FIELDS[lane]: DEAD, CAUSE_FIELDS[lane]: cause})
    return rows.select_related("listing__shop__producer", "connection__platform").order_by("pk")


def not_since(moment: datetime) -> Q:
    """Rows that nobody has worked on after that moment: what died again meanwhile is not sent once more."""
    return Q(operation_at__isnull=True) | Q(operation_at__lte=moment)


def drive_of(connection: Connection, lane: str, cause: str) -> Drive | None:
    """How far the sending again of this group is; None when none is under way. Two queries."""
    key = drive_key(connection.pk, lane, cause)
    job = Job.objects.filter(name=REDRIVE, key=key, state__in=Job.OPEN).first()
    if job is None:
        return None
    asked: dict[str, Any] = job.arguments
    since = parse_datetime(asked["since"])
    assert since is not None
    left = dead_rows(connection, lane, cause).filter(not_since(since)).count()
    return Drive(max(asked["total"] - left, 0), asked["total"])


def drive_key(connection_id: int, lane: str, cause: str) -> str:
    """At most one drive of a group at a time."""
    return f"{connection_id}:{lane}:{cause}"
