"""Sending: claim what is due, speak to the platforms from threads, bring the outcomes home."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from market.platforms.contract import ConnectionSettings, PlatformFailure, RemoteIds
from market.platforms.engine import claiming, flow, home
from market.platforms.engine.desired import open_today
from market.platforms.engine.gate import LeasedGate
from market.platforms.engine.sending import Outcome, Task, speak
from market.platforms.engine.ways import Call, Round, Way
from market.platforms.models import Connection, Flow, PlatformListing

log = logging.getLogger(__name__)
# Connecting, and waiting for the whole answer.
LONGEST_CALL = timedelta(seconds=30)


def push_due() -> int:
    """The periodic job: send what is due on every connection that may send, to platforms that are open today; returns how
    many listings were worked on."""
    round_ = Round()
    connections = Connection.objects.filter(open_today(), is_enabled=True, stopped="")
    calls = [
        call for connection in connections.select_related("platform", "flow") for call in _claimed(round_, connection)
    ]
    return round_.carry_out(calls, _finished, _failure_of, _stuck) if calls else 0


def _claimed(round_: Round, connection: Connection) -> list[Call]:
    row = flow.flow_of(connection)
    try:
        way = round_.way(connection, row)
    except PlatformFailure as failure:
        # One connection that nobody serves here stops no other.
        log.warning("connection %s cannot be used: %s", connection.pk, failure.detail)
        return []
    limit = claiming.batch_size(row, way.capabilities) if flow.may_send(connection, row) else 0
    if row.breaker != Flow.Breaker.CLOSED and _is_anything_due(way) and flow.take_probe(row):
        limit = 1
    if not limit:
        return []
    good_until = time.monotonic() + (claiming.LEASE - LONGEST_CALL).total_seconds()
    return [Call(way, partial(_speak, row, task, good_until), (row, task)) for row, task in claiming.claim(way, limit)]


def _is_anything_due(way: Way) -> bool:
    return PlatformListing.objects.filter(claiming.due_on(way)).exists()


def _speak(
    row: PlatformListing,
    task: Task,
    good_until: float,
    settings: ConnectionSettings,
    write_down: Callable[[Callable[[], None]], None],
) -> Outcome:
    def keep(remote: RemoteIds) -> None:
        write_down(partial(home.keep_remote, row, remote))

    return speak(task, replace(settings, gate=LeasedGate(settings.gate, good_until)), keep)


def _failure_of(result: Outcome | PlatformFailure) -> PlatformFailure | None:
    return result if isinstance(result, PlatformFailure) else result.content_failure or result.offer_failure


def _finished(call: Call, result: Outcome | PlatformFailure) -> None:
    row, task = call.key
    outcome = _fallen(task, result) if isinstance(result, PlatformFailure) else result
    home.bring_home(row, task, outcome, settling=call.way.capabilities.settling_seconds)


def _fallen(task: Task, failure: PlatformFailure) -> Outcome:
    """What fell outside the conversation belongs to the lane that was worked on."""
    if task.content:
        return Outcome(remote=task.remote, content_failure=failure)
    return Outcome(remote=task.remote, offer_failure=failure)


def _stuck(call: Call) -> None:
    row, _task = call.key
    home.put_away(row)
