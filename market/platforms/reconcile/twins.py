"""Taking down the second of two objects with one SKU: the one that we do not know, by one call, once it was decided.

What is meant is written down with the decision; a job speaks to the platform and writes what became of it beside the drift.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from core.audit.actions import record
from core.jobs.actions import enqueue
from core.jobs.registry import TryLater
from core.kit import clock
from core.people.models import User
from core.people.queries import SYSTEM, Viewer, viewer_for
from market.platforms.contract import ConnectionSettings, NotFound, PlatformFailure, RemoteIds
from market.platforms.engine import flow
from market.platforms.engine.ways import Call, Round
from market.platforms.models import Connection, Drift, PlatformListing
from market.platforms.reconcile.holding import Held, NotPossible, hold, write_decision

TAKE_DOWN = "platforms.take_down_twin"
# Longer than a call lasts with its wait for a turn: meanwhile the engine takes up neither of the two.
LEASE = timedelta(minutes=2)
# What passes is tried for so long, fewer times than a job has tries.
AGAIN, PATIENCE = timedelta(minutes=1), timedelta(minutes=5)
BUSY = "Tin đang được gửi, hãy thử lại sau ít phút."


def ask_to_take_down(held: Held, by: Viewer) -> None:
    """Write down what is meant and have a job do it, in the transaction that holds the drift. Raises NotPossible."""
    _check(held)
    drift = held.drift
    drift.asked_at, drift.asked_by_id, drift.trouble = clock.now(), by.user_id, ""
    drift.save(update_fields=["asked_at", "asked_by", "trouble"])
    record("drift.twin_begun", actor_id=by.user_id, object_label=f"drift:{drift.pk}")
    enqueue(TAKE_DOWN, {"drift": drift.pk}, key=str(drift.pk))


def take_down(arguments: dict[str, Any]) -> None:
    """The job: take it down and write the decision, or say why not. Raises TryLater for what passes."""
    drift = Drift.objects.filter(pk=arguments["drift"]).first()
    if drift is None or drift.asked_at is None or drift.decision != Drift.Decision.OPEN:
        return
    try:
        with transaction.atomic():
            row = _begin(drift)
    except NotPossible as refusal:
        _fail(drift, str(refusal), passes=str(refusal) == BUSY)
        return
    try:
        failure = _call(drift)
        if failure is None:
            _done(drift)
    finally:
        PlatformListing.objects.filter(pk=row.pk, fence=row.fence).update(leased_until=None)
    if failure is not None:
        _fail(drift, failure.message_vi, passes=not failure.permanent)


def _check(held: Held) -> PlatformListing:
    """Raises NotPossible when it is not so any more, or nothing may be sent just now."""
    row, drift = held.row, held.drift
    if row is None or not row.remote_id or row.remote_id[:80] == drift.remote_id:
        raise NotPossible("Trên sàn không còn hai bản như lúc thấy. Hãy đợi lần đối chiếu sau.")
    if PlatformListing.objects.filter(connection=drift.connection, remote_id=drift.remote_id).exists():
        raise NotPossible("Bản này nay là tin của một sản phẩm ở đây, nên không gỡ.")
    if not drift.connection.is_enabled or drift.connection.stopped:
        raise NotPossible("Kết nối với sàn đang tạm dừng. Hãy cho chạy tiếp rồi thử lại.")
    if not flow.may_send(drift.connection, flow.flow_of(drift.connection)):
        raise NotPossible("Sàn đang nghỉ hoặc không trả lời. Hãy thử lại sau ít phút.")
    return row


def _begin(drift: Drift) -> PlatformListing:
    """Check that it is still so, and keep the engine away from the row for a while."""
    row = _check(hold(drift, SYSTEM, is_the_job=True))
    now = clock.now()
    if row.leased_until is not None and row.leased_until > now:
        raise NotPossible(BUSY)
    PlatformListing.objects.filter(pk=row.pk).update(fence=F("fence") + 1, leased_until=now + LEASE)
    row.fence += 1
    return row


def _call(drift: Drift) -> PlatformFailure | None:
    """One call at the platform's pace; what stood in its way. What is gone already is as good."""
    connection = Connection.objects.select_related("platform").get(pk=drift.connection_id)
    remote, operation = RemoteIds(drift.remote_id, drift.url), f"drift-{drift.pk}"
    round_, answers = Round(), list[Any]()
    try:
        way = round_.way(connection, flow.flow_of(connection))
    except PlatformFailure as failure:
        return failure

    def withdraw(settings: ConnectionSettings, _write: object) -> None:
        way.adapter.withdraw(settings, remote, operation)

    round_.carry_out(
        [Call(way, withdraw, None)],
        lambda _call, result: answers.append(result),
        lambda result: result if isinstance(result, PlatformFailure) else None,
    )
    (result,) = answers
    return result if isinstance(result, PlatformFailure) and not isinstance(result, NotFound) else None


@transaction.atomic
def _done(drift: Drift) -> None:
    """A pass over the platform may have seen meanwhile that it is gone, and closed the drift: that is as good."""
    try:
        held = hold(drift, SYSTEM, is_the_job=True)
    except NotPossible:
        return
    asked_by = User.objects.filter(pk=held.drift.asked_by_id or 0).first()
    write_decision(held.drift, Drift.Decision.OURS, viewer_for(asked_by) if asked_by else SYSTEM)


def _fail(drift: Drift, words: str, *, passes: bool) -> None:
    """Say it beside the drift; whoever asked may ask again once it is given up."""
    asked_at = drift.asked_at or clock.now()
    goes_on = passes and clock.now() - asked_at < PATIENCE
    still = Drift.objects.filter(pk=drift.pk, decision=Drift.Decision.OPEN, asked_at=drift.asked_at)
    still.update(trouble=words[:300], asked_at=drift.asked_at if goes_on else None)
    if goes_on:
        raise TryLater(words, after=AGAIN)
