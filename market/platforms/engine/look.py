"""Looking: what became of a submission, and whether what was live still is."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from core.kit import clock
from core.people.queries import SYSTEM
from market.listings.models import Listing
from market.platforms.contract import (
    ConnectionSettings,
    NotFound,
    PlatformAdapter,
    PlatformFailure,
    RemoteIds,
    RemoteSnapshot,
)
from market.platforms.engine import claiming, flow
from market.platforms.engine.desired import open_today
from market.platforms.engine.drifting import note_drift_removed
from market.platforms.engine.home import STATES, reasons_of, removed_there, when_to_look
from market.platforms.engine.news import tell_refused
from market.platforms.engine.ways import Call, Round
from market.platforms.models import Connection, Flow, PlatformListing
from onboarding.accounts.actions import LinkRefused, claim_account, claim_link, observe
from onboarding.accounts.models import Observation

log = logging.getLogger(__name__)
Work, Observed = PlatformListing.Work, PlatformListing.Observed
LOOK_AT_LIVE = timedelta(hours=6)
ASK_AT_MOST = timedelta(hours=1)
AGAIN = timedelta(minutes=1)


def look_at_due() -> int:
    """The periodic job: read back listings under review, and live ones every six hours; returns how many."""
    round_ = Round()
    calls = [
        call
        for connection in Connection.objects.filter(open_today(), is_enabled=True, stopped="").select_related(
            "platform", "flow"
        )
        for call in _calls(round_, connection)
    ]
    return round_.carry_out(calls, _finished, _failure_of, _stuck) if calls else 0


def _calls(round_: Round, connection: Connection) -> list[Call]:
    row = flow.flow_of(connection)
    try:
        way = round_.way(connection, row)
    except PlatformFailure:
        return []  # nobody serves it here; sending says so
    if not way.capabilities.reads_back:
        return []
    now = clock.now()
    reviewed = Q(observed__in=[Observed.PENDING, Observed.SUSPENDED], next_try_at__lte=now)
    asked = Q(seen_at__lt=now - LOOK_AT_LIVE) | Q(
        hinted_at__gt=F("seen_at")
    )  # its time has come, or the platform told us
    live = Q(asked, observed=Observed.LIVE, next_try_at__lte=now)
    rows = (
        PlatformListing.objects.filter(reviewed | live, connection=connection, work=Work.IDLE)
        .exclude(remote_id="")
        .select_related("connection__platform", "listing__shop__producer")
        .order_by("next_try_at")
    )
    limit = claiming.batch_size(row, way.capabilities) if flow.may_send(connection, row) else 0
    if row.breaker != Flow.Breaker.CLOSED and rows.exists() and flow.take_probe(row):
        limit = 1  # where nothing is to be sent, looking finds out whether the platform is back
    if not limit:
        return []
    return [Call(way, partial(_fetch, way.adapter, RemoteIds(each.remote_id, each.url)), each) for each in rows[:limit]]


def _fetch(adapter: PlatformAdapter, remote: RemoteIds, settings: ConnectionSettings, _write: object) -> RemoteSnapshot:
    return adapter.fetch(settings, remote)


def _failure_of(result: RemoteSnapshot | PlatformFailure) -> PlatformFailure | None:
    return result if isinstance(result, PlatformFailure) else None


def _finished(call: Call, result: RemoteSnapshot | PlatformFailure) -> None:
    row: PlatformListing = call.key
    if isinstance(result, NotFound) and not _is_young(row, call.way.capabilities.settling_seconds):
        note_removed(row)
    elif isinstance(result, PlatformFailure):
        log.warning("could not look at %s on %s: %s", row.listing_id, row.connection.adapter, type(result).__name__)
        PlatformListing.objects.filter(pk=row.pk, fence=row.fence).update(next_try_at=clock.now() + AGAIN)
    else:
        _seen(row, result)


def _is_young(row: PlatformListing, settling_seconds: float) -> bool:
    """Whether the platform may not show yet what it was given."""
    was_seen = row.observed != Observed.PENDING
    return (
        not was_seen
        and row.submitted_at is not None
        and clock.now() - row.submitted_at < timedelta(seconds=settling_seconds)
    )


def _stuck(call: Call) -> None:
    PlatformListing.objects.filter(pk=call.key.pk).update(next_try_at=clock.now() + ASK_AT_MOST)


@transaction.atomic
def _seen(row: PlatformListing, snapshot: RemoteSnapshot) -> None:
    """Note what the platform says. A live page becomes a link with an observation, for the count of who is online."""
    # The listing before its rows, as orders and edits lock them: the link below makes PostgreSQL ask for it.
    Listing.objects.select_for_update(no_key=True).filter(pk=row.listing_id).first()
    now = clock.now()
    observed = STATES.get(snapshot.review.state)
    if observed == Observed.LIVE and not snapshot.is_visible:
        observed = Observed.SUSPENDED  # approved and hidden: no buyer sees it
    changes: dict[str, Any] = {"next_try_at": when_to_look(row.submitted_at, ASK_AT_MOST), "seen_at": now}
    if observed is not None:
        changes["observed"] = observed
    if observed in {Observed.REJECTED, Observed.SUSPENDED}:
        changes["reasons"] = reasons_of(snapshot.review.reasons)
        changes["work"] = Work.BLOCKED if observed == Observed.REJECTED else Work.IDLE
    if observed == Observed.LIVE:
        changes |= {"reasons": [], "url": snapshot.remote.url or row.url, "expected_by": None}
    if not PlatformListing.objects.filter(pk=row.pk, fence=row.fence, work=Work.IDLE).update(**changes):
        return
    if observed == Observed.REJECTED and observed != row.observed:
        tell_refused(row, changes["reasons"])
    hidden = observed in {Observed.REJECTED, Observed.SUSPENDED} and observed != row.observed
    if hidden and row.link is not None:
        # Nobody can see it there any more: the evidence says so, and the rate with it.
        observe(
            link=row.link,
            result=Observation.Result.GONE,
            observer=Observation.Observer.ADAPTER,
            robot=row.connection.adapter,
            by=SYSTEM,
        )
    if observed == Observed.LIVE and changes["url"]:
        _note_live(row, str(changes["url"]), snapshot)


def _note_live(row: PlatformListing, url: str, snapshot: RemoteSnapshot) -> None:
    account = claim_account(platform=row.connection.platform, producer=row.listing.shop.producer, by=SYSTEM)
    try:
        link = claim_link(account=account, url=url, by=SYSTEM)
    except LinkRefused as refusal:
        # Live there, but its page is no evidence for this producer; the other listings are still looked at.
        log.warning("listing %s on %s: no evidence: %s", row.listing_id, row.connection.adapter, refusal)
        return
    PlatformListing.objects.filter(pk=row.pk).update(link=link)
    observe(
        link=link,
        result=Observation.Result.LIVE,
        observer=Observation.Observer.ADAPTER,
        robot=row.connection.adapter,
        by=SYSTEM,
        seen_title=snapshot.title,
        seen_price=snapshot.price,
    )


@transaction.atomic
def note_removed(row: PlatformListing) -> bool:
    """It is gone there: said to the seller, evidence added, not made again by itself. False when somebody has worked on it
    since `row` was read."""
    changed = mark_removed(row)
    if changed and row.link is not None:
        observe(
            link=row.link,
            result=Observation.Result.GONE,
            observer=Observation.Observer.ADAPTER,
            robot=row.connection.adapter,
            by=SYSTEM,
        )
    return changed


@transaction.atomic
def mark_removed(row: PlatformListing) -> bool:
    """`note_removed` for somebody who has added the evidence. What to do is asked as a drift."""
    changed = PlatformListing.objects.filter(pk=row.pk, fence=row.fence, work=Work.IDLE).update(**removed_there())
    if changed:
        note_drift_removed(row)
    return bool(changed)
