"""Taking work: a batch of listings that are due on one connection, with a lease and a written intent for each.

One transaction: whoever comes later finds the lease, the fence number and the name of the operation that was begun.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import BooleanField, Case, Q, Value, When

from core.kit import clock
from core.kit.bulk import update_many
from market.platforms.contract import Capabilities, ListingDocument, RemoteIds
from market.platforms.engine.documents import documents_of
from market.platforms.engine.flow import rate_of
from market.platforms.engine.sending import Task
from market.platforms.engine.ways import Way
from market.platforms.models import Flow, PlatformListing

Work, Observed = PlatformListing.Work, PlatformListing.Observed
LEASE = timedelta(minutes=2)
BATCH_AT_MOST = 100
# How long a batch may take at the pace of its platform; four calls bring a new listing up.
BATCH_SECONDS, CALLS_EACH = 20, 4
_THERE = (Observed.PENDING, Observed.LIVE, Observed.SUSPENDED, Observed.UNKNOWN)


def content_due() -> Q:
    """Words to bring, or to look after: queued, of unknown outcome, or left by a worker whose lease is over."""
    now = clock.now()
    waiting = Q(work__in=[Work.QUEUED, Work.OUTCOME_UNKNOWN]) & (Q(next_try_at__isnull=True) | Q(next_try_at__lte=now))
    return waiting | (Q(work=Work.IN_FLIGHT) & _free())


def offer_due() -> Q:
    """A price or a stock to bring, to something that stands there or is under review."""
    now = clock.now()
    waiting = Q(offer_work=Work.QUEUED) & (Q(offer_next_try_at__isnull=True) | Q(offer_next_try_at__lte=now))
    there = Q(observed__in=_THERE, wanted=True) & ~Q(remote_id="")
    return there & (waiting | (Q(offer_work=Work.IN_FLIGHT) & _free()))


def _free() -> Q:
    """Leased to nobody; a lease that is further off than any can be was given before the clock was set back."""
    now = clock.now()
    return Q(leased_until__isnull=True) | Q(leased_until__lt=now) | Q(leased_until__gt=now + LEASE * 2)


def due_on(way: Way) -> Q:
    """What may be claimed for a connection now."""
    # What may still be under way there is left alone until it can be seen.
    settled = Q(not_before__isnull=True) | Q(not_before__lte=clock.now())
    return Q(connection=way.connection) & _free() & settled & (content_due() | offer_due())


def batch_size(flow: Flow, capabilities: Capabilities) -> int:
    """As many as the platform's pace lets through well within a lease."""
    return min(BATCH_AT_MOST, round_size(flow, capabilities))


def round_size(flow: Flow, capabilities: Capabilities) -> int:
    """As many as the platform's pace lets through in the time that a round takes, in one batch or several."""
    return max(1, int(rate_of(flow, capabilities) * BATCH_SECONDS / CALLS_EACH))


@transaction.atomic
def claim(way: Way, limit: int) -> list[tuple[PlatformListing, Task]]:
    """Up to `limit` rows with what is to be done, what may not be sold any more first. Two workers never get the same one."""
    ids = _taken(way, limit)
    if not ids:
        return []
    rows = list(
        PlatformListing.objects.filter(pk__in=ids)
        .select_related("connection__platform", "listing__shop__producer")
        .annotate(content_is_due=_is(content_due()), offer_is_due=_is(offer_due()))
        .order_by("priority", "next_try_at", "pk")
    )
    documents = documents_of([row.listing_id for row in rows], way.connection.platform)
    claimed: list[tuple[PlatformListing, Task]] = []
    for row in rows:
        document = documents[row.listing_id]
        row.fence, row.leased_until = row.fence + 1, clock.now() + LEASE
        row.work = Work.IN_FLIGHT if row.content_is_due else row.work
        row.offer_work = Work.IN_FLIGHT if row.offer_is_due else row.offer_work
        claimed.append((row, _task(row, way, document)))
        row.operation, row.operation_at = claimed[-1][1].operation, clock.now()
        row.operation_hash = document.content_hash if row.wanted else ""
        _note_intent(row, document)
    taken = ["fence", "leased_until", "work", "offer_work"]
    intents = ["operation", "operation_hash", "operation_at", "confirmed_hash", "confirmed_offer_hash", "unsure"]
    # One write for each row: PostgreSQL asks for the listing's own lock at a second one, and an order may hold that.
    update_many(rows, [*taken, *intents])
    return claimed


def _is(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def _note_intent(row: PlatformListing, document: ListingDocument) -> None:
    """What is about to be written over is not confirmed any more: should the answer never come, nobody may take the old one
    for what is there."""
    content = row.work == Work.IN_FLIGHT
    if content and (not row.wanted or document.content_hash != row.confirmed_hash):
        row.confirmed_hash, row.unsure = "", True
    if not row.wanted or document.offer(RemoteIds(row.remote_id)).offer_hash != row.confirmed_offer_hash:
        row.confirmed_offer_hash, row.unsure = "", True


def _taken(way: Way, limit: int) -> list[int]:
    """The rows to claim, locked; what another worker or a seller holds just now is left to the next round."""
    found = PlatformListing.objects.select_for_update(skip_locked=True, no_key=True).filter(due_on(way))
    return list(found.order_by("priority", "next_try_at", "pk").values_list("pk", flat=True)[:limit])


def _task(row: PlatformListing, way: Way, document: ListingDocument) -> Task:
    content = row.work == Work.IN_FLIGHT
    return Task(
        wanted=row.wanted,
        content=content,
        # Words that go out take the price along; a price never takes the words along.
        offer=content or row.offer_work == Work.IN_FLIGHT,
        operation=f"{row.pk}-{row.revision}-{row.fence}",
        unsure=row.unsure,
        took_down=bool(row.operation) and not row.operation_hash,
        adapter=way.adapter,
        document=document,
        remote=RemoteIds(row.remote_id, row.url) if row.remote_id else None,
        confirmed_hash=row.confirmed_hash,
        confirmed_offer_hash=row.confirmed_offer_hash,
        is_refused=row.observed == Observed.REJECTED,
        is_live=_may_be_there(row),
        tried_at=row.operation_at,
        show=row.shall_show and way.capabilities.can_hide,
    )


def _may_be_there(row: PlatformListing) -> bool:
    """Whether the platform may show it, also where nobody can ask: seen, said to be there, or given to its staff."""
    given = row.sent_revision > 0 and row.observed != Observed.REJECTED
    return row.observed == Observed.LIVE or given or bool(row.remote_id or row.claimed_url)
