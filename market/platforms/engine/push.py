"""Sending: claim a row, speak to the platform outside any transaction, bring the outcome home under the fence."""

from __future__ import annotations

import logging
import random
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q

from core.kit import clock
from core.people.queries import SYSTEM
from market.platforms.contract import (
    AdapterKind,
    Conflict,
    ConflictKind,
    ItemOutcome,
    ListingDocument,
    NotFound,
    OutcomeUnknown,
    PlatformAdapter,
    PlatformFailure,
    RateLimited,
    RemoteIds,
    SubmissionState,
    ValidationFailed,
    adapter_for,
)
from market.platforms.engine.documents import document_of, settings_of
from market.platforms.models import PlatformListing
from onboarding.accounts.actions import observe
from onboarding.accounts.models import Observation

log = logging.getLogger(__name__)
Work, Observed = PlatformListing.Work, PlatformListing.Observed
LEASE = timedelta(minutes=2)
LOOK_AGAIN = timedelta(seconds=5)
MAX_ATTEMPTS = 6
BATCH = 20


def push_due() -> int:
    """The periodic job: send every listing that is due; returns how many were worked on."""
    now = clock.now()
    waiting = Q(work__in=[Work.QUEUED, Work.OUTCOME_UNKNOWN]) & (Q(next_try_at__isnull=True) | Q(next_try_at__lte=now))
    orphaned = Q(work=Work.IN_FLIGHT, leased_until__lt=now)
    due = PlatformListing.objects.filter(waiting | orphaned, connection__is_enabled=True)
    done = 0
    for row_id, fence in due.order_by("next_try_at", "pk").values_list("pk", "fence")[:BATCH]:
        row = _claim(row_id, fence)
        if row is not None:
            _work_on(row)
            done += 1
    return done


def _claim(row_id: int, fence: int) -> PlatformListing | None:
    """Take the row for two minutes. The fence number makes exactly one worker win, and later shuts out a late one."""
    now = clock.now()
    won = PlatformListing.objects.filter(pk=row_id, fence=fence).update(
        fence=F("fence") + 1, work=Work.IN_FLIGHT, leased_until=now + LEASE
    )
    if not won:
        return None
    return PlatformListing.objects.select_related(
        "connection__platform", "listing__shop__producer__commune__parent", "listing__category"
    ).get(pk=row_id)


def _work_on(row: PlatformListing) -> None:
    adapter = adapter_for(row.connection.adapter)
    try:
        if row.wanted:
            _send(row, adapter, document_of(row.listing))
        else:
            _withdraw(row, adapter)
    except PlatformFailure as failure:
        _bring_home_failure(row, failure)


def _send(row: PlatformListing, adapter: PlatformAdapter, document: ListingDocument) -> None:
    """Create or update so that the platform holds this document; nothing is written when it already does."""
    connection = settings_of(row.connection)
    remote = RemoteIds(row.remote_id, row.url) if row.remote_id else None
    reads = adapter.capabilities(connection).lookup_by_reference
    if remote is None and reads:
        # A write whose answer was lost may have worked: look by our SKU before anything is created.
        found = adapter.find(connection, document.reference)
        if found is not None:
            remote = found.remote
            _keep_remote(row, remote)
    operation = f"{row.pk}-{document.revision}-{row.fence}"
    refused = row.observed == Observed.REJECTED
    unchanged = document.content_hash == row.confirmed_hash
    if refused and unchanged:
        # A sold kilogram does not send the same refused words to the reviewer again; an edit or «Gửi lại» does.
        _bring_home(row, work=Work.BLOCKED, reasons=row.reasons)
        return
    if remote is None or not unchanged:
        submission = adapter.put_content(connection, document, remote, operation)
        if submission.remote is not None:
            remote = submission.remote
            _keep_remote(row, remote)
        if submission.state == SubmissionState.AWAITING_OPERATOR:
            # A refusal was about the former text: it ends where the new one joins the next file.
            answered: dict[str, object] = {"observed": Observed.ABSENT, "reasons": []} if refused else {}
            _bring_home(row, work=Work.AWAITING_OPERATOR, **answered)
            return
        observed = Observed.PENDING
    else:
        observed = Observed(row.observed)
    assert remote is not None
    offer = document.offer(remote)
    if offer.offer_hash != row.confirmed_offer_hash:
        result = adapter.put_offers(connection, [offer], operation)[0]
        if result.outcome == ItemOutcome.WAITING:
            _bring_home(row, work=Work.AWAITING_OPERATOR)
            return
        if result.outcome != ItemOutcome.DONE:
            raise result.failure if isinstance(result.failure, PlatformFailure) else ValidationFailed(result.issues)
    _bring_home(
        row,
        work=Work.IDLE,
        observed=observed,
        confirmed_hash=document.content_hash,
        confirmed_offer_hash=offer.offer_hash,
        sent_revision=document.revision,
        submission=operation,
        reasons=[],
        next_try_at=clock.now(),
    )


def _withdraw(row: PlatformListing, adapter: PlatformAdapter) -> None:
    """Take the listing down; nothing to do when it was never there."""
    connection = settings_of(row.connection)
    capabilities = adapter.capabilities(connection)
    if not row.remote_id and capabilities.lookup_by_reference:
        found = adapter.find(connection, document_of(row.listing).reference)
        if found is not None:
            _keep_remote(row, found.remote)
    if row.remote_id:
        adapter.withdraw(connection, RemoteIds(row.remote_id, row.url), f"{row.pk}-off-{row.fence}")
    if capabilities.kind == AdapterKind.FILE and row.observed == Observed.LIVE:
        _bring_home(row, work=Work.AWAITING_OPERATOR)
        return
    gone = {"remote_id": "", "url": "", "confirmed_hash": "", "confirmed_offer_hash": "", "submission": ""}
    with transaction.atomic():
        home = _bring_home(row, work=Work.IDLE, observed=Observed.ABSENT, seen_at=clock.now(), **gone)
        if home and row.link is not None and row.remote_id:
            observe(link=row.link, result=Observation.Result.GONE, observer=Observation.Observer.ADAPTER, by=SYSTEM)


def _keep_remote(row: PlatformListing, remote: RemoteIds) -> None:
    """Save the platform's id in its own commit straight after the call: a crash later must not lose it."""
    row.remote_id, row.url = remote.product_id, remote.url
    PlatformListing.objects.filter(pk=row.pk, fence=row.fence).update(remote_id=row.remote_id, url=row.url)


def _bring_home(row: PlatformListing, **changes: object) -> bool:
    """Write an outcome if nobody claimed the row since (False then); queue it again when a newer revision came
    meanwhile."""
    changes = {"attempts": 0, "last_error": "", "leased_until": None} | changes
    with transaction.atomic():
        fresh = PlatformListing.objects.select_for_update().filter(pk=row.pk, fence=row.fence).first()
        if fresh is None:
            return False
        if (fresh.revision, fresh.wanted) != (row.revision, row.wanted):
            changes |= {"work": Work.QUEUED, "next_try_at": clock.now()}
        PlatformListing.objects.filter(pk=row.pk).update(**changes)
    return True


def _bring_home_failure(row: PlatformListing, failure: PlatformFailure) -> None:
    now = clock.now()
    log.warning("platform %s, listing %s: %s", row.connection.adapter, row.listing_id, type(failure).__name__)
    changes: dict[str, object] = {"last_error": failure.message_vi[:300]}
    if isinstance(failure, ValidationFailed):
        reasons = [
            {"field": issue.field, "message": issue.message_vi, "remote": issue.remote_text} for issue in failure.issues
        ]
        changes |= {"work": Work.BLOCKED, "reasons": reasons}
    elif isinstance(failure, RateLimited):
        # The platform asks to wait: that is no failed try.
        changes |= {
            "work": Work.QUEUED,
            "next_try_at": now + timedelta(seconds=failure.retry_after),
            "attempts": row.attempts,
        }
    elif isinstance(failure, OutcomeUnknown):
        changes |= {"work": Work.OUTCOME_UNKNOWN, "next_try_at": now + LOOK_AGAIN, "attempts": row.attempts + 1}
    elif isinstance(failure, NotFound):
        # Removed there: people decide, it is not silently made again.
        changes |= {
            "work": Work.DEAD,
            "observed": Observed.ABSENT,
            "seen_at": now,
            "remote_id": "",
            "confirmed_hash": "",
        }
    elif isinstance(failure, Conflict) and failure.kind == ConflictKind.DUPLICATE:
        changes |= {"work": Work.OUTCOME_UNKNOWN, "next_try_at": now + LOOK_AGAIN, "attempts": row.attempts + 1}
    elif failure.permanent or row.attempts + 1 >= MAX_ATTEMPTS:
        changes |= {"work": Work.DEAD, "attempts": row.attempts + 1}
    else:
        pause = 2 ** (row.attempts + 1) * random.uniform(0.75, 1.25)
        changes |= {"work": Work.QUEUED, "next_try_at": now + timedelta(seconds=pause), "attempts": row.attempts + 1}
    if row.attempts + 1 >= MAX_ATTEMPTS and changes["work"] == Work.OUTCOME_UNKNOWN:
        changes["work"] = Work.DEAD
    _bring_home(row, **changes)
