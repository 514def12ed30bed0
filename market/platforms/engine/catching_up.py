"""Bringing a connection up to date that was closed or paused while listings changed."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from core.jobs.actions import enqueue
from market.listings.models import ON_SALE, Listing
from market.platforms.engine.desired import bring_up_to_date, open_today
from market.platforms.models import Connection, PlatformListing
from onboarding.accounts.events import PlatformChanged
from onboarding.consent.models import Purpose
from onboarding.consent.queries import agreeing

CATCH_UP = "platforms.catch_up"
_AT_ONCE = 200


def on_platform_changed(event: PlatformChanged) -> None:
    """A platform may have opened: what was not wished for while it was closed is caught up with in the background."""
    for pk in _in_service().filter(platform=event.platform_id).values_list("pk", flat=True):
        ask_to_catch_up(pk)


def ask_to_catch_up(connection_id: int) -> None:
    """A connection opened or goes on: have what it missed wished for, in the background."""
    enqueue(CATCH_UP, {"connection": connection_id}, key=str(connection_id))


def catch_up(arguments: dict[str, Any]) -> None:
    """The job: bring the wishes for one connection up to date."""
    _catch_up(arguments["connection"])


def catch_up_everywhere() -> int:
    """The daily job: platforms that open today, and whatever was missed; returns how many listings were looked at."""
    return sum(_catch_up(pk) for pk in list(_in_service().values_list("pk", flat=True)))


def _catch_up(connection_id: int) -> int:
    ids = _behind(connection_id)
    for start in range(0, len(ids), _AT_ONCE):
        with transaction.atomic():
            bring_up_to_date(ids[start : start + _AT_ONCE], _in_service().filter(pk=connection_id))
    return len(ids)


def _in_service() -> QuerySet[Connection]:
    return Connection.objects.filter(open_today(), is_enabled=True)


def _behind(connection_id: int) -> list[int]:
    """Listings that go out and have no row on a connection, and those whose row there knows an older state or wish."""
    goes = Listing.objects.filter(ON_SALE, agreeing(Purpose.PLATFORM, of="shop__producer"))
    is_out = Exists(goes.filter(pk=OuterRef("listing_id")))
    older = ~Q(revision=F("listing__revision")) | Q(is_out, wanted=False, is_off=False) | (Q(wanted=True) & ~Q(is_out))
    rows = PlatformListing.objects.filter(older, connection=connection_id).values_list("listing_id", flat=True)
    missing = goes.exclude(on_platforms__connection=connection_id).values_list("pk", flat=True)
    return sorted([*missing, *rows])
