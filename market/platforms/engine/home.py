"""Bringing outcomes home: what was learned is written under the fence, and newer wishes are queued again."""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, Case, CharField, DateTimeField, F, Q, Value, When

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
    Retryable,
    ReviewState,
    ShopSuspended,
    ValidationFailed,
)
from market.platforms.engine.drifting import note_drift_removed
from market.platforms.engine.gate import OUR_OWN
from market.platforms.engine.sending import Outcome, Task
from market.platforms.models import Flow, PlatformListing
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
    changes: dict[str, Any] = {"leased_until": None} | _certainty(task, outcome, settling)
    removed = task.wanted and isinstance(outcome.content_failure or outcome.offer_failure, NotFound)
    if outcome.gone:
        changes |= _gone()
    elif removed:
        changes |= removed_there()
    else:
        _content_changes(row, task, outcome, changes)
        if task.wanted and (task.offer or row.offer_work == Work.IN_FLIGHT):
            _offer_changes(row, task, outcome, changes)
        elif row.offer_work == Work.IN_FLIGHT:
            changes["offer_work"] = Work.IDLE
    with transaction.atomic():
        if not _written(row, changes, shown=outcome.shown):
            return False
        if removed:
            note_drift_removed(row)
        if (outcome.gone or removed) and row.link is not None and row.remote_id:
            observe(
                link=row.link,
                result=Observation.Result.GONE,
                observer=Observation.Observer.ADAPTER,
                robot=row.connection.adapter,
                by=SYSTEM,
            )
    return True


def _written(row: PlatformListing, changes: dict[str, Any], *, shown: bool) -> bool:
    """Write these columns under the fence. Lanes that were worked on are queued again where the wish is newer by now, and what
    somebody asked to send anew meanwhile stays unconfirmed."""
    for lane, when in (("work", "next_try_at"), ("offer_work", "offer_next_try_at")):
        if lane in changes:
            changes.setdefault(when, None)
    ours = PlatformListing.objects.filter(pk=row.pk, fence=row.fence)
    # Nearly always nobody has wished or asked for anything since: one plain statement, made cheaply.
    as_claimed = ours.filter(wish=row.wish, revision=row.revision, wanted=row.wanted)
    as_claimed = as_claimed.exclude(confirmed_hash=PlatformListing.ANEW).exclude(
        confirmed_offer_hash=PlatformListing.ANEW
    )
    if as_claimed.update(**changes | ({"shall_show": False} if shown else {})):
        return True
    newer = ~Q(wish=row.wish) | ~Q(revision=row.revision) | ~Q(wanted=row.wanted)
    for lane, when in (("work", "next_try_at"), ("offer_work", "offer_next_try_at")):
        if lane in changes:
            changes[lane] = _unless(newer, changes[lane], Work.QUEUED, CharField())
            changes[when] = _unless(newer, changes[when], clock.now(), DateTimeField())
    if shown:
        changes["shall_show"] = Case(When(newer, then=F("shall_show")), default=False, output_field=BooleanField())
    for confirmed in {"confirmed_hash", "confirmed_offer_hash"} & changes.keys():
        asked = When(**{confirmed: PlatformListing.ANEW}, then=Value(""))
        changes[confirmed] = Case(asked, default=Value(changes[confirmed], output_field=CharField()))
    return bool(ours.update(**changes))


def _unless(newer: Q, usual: Any, otherwise: Any, field: CharField[Any, Any] | DateTimeField[Any, Any]) -> Case:
    return Case(When(newer, then=Value(otherwise, output_field=field)), default=Value(usual, output_field=field))


def _certainty(task: Task, outcome: Outcome, settling: float) -> dict[str, Any]:
    """Whether what stands there is known now, and when at the earliest somebody may look."""
    failures = (outcome.content_failure, outcome.offer_failure)
    if any(isinstance(failure, OutcomeUnknown) for failure in failures):
        return {"unsure": True, "not_before": clock.now() + max(LOOK_AGAIN, timedelta(seconds=settling))}
    # A failure before the look, or a price alone, says nothing about words that were lost before.
    is_open = not task.content or (outcome.content_failure is not None and not _refused(outcome.content_failure))
    return {"unsure": task.unsure and is_open, "not_before": None}


def _refused(failure: PlatformFailure) -> bool:
    """Whether the platform (or our own check) has looked at the words and taken none of them."""
    return isinstance(failure, ValidationFailed | NotFound)


def removed_there() -> dict[str, Any]:
    """What a row says when its object was taken away there: people decide, it is not silently made again."""
    return {
        **dict.fromkeys(
            ("remote_id", "url", "confirmed_hash", "confirmed_offer_hash", "offer_error", "offer_cause"), ""
        ),
        **{"work": Work.DEAD, "cause": "NotFound", "last_error": NotFound.message_vi, "attempts": 0},
        **{"observed": Observed.ABSENT, "seen_at": clock.now(), "offer_work": Work.IDLE, "unsure": False},
        "shall_show": False,
    }


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
        **{"observed": Observed.ABSENT, "seen_at": now, "reasons": [], "shall_show": False},
    }


def _content_changes(row: PlatformListing, task: Task, outcome: Outcome, changes: dict[str, Any]) -> None:
    if not task.content:
        return
    now = clock.now()
    failure = outcome.content_failure
    if failure is not None:
        changes |= _after(row, failure, "", counts=not _is_the_ways(row, task, outcome))
        if _refused(failure):
            changes["confirmed_hash"] = task.confirmed_hash
        return
    changes |= {"attempts": 0, "last_error": "", "cause": "", "next_try_at": now, "work": Work.IDLE}
    if outcome.still_refused:
        changes["work"] = Work.BLOCKED
        return
    if outcome.content_waits_for_person:
        changes |= {"work": Work.AWAITING_OPERATOR} | _as_before(task)
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
        # Asked sooner, the platform might not know it yet.
        changes |= {"observed": Observed.PENDING, "submission": task.operation, "next_try_at": now + SOON}
        changes["sent_fields"] = shown_fields(task.document)
        changes |= {"submitted_at": now, "expected_by": outcome.expected_by}
    elif outcome.adopted:
        # Whoever looks next finds what the platform thinks of it, with reasons and evidence.
        changes |= {"observed": Observed.PENDING, "submitted_at": now}


def _as_before(task: Task) -> dict[str, Any]:
    """Nothing was written: what is there is what was there."""
    return {"confirmed_hash": task.confirmed_hash, "confirmed_offer_hash": task.confirmed_offer_hash}


def _offer_changes(row: PlatformListing, task: Task, outcome: Outcome, changes: dict[str, Any]) -> None:
    failure = outcome.offer_failure
    if failure is not None:
        changes |= _after(row, failure, "offer_")
    elif outcome.offer_hash is not None:
        changes |= {"offer_work": Work.IDLE, "offer_next_try_at": None, "confirmed_offer_hash": outcome.offer_hash}
        changes |= {"offer_attempts": 0, "offer_error": "", "offer_cause": ""}
        changes["sent_fields"] = with_offer(changes.get("sent_fields", row.sent_fields), task.document)
    elif outcome.offer_waits_for_person:
        changes |= _as_before(task)
        changes |= {"offer_work": Work.AWAITING_OPERATOR, "offer_attempts": 0, "offer_error": ""}
    elif row.offer_work == Work.IN_FLIGHT:
        # Not reached: the words had trouble first, or wait for a person who gets the price with them.
        changes |= {"offer_work": Work.QUEUED, "offer_next_try_at": clock.now() + SOON}


def _is_the_ways(row: PlatformListing, task: Task, outcome: Outcome) -> bool:
    """Whether no answer at all came over this connection since the listing was tried before: that says nothing of the listing,
    and the breaker sees to the rest."""
    if outcome.was_answered or not isinstance(outcome.content_failure, Retryable | OutcomeUnknown):
        return False
    heard = Flow.objects.filter(connection=row.connection_id).values_list("last_success_at", flat=True).first()
    return heard is None or (task.tried_at is not None and heard < task.tried_at)


def _after(row: PlatformListing, failure: PlatformFailure, lane: str, *, counts: bool = True) -> dict[str, Any]:
    """The columns of one lane ("" or "offer_") after a failure, which uses up a try when it `counts`."""
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
    elif (isinstance(failure, OutcomeUnknown) and not lane) or (
        isinstance(failure, Conflict) and failure.kind == ConflictKind.DUPLICATE and not lane
    ):
        work, when = Work.OUTCOME_UNKNOWN, now + LOOK_AGAIN
    elif failure.permanent:
        work = Work.DEAD
    elif isinstance(failure, Conflict):
        # An open order there, or another version: it passes, and nobody here can hurry it.
        when, tried = now + min(timedelta(seconds=2 ** min(tried, 12)), LONGEST_PAUSE), min(tried, MAX_ATTEMPTS - 1)
    else:
        # Price and stock are absolute: sending them once more is safe whatever became of the first time.
        when = now + min(timedelta(seconds=2 ** min(tried, 12)), LONGEST_PAUSE) * random.uniform(0.75, 1.25)
    tried = tried if counts else min(tried, attempts)
    # What shall not be sold any more, and what it costs, is tried until it is there: nobody may give that up unseen.
    if tried >= MAX_ATTEMPTS and work in {Work.QUEUED, Work.OUTCOME_UNKNOWN} and row.wanted and not lane:
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


def put_away(row: PlatformListing) -> None:
    """What became of it could not be written down: a person looks, and everybody behind it has their turn."""
    PlatformListing.objects.filter(pk=row.pk, fence=row.fence).update(
        work=Work.DEAD,
        offer_work=Work.IDLE,
        cause="Fault",
        last_error="Hệ thống gặp lỗi với tin này. Người vận hành sẽ xem lại.",
        leased_until=None,
        unsure=True,
    )
