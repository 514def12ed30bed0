"""Sending: claim what is due, speak to the platforms from threads, bring the outcomes home."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from core.kit import clock
from core.places.models import in_force
from market.platforms.contract import ConnectionSettings, PlatformFailure, RemoteIds
from market.platforms.engine import claiming, flow, home
from market.platforms.engine.sending import Outcome, Task, speak
from market.platforms.engine.ways import Call, Round, Way
from market.platforms.models import Connection, Flow, PlatformListing


def push_due() -> int:
    """The periodic job: send what is due on every connection that may send, to platforms that are open today; returns how
    many listings were worked on."""
    round_ = Round()
    connections = Connection.objects.filter(in_force(clock.today(), "platform__"), is_enabled=True, stopped="")
    calls = [
        call for connection in connections.select_related("platform", "flow") for call in _claimed(round_, connection)
    ]
    return round_.carry_out(calls, _finished, _failure_of) if calls else 0


def _claimed(round_: Round, connection: Connection) -> list[Call]:
    row = flow.flow_of(connection)
    way = round_.way(connection, row)
    limit = claiming.batch_size(row, way.capabilities) if flow.may_send(connection, row) else 0
    if row.breaker != Flow.Breaker.CLOSED and _is_anything_due(way) and flow.take_probe(row):
        limit = 1
    return (
        [Call(way, partial(_speak, row, task), (row, task)) for row, task in claiming.claim(way, limit)]
        if limit
        else []
    )


def _is_anything_due(way: Way) -> bool:
    return PlatformListing.objects.filter(claiming.due_on(way)).exists()


def _speak(
    row: PlatformListing,
    task: Task,
    settings: ConnectionSettings,
    write_down: Callable[[Callable[[], None]], None],
) -> Outcome:
    def keep(remote: RemoteIds) -> None:
        write_down(partial(home.keep_remote, row, remote))

    return speak(task, settings, keep)


def _failure_of(result: Outcome | PlatformFailure) -> PlatformFailure | None:
    return result if isinstance(result, PlatformFailure) else result.content_failure or result.offer_failure


def _finished(call: Call, result: Outcome | PlatformFailure) -> None:
    row, task = call.key
    outcome = Outcome(remote=task.remote, content_failure=result) if isinstance(result, PlatformFailure) else result
    home.bring_home(row, task, outcome, settling=call.way.capabilities.settling_seconds)
