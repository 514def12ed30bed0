"""Sending again what stopped: one listing, or all of one group, in batches."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.dateparse import parse_datetime

from core.audit.actions import Noted, record, record_many
from core.jobs.actions import enqueue
from core.kit import clock
from core.people.queries import SYSTEM, Viewer
from market.platforms.models import Connection, PlatformListing
from market.platforms.running.queries.connections import LANE_FIELDS
from market.platforms.running.queries.dead import CAUSE_FIELDS, DEAD, REDRIVE, dead_rows, drive_key, not_since
from market.platforms.running.rules import can_run
from market.platforms.running.wording import LANES, cause_words

Work = PlatformListing.Work
AT_ONCE = 500


def send_group_again(*, connection: Connection, lane: str, cause: str, by: Viewer) -> tuple[int, int]:
    """Put all listings of a group ("content" or "offer", one cause) back into the queue: the first five hundred now, the rest
    in the background. Returns (how many now, how many are left). Raises PermissionError."""
    if not can_run(by):
        raise PermissionError
    since = clock.now()
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=connection.pk)
        total = dead_rows(connection, lane, cause).count()
        if not total:
            return 0, 0
        record(
            "connection.redriven",
            actor_id=by.user_id,
            object_label=f"connection:{connection.pk}",
            changes={"phần": ("", LANES[lane]), "vì": ("", cause_words(cause)), "số tin gửi lại": ("", str(total))},
        )
        done = _one_batch(connection, lane, cause, since, by.user_id)
        if done < total:
            asked = {"connection": connection.pk, "lane": lane, "cause": cause, "since": since.isoformat()}
            asked |= {"total": total, "by": by.user_id}
            enqueue(REDRIVE, asked, key=drive_key(connection.pk, lane, cause))
    return done, total - done


def redrive(arguments: dict[str, Any]) -> None:
    """The job: the rest of a group, a transaction for each batch; what stopped again since stays."""
    connection = Connection.objects.get(pk=arguments["connection"])
    since = parse_datetime(arguments["since"])
    assert since is not None
    more = True
    while more:
        with transaction.atomic():
            more = bool(
                _one_batch(
                    connection, arguments["lane"], arguments["cause"], since, arguments.get("by") or SYSTEM.user_id
                )
            )


def send_one_again(*, row: PlatformListing, lane: str, by: Viewer) -> bool:
    """Put one stopped listing back into the queue; False when it has not stopped (any more). Raises PermissionError."""
    if not can_run(by):
        raise PermissionError
    with transaction.atomic():
        held = PlatformListing.objects.select_for_update(no_key=True).filter(pk=row.pk, **{LANE_FIELDS[lane]: DEAD})
        return bool(_queue([each.pk for each in held], lane, by.user_id))


def _one_batch(connection: Connection, lane: str, cause: str, since: datetime, by_id: int | None) -> int:
    rows = (
        PlatformListing.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(not_since(since), connection=connection)
        .filter(**{LANE_FIELDS[lane]: DEAD, CAUSE_FIELDS[lane]: cause})
    )
    return _queue(list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]), lane, by_id)


def _queue(ids: list[int], lane: str, by_id: int | None) -> int:
    """Nothing is taken as known of what is there: the platform is asked, and what differs goes out."""
    if not ids:
        return 0
    now = clock.now()
    changes: dict[str, Any] = {"waiting_since": Coalesce("waiting_since", Value(now))}
    content = {
        "work": Work.QUEUED,
        "next_try_at": now,
        "attempts": 0,
        "last_error": "",
        "cause": "",
        "confirmed_hash": "",
    }
    if lane == "content":
        changes |= content
    else:
        changes |= {"offer_work": Work.QUEUED, "offer_next_try_at": now, "offer_attempts": 0}
        changes |= {"offer_error": "", "offer_cause": "", "confirmed_offer_hash": ""}
        # A price goes to nothing that was removed: the words have to go first, and take it along.
        is_gone = Q(remote_id="") & ~Q(work=Work.IN_FLIGHT)
        changes |= {
            name: Case(When(is_gone, then=_typed(name, value)), default=F(name)) for name, value in content.items()
        }
    PlatformListing.objects.filter(pk__in=ids).update(**changes)
    record_many("listing.sent_again", [Noted(f"platform_listing:{pk}") for pk in ids], actor_id=by_id)
    return len(ids)


def _typed(name: str, value: Any) -> Value:
    return Value(value, output_field=PlatformListing._meta.get_field(name))  # type: ignore[arg-type]
