"""How fast calls may go, shared by all workers in one row: the pace, the day's calls, pauses, and the breaker.

Turns are handed out in order of time (each worker takes the next few moments at which a call may start), so that any
number of workers together keep one pace.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import F, Q

from core.kit import clock
from market.platforms.contract import Capabilities, PlatformFailure, RateNotice
from market.platforms.models import Connection, Flow

USUAL_RATE = 5.0
OPENS_AFTER = 8
OPEN_AT_FIRST = timedelta(seconds=30)
OPEN_AT_MOST = timedelta(minutes=15)
PROBE_LEASE = timedelta(minutes=1)
AHEAD = timedelta(seconds=1)
# How long a thread may wait for its turn, and how far off a turn can be at most unless the clock was set back.
FARTHEST, ABSURD = timedelta(seconds=25), timedelta(seconds=60)
PAUSE_AT_MOST = timedelta(hours=1)
LEARNED_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class Turns:
    """Moments from which calls may start, in order; `until` is that of the next one, which is nobody's yet. No moments: nothing
    before `again_at`, for a reason in Vietnamese."""

    moments: tuple[datetime, ...] = ()
    until: datetime | None = None
    again_at: datetime | None = None
    reason: str = ""


def flow_of(connection: Connection) -> Flow:
    """The row of a connection, made when it is first needed."""
    return Flow.objects.get_or_create(connection=connection)[0]


class Source(StrEnum):
    """Where the pace in force comes from."""

    SET = "set"
    LEARNED = "learned"
    DOCUMENTED = "documented"
    USUAL = "usual"


def pace_of(flow: Flow, capabilities: Capabilities) -> tuple[float, Source]:
    """Calls a second, and who says so: what a person set, else what the platform said within the hour, else what its adapter
    knows."""
    if flow.rate_limit:
        return flow.rate_limit, Source.SET
    if flow.learned_rate and flow.learned_at is not None and clock.now() - flow.learned_at < LEARNED_FOR:
        return flow.learned_rate, Source.LEARNED
    if capabilities.calls_per_second:
        return capabilities.calls_per_second, Source.DOCUMENTED
    return USUAL_RATE, Source.USUAL


def rate_of(flow: Flow, capabilities: Capabilities) -> float:
    """Calls a second that are allowed now; see `pace_of`."""
    return pace_of(flow, capabilities)[0]


def take_turns(connection: Connection, wanted: int, capabilities: Capabilities) -> Turns:
    """Take up to `wanted` turns: those of the next second, or the next one where the pace is slower or others were first."""
    with transaction.atomic():
        flow = Flow.objects.select_for_update().get(connection=connection)
        now = clock.now()
        if is_paused(flow) and flow.paused_until:
            return Turns(again_at=flow.paused_until, reason="Sàn yêu cầu gửi chậm lại.")
        if flow.day != clock.today():
            flow.day, flow.calls_on_day = clock.today(), 0
        daily = flow.daily_limit or capabilities.calls_per_day
        left = wanted if daily is None else min(wanted, daily - flow.calls_on_day)
        if left <= 0:
            return Turns(again_at=_midnight(), reason="Hôm nay đã gửi đủ số lượt sàn cho phép.")
        rate = rate_of(flow, capabilities)
        start = max(now, flow.free_at) if flow.free_at else now
        if start > now + ABSURD:
            start = now  # given before the clock was set back
        if start > now + FARTHEST:
            return Turns(again_at=start, reason="Còn nhiều lượt gửi trước.")
        count = min(left, max(1, math.floor((now + AHEAD - start).total_seconds() * rate)))
        step = timedelta(seconds=1 / rate)
        flow.free_at, flow.calls_on_day = start + step * count, flow.calls_on_day + count
        flow.save(update_fields=["free_at", "day", "calls_on_day"])
    return Turns(tuple(start + step * number for number in range(count)), flow.free_at)


def _midnight() -> datetime:
    tomorrow = clock.now().astimezone(clock.VIETNAM) + timedelta(days=1)
    return tomorrow.replace(hour=0, minute=0, second=0, microsecond=0)


def give_back(connection: Connection, unused: Sequence[datetime], last: Turns) -> None:
    """Moments that nobody used, of all those taken; `last` are the ones taken last. They count for the day no more, and where
    nobody has taken any since, the next call need not wait until they have passed."""
    rows = Flow.objects.filter(connection=connection)
    rows.filter(day=clock.today(), calls_on_day__gte=len(unused)).update(calls_on_day=F("calls_on_day") - len(unused))
    # Only of the last ones: between those and earlier ones may lie moments that another worker holds.
    free = [moment for moment in unused if moment in last.moments]
    if free:
        rows.filter(free_at=last.until).update(free_at=min(free))


def pause(connection: Connection, until: datetime) -> None:
    """The platform asked for a pause; a longer one that somebody noted before stays."""
    Flow.objects.filter(Q(paused_until__isnull=True) | Q(paused_until__lt=until), connection=connection).update(
        paused_until=until
    )


def learn(connection: Connection, notice: RateNotice) -> None:
    """Keep what an answer said about the pace; a used-up window pauses until the next one begins."""
    if notice.calls_per_second and notice.calls_per_second > 0:
        Flow.objects.filter(connection=connection).update(learned_rate=notice.calls_per_second, learned_at=clock.now())
    if notice.calls_left is not None and notice.calls_left <= 0 and notice.window_seconds:
        pause(connection, clock.now() + timedelta(seconds=min(notice.window_seconds, 3600)))


def may_send(connection: Connection, flow: Flow) -> bool:
    """Whether anything may be claimed for this connection now, as far as its row says; a half-open one lets `take_probe`
    decide."""
    if not connection.is_enabled or connection.stopped:
        return False
    return not is_paused(flow) and flow.breaker == Flow.Breaker.CLOSED


def is_paused(flow: Flow) -> bool:
    """Whether the platform asked to wait; no pause is longer than an hour, so one further off is of a clock set back."""
    now = clock.now()
    return flow.paused_until is not None and now < flow.paused_until <= now + PAUSE_AT_MOST


def take_probe(flow: Flow) -> bool:
    """One worker may try one listing when an open breaker's time is over (or when the one who tried has vanished)."""
    now = clock.now()
    over = Q(open_until__lte=now) | Q(open_until__gt=now + OPEN_AT_MOST * 2)
    return bool(
        Flow.objects.filter(over, pk=flow.pk, breaker__in=[Flow.Breaker.OPEN, Flow.Breaker.HALF_OPEN]).update(
            breaker=Flow.Breaker.HALF_OPEN, open_until=now + PROBE_LEASE
        )
    )


def note_success(flow: Flow) -> None:
    """A call was answered: the breaker closes."""
    Flow.objects.filter(pk=flow.pk).update(
        breaker=Flow.Breaker.CLOSED, failures=0, opened_times=0, open_until=None, last_success_at=clock.now()
    )


def note_trouble(flow: Flow, failure: PlatformFailure) -> bool:
    """A call found no answer. True when that opened the breaker: after so many in a row, or after a probe that failed; each
    time for twice as long."""
    now = clock.now()
    rows = Flow.objects.filter(pk=flow.pk)
    rows.update(failures=F("failures") + 1, last_failure=type(failure).__name__, last_failure_at=now)
    fresh = rows.get()
    opens = fresh.breaker == Flow.Breaker.HALF_OPEN or (
        fresh.breaker == Flow.Breaker.CLOSED and fresh.failures >= OPENS_AFTER
    )
    if not opens:
        return fresh.breaker != Flow.Breaker.CLOSED
    waiting = min(OPEN_AT_FIRST * 2 ** min(fresh.opened_times, 10), OPEN_AT_MOST)
    return bool(
        rows.filter(breaker=fresh.breaker).update(
            breaker=Flow.Breaker.OPEN, open_until=now + waiting, opened_times=min(fresh.opened_times + 1, 1000)
        )
    )
