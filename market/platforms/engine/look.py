"""Looking: what became of a submission, and whether what was live still is."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from core.kit import clock
from core.people.queries import SYSTEM
from market.platforms.contract import NotFound, PlatformFailure, RemoteIds, RemoteSnapshot, ReviewState, adapter_for
from market.platforms.engine.documents import settings_of
from market.platforms.engine.news import tell_refused
from market.platforms.models import PlatformListing
from onboarding.accounts.actions import LinkRefused, claim_account, claim_link, observe
from onboarding.accounts.models import Observation

log = logging.getLogger(__name__)
Work, Observed = PlatformListing.Work, PlatformListing.Observed
ASK_PENDING = timedelta(seconds=2)
LOOK_AT_LIVE = timedelta(hours=6)
BATCH = 20
_STATES = {
    ReviewState.PENDING: Observed.PENDING,
    ReviewState.LIVE: Observed.LIVE,
    ReviewState.REJECTED: Observed.REJECTED,
    ReviewState.SUSPENDED: Observed.SUSPENDED,
}


def look_at_due() -> int:
    """The periodic job: read back listings under review, and live ones every six hours; returns how many."""
    now = clock.now()
    reviewed = Q(observed__in=[Observed.PENDING, Observed.SUSPENDED], next_try_at__lte=now)
    live = Q(observed=Observed.LIVE, seen_at__lt=now - LOOK_AT_LIVE, next_try_at__lte=now)
    rows = PlatformListing.objects.filter(reviewed | live, work=Work.IDLE, connection__is_enabled=True).exclude(
        remote_id=""
    )
    done = 0
    for row in rows.select_related("connection__platform", "listing__shop__producer").order_by("next_try_at")[:BATCH]:
        adapter = adapter_for(row.connection.adapter)
        connection = settings_of(row.connection)
        if not adapter.capabilities(connection).reads_back:
            continue
        try:
            snapshot = adapter.fetch(connection, RemoteIds(row.remote_id, row.url))
        except NotFound:
            _removed(row)
        except PlatformFailure as failure:
            log.warning(
                "could not look at %s on %s: %s", row.listing_id, row.connection.adapter, type(failure).__name__
            )
            PlatformListing.objects.filter(pk=row.pk, fence=row.fence).update(next_try_at=now + timedelta(minutes=1))
        else:
            _seen(row, snapshot)
        done += 1
    return done


@transaction.atomic
def _seen(row: PlatformListing, snapshot: RemoteSnapshot) -> None:
    """Note what the platform says. A live page becomes a link with an observation, for the count of who is online."""
    now = clock.now()
    observed = _STATES.get(snapshot.review.state)
    changes: dict[str, Any] = {"next_try_at": now + ASK_PENDING, "seen_at": now}
    if observed is not None:
        changes["observed"] = observed
    if observed in {Observed.REJECTED, Observed.SUSPENDED}:
        changes["reasons"] = [
            {"field": issue.field, "message": issue.message_vi, "remote": issue.remote_text}
            for issue in snapshot.review.reasons
        ]
        changes["work"] = Work.BLOCKED if observed == Observed.REJECTED else Work.IDLE
    if observed == Observed.LIVE:
        changes["reasons"] = []
        changes["url"] = snapshot.remote.url or row.url
    if not PlatformListing.objects.filter(pk=row.pk, fence=row.fence, work=Work.IDLE).update(**changes):
        return
    if observed == Observed.REJECTED and observed != row.observed:
        tell_refused(row, changes["reasons"])
    hidden = observed in {Observed.REJECTED, Observed.SUSPENDED} and observed != row.observed
    if hidden and row.link is not None:
        # Nobody can see it there any more: the evidence says so, and the rate with it.
        observe(link=row.link, result=Observation.Result.GONE, observer=Observation.Observer.ADAPTER, by=SYSTEM)
    if observed == Observed.LIVE and changes["url"]:
        account = claim_account(platform=row.connection.platform, producer=row.listing.shop.producer, by=SYSTEM)
        try:
            link = claim_link(account=account, url=str(changes["url"]), by=SYSTEM)
        except LinkRefused as refusal:
            # Live there, but its page is no evidence for this producer; the other listings are still looked at.
            log.warning("listing %s on %s: no evidence: %s", row.listing_id, row.connection.adapter, refusal)
            return
        PlatformListing.objects.filter(pk=row.pk).update(link=link)
        observe(
            link=link,
            result=Observation.Result.LIVE,
            observer=Observation.Observer.ADAPTER,
            by=SYSTEM,
            seen_title=snapshot.title,
            seen_price=snapshot.price,
        )


@transaction.atomic
def _removed(row: PlatformListing) -> None:
    """It is gone there: said to the seller, evidence added, not made again by itself."""
    now = clock.now()
    changed = PlatformListing.objects.filter(pk=row.pk, fence=row.fence, work=Work.IDLE).update(
        observed=Observed.ABSENT,
        work=Work.DEAD,
        seen_at=now,
        remote_id="",
        confirmed_hash="",
        confirmed_offer_hash="",
        last_error=NotFound.message_vi,
    )
    if changed and row.link is not None:
        observe(link=row.link, result=Observation.Result.GONE, observer=Observation.Observer.ADAPTER, by=SYSTEM)
