"""Bringing outcomes home: what was learned is written under the fence, and newer wishes are queued again."""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, CharField, DateTimeField, Q, Value, When

from core.kit import clock
from core.people.queries import SYSTEM
from market.platforms.contract import (
    AuthExpired,
    AuthRevoked,
    Conflict,
    ConflictKind,
    Issue,
    NotFound,
    OutcomeUnknown,
    PlatformFailure,
    RateLimited,
    RemoteIds,
    ReviewState,
    ShopSuspended,
    ValidationFailed,
)
from market.platforms.engine.gate import OUR_OWN
from market.platforms.engine.sending import Outcome, Task
from market.platforms.models import PlatformListing
from market.platforms.shown_fields import shown_fields, with_offer
from onboarding.accounts.actions import observe
from onboarding.accounts.models import Observation

log = logging.getLogger(__name__)
Work, Observed = PlatformListing.Work, PlatformListing.Observed
MAX_ATTEMPTS = 6
LOOK_AGAIN = timedelta(seconds=5)
SOON = timedelta(seconds=2)
# How soon a pause of our own is looked at again, in seconds: somebody may have raised the limit that caused it.
OUR_PAUSE = 60.0
LONGEST_PAUSE = timedelta(minutes=30)
STATES = {
    ReviewState.PENDING: Observed.PENDING,
    ReviewState.LIVE: Observed.LIVE,
    ReviewState.REJECTED: Observed.REJECTED,
    ReviewState.SUSPENDED: Observed.SUSPENDED,
}


def keep_remote(row: PlatformListing, remote: RemoteIds) -> None:
    """Save the platform's id in its own commit straight after the call: a crash later must not lose it."""
    row.remote_id, row.url = remote.product_id, remote.url
    PlatformListing.objects.filter(pk=row.pk, fence=row.fence).update(remote_id=row.remote_id, url=row.url)


def bring_home(row: PlatformListing, task: Task, outcome: Outcome, *, settling: float = 0.0) -> bool:
    """Write what became of a task, unless somebody claimed the row since (False then). `settling`: seconds a platform needs
    until what was written can be found."""
    changes: dict[str, Any] = {"leased_until": None}
    if outcome.gone:
        changes |= _gone()
    else:
        _content_changes(row, task, outcome, changes, settling)
        if task.wanted and (task.offer or row.offer_work == Work.IN_FLIGHT):
            _offer_changes(row, task, outcome, changes)
    newer = ~Q(revision=row.revision) | ~Q(wanted=row.wanted)
    for lane, when in (("work", "next_try_at"), ("offer_work", "offer_next_try_at")):
        if lane in changes:
            changes[lane] = _unless(newer, changes[lane], Work.QUEUED, CharField())
            changes[when] = _unless(newer, changes.get(when), clock.now(), DateTimeField())
    with transaction.atomic():
        if not PlatformListing.objects.filter(pk=row.pk, fence=row.fence).update(**changes):
            return False
        if outcome.gone and row.link is not None and row.remote_id:
            observe(
                link=row.link,
                result=Observation.Result.GONE,
                observer=Observation.Observer.ADAPTER,
                robot=row.connection.adapter,
                by=SYSTEM,
            )
    return True


def _unless(newer: Q, usual: Any, otherwise: Any, field: CharField[Any, Any] | DateTimeField[Any, Any]) -> Case:
    return Case(When(newer, then=Value(otherwise, output_field=field)), default=Value(usual, output_field=field))


def _gone() -> dict[str, Any]:
    now = clock.now()
    return {
        **dict.fromkeys(("remote_id", "url", "confirmed_hash", "confirmed_offer_hash", "submission"), ""),
        **dict.fromkeys(("last_error", "cause", "offer_error", "offer_cause"), ""),
        **{
            "sent_revision": 0,
            "sent_fields": {},
            "attempts": 0,
            "offer_attempts": 0,
            "submitted_at": None,
            "expected_by": None,
            "waiting_since": None,
        },
        **{"work": Work.IDLE, "next_try_at": None, "offer_work": Work.IDLE, "offer_next_try_at": None},
        **{"observed": Observed.ABSENT, "seen_at": now, "reasons": []},
    }


def _content_changes(
    row: PlatformListing, task: Task, outcome: Outcome, changes: dict[str, Any], settling: float
) -> None:
    if not task.content:
        return
    now = clock.now()
    failure = outcome.content_failure
    if failure is not None:
        changes |= _after(row, failure, "", settling)
        return
    changes |= {"attempts": 0, "last_error": "", "cause": "", "next_try_at": now, "work": Work.IDLE}
    if outcome.still_refused:
        changes["work"] = Work.BLOCKED
        return
    if outcome.content_waits_for_person:
        changes["work"] = Work.AWAITING_OPERATOR
        if task.wanted and task.is_refused:
            # A refusal was about the former text: it ends where the new one joins the next file.
            changes |= {"observed": Observed.ABSENT, "reasons": []}
        return
    changes |= {
        "confirmed_hash": outcome.content_hash or row.confirmed_hash,
        "reasons": [],
        "waiting_since": None,
    }
    if not outcome.offer_waits_for_person:
        changes["sent_revision"] = task.document.revision
    if outcome.sent_content:
        changes |= {"observed": Observed.PENDING, "submission": task.operation}
        changes["sent_fields"] = shown_fields(task.document)
        changes |= {"submitted_at": now, "expected_by": outcome.expected_by}
    elif outcome.adopted:
        # Whoever looks next finds what the platform thinks of it, with reasons and evidence.
        changes |= {"observed": Observed.PENDING, "submitted_at": now}


def _offer_changes(row: PlatformListing, task: Task, outcome: Outcome, changes: dict[str, Any]) -> None:
    failure = outcome.offer_failure
    if failure is not None:
        changes |= _after(row, failure, "offer_", 0.0)
    elif outcome.offer_hash is not None:
        changes |= {"offer_work": Work.IDLE, "offer_next_try_at": None, "confirmed_offer_hash": outcome.offer_hash}
        changes |= {"offer_attempts": 0, "offer_error": "", "offer_cause": ""}
        changes["sent_fields"] = with_offer(changes.get("sent_fields", row.sent_fields), task.document)
    elif outcome.offer_waits_for_person:
        changes |= {"offer_work": Work.AWAITING_OPERATOR, "offer_attempts": 0, "offer_error": ""}
    elif row.offer_work == Work.IN_FLIGHT:
        # Not reached: the words had trouble first, or wait for a person who gets the price with them.
        changes |= {"offer_work": Work.QUEUED, "offer_next_try_at": clock.now() + SOON}


def _after(row: PlatformListing, failure: PlatformFailure, lane: str, settling: float) -> dict[str, Any]:
    """The columns of one lane ("" or "offer_") after a failure."""
    now = clock.now()
    attempts = getattr(row, f"{lane}attempts")
    log.warning("platform %s, listing %s: %s", row.connection.adapter, row.listing_id, type(failure).__name__)
    work, when, tried = Work.QUEUED, now, attempts + 1
    more: dict[str, Any] = {}
    if isinstance(failure, ValidationFailed):
        work, tried = Work.BLOCKED, 0
        more["reasons"] = reasons_of(failure.issues)
    elif isinstance(failure, RateLimited):
        # The platform asks to wait: that is no failed try.
        seconds = min(failure.retry_after, OUR_PAUSE) if failure.scope == OUR_OWN else failure.retry_after
        when, tried = now + timedelta(seconds=seconds), attempts
    elif isinstance(failure, AuthExpired | AuthRevoked | ShopSuspended):
        # The connection stands still, the listing is as good as before.
        when, tried = now + SOON, attempts
    elif isinstance(failure, NotFound):
        # Removed there: people decide, it is not silently made again.
        work = Work.DEAD
        more = {"observed": Observed.ABSENT, "seen_at": now, "remote_id": "", "url": ""}
        more |= {"confirmed_hash": "", "confirmed_offer_hash": ""}
    elif isinstance(failure, OutcomeUnknown) and not lane:
        work, when = Work.OUTCOME_UNKNOWN, now + max(LOOK_AGAIN, timedelta(seconds=settling))
    elif isinstance(failure, Conflict) and failure.kind == ConflictKind.DUPLICATE and not lane:
        work, when = Work.OUTCOME_UNKNOWN, now + LOOK_AGAIN
    elif failure.permanent:
        work = Work.DEAD
    else:
        # Price and stock are absolute: sending them once more is safe whatever became of the first time.
        when = now + min(timedelta(seconds=2**tried), LONGEST_PAUSE) * random.uniform(0.75, 1.25)
    if tried >= MAX_ATTEMPTS and work in {Work.QUEUED, Work.OUTCOME_UNKNOWN}:
        work = Work.DEAD
    return {
        **{f"{lane}work": work, f"{lane}next_try_at": when, f"{lane}attempts": tried},
        **{"offer_error" if lane else "last_error": failure.message_vi[:300], f"{lane}cause": cause_of(failure)},
        **more,
    }


def cause_of(failure: PlatformFailure) -> str:
    """What groups failures that one hand mends: the class, and the code that the platform or our own check gave."""
    code = failure.issues[0].code if isinstance(failure, ValidationFailed) and failure.issues else ""
    if isinstance(failure, Conflict):
        code = failure.kind.value
    return f"{type(failure).__name__}:{code}".rstrip(":")[:80]


def reasons_of(issues: tuple[Issue, ...]) -> list[dict[str, str]]:
    """Issues as a row keeps them."""
    return [{"field": issue.field, "message": issue.message_vi, "remote": issue.remote_text} for issue in issues]


def when_to_look(submitted_at: datetime | None, pause_at_most: timedelta) -> datetime:
    """When to ask again about a review: soon at first, then after a quarter of the time it has taken so far."""
    now = clock.now()
    age = now - submitted_at if submitted_at else timedelta()
    return now + min(max(SOON, age / 4), pause_at_most)
