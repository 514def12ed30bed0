"""Taking down the second of two objects with one SKU: the one that we do not know, by one call, once it was decided."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from market.platforms.contract import ConnectionSettings, NotFound, PlatformFailure, RemoteIds
from market.platforms.engine import flow
from market.platforms.engine.ways import Call, Round
from market.platforms.models import Connection, Drift, PlatformListing
from market.platforms.reconcile.holding import NotPossible, check_at_rest, hold

# Longer than a call lasts with its wait for a turn: meanwhile the engine takes up neither of the two.
LEASE = timedelta(minutes=2)


def take_down_twin(*, drift: Drift, by: Viewer, decided: Callable[[Drift], None]) -> None:
    """Write down what is meant, take it down, then let `decided` write the decision. Raises NotAllowed, NotPossible; nothing
    is decided then."""
    with transaction.atomic():
        row = _begin(drift, by)
    try:
        _call(drift)
        # A pass over the platform may have seen meanwhile that it is gone, and closed the drift: that is as good.
        with suppress(NotPossible), transaction.atomic():
            decided(hold(drift, by).drift)
    finally:
        PlatformListing.objects.filter(pk=row.pk, fence=row.fence).update(leased_until=None)


def _begin(drift: Drift, by: Viewer) -> PlatformListing:
    """Check that it is still so, keep the engine away from the row for a while, and note the intent."""
    held = hold(drift, by)
    row = held.row
    if row is None or not row.remote_id or row.remote_id[:80] == held.drift.remote_id:
        raise NotPossible("Trên sàn không còn hai bản như lúc thấy. Hãy đợi lần đối chiếu sau.")
    if PlatformListing.objects.filter(connection=held.drift.connection, remote_id=held.drift.remote_id).exists():
        raise NotPossible("Bản này nay là tin của một sản phẩm ở đây, nên không gỡ.")
    check_at_rest(row)
    if row.leased_until is not None and row.leased_until > clock.now():
        raise NotPossible("Tin đang được gửi, hãy thử lại sau ít phút.")
    _check_open(held.drift.connection)
    PlatformListing.objects.filter(pk=row.pk).update(fence=F("fence") + 1, leased_until=clock.now() + LEASE)
    record("drift.twin_begun", actor_id=by.user_id, object_label=f"drift:{held.drift.pk}")
    row.fence += 1
    return row


def _check_open(connection: Connection) -> None:
    """Raises NotPossible where nothing may be sent just now."""
    if not connection.is_enabled or connection.stopped:
        raise NotPossible("Kết nối với sàn đang tạm dừng. Hãy cho chạy tiếp rồi thử lại.")
    if not flow.may_send(connection, flow.flow_of(connection)):
        raise NotPossible("Sàn đang nghỉ hoặc không trả lời. Hãy thử lại sau ít phút.")


def _call(drift: Drift) -> None:
    """One call at the platform's pace. What is gone already is as good."""
    connection = Connection.objects.select_related("platform").get(pk=drift.connection_id)
    remote, operation = RemoteIds(drift.remote_id, drift.url), f"drift-{drift.pk}"
    round_, answers = Round(), list[Any]()
    try:
        way = round_.way(connection, flow.flow_of(connection))
    except PlatformFailure as failure:
        raise NotPossible(failure.message_vi) from failure

    def withdraw(settings: ConnectionSettings, _write: object) -> None:
        way.adapter.withdraw(settings, remote, operation)

    round_.carry_out(
        [Call(way, withdraw, None)],
        lambda _call, result: answers.append(result),
        lambda result: result if isinstance(result, PlatformFailure) else None,
    )
    (result,) = answers
    if isinstance(result, PlatformFailure) and not isinstance(result, NotFound):
        raise NotPossible(result.message_vi) from result
