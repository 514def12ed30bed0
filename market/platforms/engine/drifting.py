"""Writing down where a platform and we do not agree, once for each object that is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from core.kit import clock
from market.platforms.contract import RemoteIds
from market.platforms.models import Connection, Drift, PlatformListing

Kind, Decision, Work, Observed = Drift.Kind, Drift.Decision, PlatformListing.Work, PlatformListing.Observed


class MovedMeanwhile(Exception):
    """The row has changed since it was read: it is compared anew another time."""


@transaction.atomic
def note_drift(
    *,
    connection: Connection,
    kind: Drift.Kind,
    remote: RemoteIds,
    sku: str,
    title: str,
    row: PlatformListing | None,
    lines: Sequence[dict[str, str]] = (),
    remote_hash: str = "",
) -> Drift | None:
    """Open a drift, or bring the open one up to date; `lines` are as in `Drift.fields`. None when somebody left this very
    state (`remote_hash`) as it is. Raises MovedMeanwhile, but for a removal."""
    if row is not None:
        # The row before its drifts, as every decision locks them.
        fresh = PlatformListing.objects.select_for_update(no_key=True).filter(pk=row.pk).first()
        if fresh is None or (kind != Kind.REMOVED and _state(fresh) != _state(row)):
            raise MovedMeanwhile
    told = {"connection": connection, "kind": kind, "remote_id": remote.product_id[:80], "sku": _kept(sku, 64)}
    held = Drift.objects.filter(**told)
    if remote_hash and held.filter(decision=Decision.IGNORED, remote_hash=remote_hash).exists():
        return None
    now = clock.now()
    facts: dict[str, Any] = {
        "row": row,
        "title": _kept(title, 300),
        "url": _kept(remote.url, 400),
        "fields": [{name: _kept(text) for name, text in line.items()} for line in lines],
        "remote_hash": remote_hash,
        "seen_at": now,
    }
    drift, _made = Drift.objects.update_or_create(
        **told, decision=Decision.OPEN, defaults=facts, create_defaults={**facts, "found_at": now}
    )
    return drift


def note_drift_removed(row: PlatformListing) -> None:
    """What stood there as `row` says (read before it was taken out of the row) is gone: people are asked. In the transaction
    that changes the row."""
    note_drift(
        connection=row.connection,
        kind=Kind.REMOVED,
        remote=RemoteIds(row.remote_id, row.url),
        sku=row.listing.sku,
        title=row.listing.full_name,
        row=row,
    )


def _state(row: PlatformListing) -> tuple[object, ...]:
    return row.fence, row.work, row.offer_work, row.revision, row.wanted, row.remote_id, row.confirmed_hash


def _kept(text: str, limit: int | None = None) -> str:
    """What others wrote, without what a database cannot keep."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()[:limit]
