"""Sending: claim what is due, speak to the platforms from threads, bring the outcomes home."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial

from market.platforms.categories.actions import note_category_refused
from market.platforms.contract import CategoryWay, ConnectionSettings, PlatformFailure, RemoteIds, ValidationFailed
from market.platforms.engine import claiming, flow, home
from market.platforms.engine.desired import open_today
from market.platforms.engine.documents import settings_of
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
    batches = _Batches()
    calls = batches.first()
    return batches.round.carry_out(calls, _finished, _failure_of, _stuck, batches.after) if calls else 0


class _Batches:
    """What one round claims: a batch on each connection. Where the platform's pace lets through more than a batch in the time
    that a round takes, the next batch is claimed before the last one is done; then the others have their turn again too."""

    def __init__(self) -> None:
        self.round = Round()
        self._left: dict[Way, int] = {}

    def first(self) -> list[Call]:
        """A batch on every connection."""
        connections = Connection.objects.filter(open_today(), is_enabled=True, stopped="")
        return [call for each in connections.select_related("platform", "flow") for call in self._begun(each)]

    def after(self, way: Way, pending: Mapping[Way, int]) -> list[Call]:
        """What is claimed after a result on `way`; `pending` are the listings that each way still has to do."""
        left = self._left[way]
        if not left or pending[way] > claiming.BATCH_AT_MOST // 2:
            return []
        calls = self._again(way, min(left, claiming.BATCH_AT_MOST - pending[way]), left)
        for other in self._left:
            if not pending[other] and other is not way:
                calls += self._again(other, claiming.batch_size(other.flow, other.capabilities), 0)
        return calls

    def _again(self, way: Way, limit: int, whole: int) -> list[Call]:
        self._left[way] = 0
        try:
            return self._claimed(way, limit, whole) if _is_as_before(way) else []
        except Exception as fault:
            # What is in the air is brought home all the same; the next round meets the fault at its beginning.
            log.error("no more was claimed for %s: %s", way.adapter.key, type(fault).__name__)
            return []

    def _begun(self, connection: Connection) -> list[Call]:
        row = flow.flow_of(connection)
        try:
            way = self.round.way(connection, row)
        except PlatformFailure as failure:
            # One connection that nobody serves here stops no other.
            log.warning("connection %s cannot be used: %s", connection.pk, failure.detail)
            return []
        limit = claiming.batch_size(row, way.capabilities) if flow.may_send(connection, row) else 0
        whole = claiming.round_size(row, way.capabilities) if limit else 0
        if row.breaker != Flow.Breaker.CLOSED and _is_anything_due(way) and flow.take_probe(row):
            limit = 1
        return self._claimed(way, limit, whole)

    def _claimed(self, way: Way, limit: int, whole: int) -> list[Call]:
        """Up to `limit` listings, of the `whole` that the round may still take; fewer: there is nothing more for now."""
        good_until = time.monotonic() + (claiming.LEASE - LONGEST_CALL).total_seconds()
        claimed = claiming.claim(way, limit) if limit else []
        self._left[way] = max(0, whole - limit) if len(claimed) == limit else 0
        return [Call(way, partial(_speak, row, task, good_until), (row, task)) for row, task in claimed]


def _is_as_before(way: Way) -> bool:
    """Whether more may be claimed: neither a person nor an answer has changed since what goes this way, and how."""
    found = Connection.objects.filter(open_today(), pk=way.connection.pk).select_related("platform", "flow").first()
    if found is None or not way.gate.is_open or settings_of(found, way.gate) != way.settings:
        return False
    return flow.may_send(found, found.flow)


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

    gate = LeasedGate(settings.gate, good_until)
    said = speak(task, replace(settings, gate=gate), keep)
    return replace(said, was_answered=gate.was_answered)


def _failure_of(result: Outcome | PlatformFailure) -> PlatformFailure | None:
    return result if isinstance(result, PlatformFailure) else result.content_failure or result.offer_failure


def _finished(call: Call, result: Outcome | PlatformFailure) -> None:
    row, task = call.key
    outcome = _fallen(task, result) if isinstance(result, PlatformFailure) else result
    home.bring_home(row, task, outcome, settling=call.way.capabilities.settling_seconds)
    can_tell = call.way.capabilities.categories is not CategoryWay.NONE
    if can_tell and _is_category_refused(outcome.content_failure):
        note_category_refused(platform=row.connection.platform)


def _is_category_refused(failure: PlatformFailure | None) -> bool:
    """Whether the platform itself, not a check of ours, takes no goods in this category."""
    issues = failure.issues if isinstance(failure, ValidationFailed) else ()
    return any(issue.field == "category_code" and issue.remote_text for issue in issues)


def _fallen(task: Task, failure: PlatformFailure) -> Outcome:
    """What fell outside the conversation belongs to the lane that was worked on."""
    if task.content:
        return Outcome(remote=task.remote, content_failure=failure)
    return Outcome(remote=task.remote, offer_failure=failure)


def _stuck(call: Call) -> None:
    row, _task = call.key
    home.put_away(row)
