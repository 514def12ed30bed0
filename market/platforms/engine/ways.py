"""A round of calls to several platforms at once: threads speak HTTP, this thread alone writes to the database.

One slow or silent platform holds up nobody but itself: every connection has its own threads, gate and breaker.
"""

from __future__ import annotations

import logging
import queue
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.db import transaction

from core.kit import clock
from market.platforms.contract import (
    AuthExpired,
    AuthRevoked,
    Capabilities,
    ConnectionSettings,
    OutcomeUnknown,
    Permanent,
    PlatformAdapter,
    PlatformFailure,
    RateLimited,
    Retryable,
    ShopSuspended,
    adapter_for,
)
from market.platforms.engine import flow as pace
from market.platforms.engine.auth import refresh, stop
from market.platforms.engine.documents import settings_of
from market.platforms.engine.gate import OUR_OWN, RoundGate
from market.platforms.models import Connection, Flow

log = logging.getLogger(__name__)
THREADS = 16
IDLE_PLATFORM = 60.0
# Seconds for which turns lie ready while much is to be done.
AHEAD = 0.25


class Way:
    """One connection during a round."""

    def __init__(self, connection: Connection, flow: Flow, inbox: queue.SimpleQueue[Any]) -> None:
        self.connection, self.flow = connection, flow
        self.adapter: PlatformAdapter = adapter_for(connection.adapter)
        self.gate = RoundGate(lambda: inbox.put(self))
        self.settings: ConnectionSettings = settings_of(connection, self.gate)
        self.capabilities: Capabilities = self.adapter.capabilities(self.settings)
        self.is_well = False

    def bring_turns(self, pending: int) -> None:
        """Turns for everybody who waits and their next calls; with much left to do, those of the next moments as well.
        `pending`: listings that are not done. What nobody will use is not taken from other workers."""
        needed = self.gate.wanted
        if pending > THREADS:
            ahead = int(pace.rate_of(self.flow, self.capabilities) * AHEAD)
            needed = max(needed * 2, min(pending, ahead) - self.gate.unused)
        if needed > 0:
            self.gate.open(pace.take_turns(self.connection, needed, self.capabilities))
        else:
            self.gate.enough()

    def judge(self, failure: PlatformFailure | None) -> None:
        """What an answer (or none) means for everything else that goes this way."""
        if isinstance(failure, RateLimited):
            if failure.scope != OUR_OWN:
                pace.pause(self.connection, clock.now() + timedelta(seconds=failure.retry_after))
                self.gate.close(failure.retry_after, failure.message_vi)
        elif isinstance(failure, AuthRevoked | ShopSuspended):
            stop(self.connection, failure)
            self.gate.close(IDLE_PLATFORM, failure.message_vi)
        elif isinstance(failure, Retryable | OutcomeUnknown | AuthExpired):
            self.is_well = False
            if pace.note_trouble(self.flow, failure):
                self.gate.close(pace.OPEN_AT_FIRST.total_seconds(), failure.message_vi)
        elif not self.is_well:
            self.is_well = True
            pace.note_success(self.flow)

    def renew(self, used: ConnectionSettings) -> bool:
        """After an expired token in a call with `used`: whether there are newer credentials to try once more with. False as
        well while another worker renews: that is nobody's trouble, the listing has its turn in a moment."""
        if used.credentials != self.settings.credentials:
            # Another call of this round has met the same, and renewed: a second exchange would use up a second token.
            return True
        try:
            renewed = refresh(self.connection)
        except PlatformFailure as failure:
            self.judge(failure)
            return False
        if renewed is not None:
            self.connection, self.settings = renewed, replace(settings_of(renewed, self.gate))
        return renewed is not None


@dataclass
class Call:
    """One thing to do on a way, in a thread, without the database. `key` is whatever the caller knows it by."""

    way: Way
    run: Callable[[ConnectionSettings, Callable[[Callable[[], None]], None]], Any]
    key: Any
    is_replay: bool = field(default=False)


@dataclass
class _Do:
    """Something that a calling thread wants written down before it goes on."""

    write: Callable[[], None]
    done: threading.Event = field(default_factory=threading.Event)
    fault: str = ""

    def perform(self) -> None:
        """In the round's thread. A fault goes back to whoever asked."""
        try:
            with transaction.atomic():
                self.write()
        except Exception as fault:
            self.fault = type(fault).__name__
        finally:
            self.done.set()


@dataclass
class _Done:
    call: Call
    result: Any
    used: ConnectionSettings


class Round:
    """Carries out calls and hands each result to `finished` in this thread, one after the other."""

    def __init__(self) -> None:
        self._inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._over = False

    def way(self, connection: Connection, flow: Flow) -> Way:
        """A way of this round."""
        return Way(connection, flow, self._inbox)

    def carry_out(
        self,
        calls: Iterable[Call],
        finished: Callable[[Call, Any], None],
        failure_of: Callable[[Any], PlatformFailure | None],
        stuck: Callable[[Call], None] = lambda _call: None,
        more: Callable[[Way, Mapping[Way, int]], Iterable[Call]] = lambda _way, _pending: (),
    ) -> int:
        """Returns how many calls were carried out. `failure_of` says what of a result concerns the whole way; `stuck` puts away
        what could not be written down, so that it comes between nobody and their turn. `more` is asked after each result on
        a way for further calls, and told how many each still has: nothing stands still between two batches."""
        pending: Counter[Way] = Counter()
        pools: dict[Way, ThreadPoolExecutor] = {}
        count = self._submit(calls, pools, pending)
        try:
            while pending.total():
                message = self._inbox.get()
                if isinstance(message, Way):
                    message.bring_turns(pending[message])
                elif isinstance(message, _Do):
                    message.perform()
                else:
                    failure = failure_of(message.result)
                    call = message.call
                    if isinstance(failure, AuthExpired) and not call.is_replay:
                        if call.way.renew(message.used):
                            pools[call.way].submit(self._call, replace(call, is_replay=True))
                            continue
                        # Somebody else renews it, or it cannot be renewed and the connection has stopped.
                    else:
                        call.way.judge(failure)
                    pending[call.way] -= 1
                    self._finish(call, message.result, finished, stuck)
                    count += self._submit(more(call.way, pending), pools, pending)
        finally:
            # Nobody waits for a thread that writes nothing any more.
            self._over = bool(pending.total())
            for way in pools:
                if self._over:
                    way.gate.close(1.0, "the round is over")
            for pool in pools.values():
                pool.shutdown(wait=True, cancel_futures=True)
        for way in pools:
            if way.gate.unused:
                pace.give_back(way.connection, *way.gate.left())
            if way.gate.notice is not None:
                pace.learn(way.connection, way.gate.notice)
        return count

    def _submit(self, calls: Iterable[Call], pools: dict[Way, ThreadPoolExecutor], pending: Counter[Way]) -> int:
        count = 0
        for call in calls:
            way = call.way
            if way not in pools:
                pools[way] = ThreadPoolExecutor(THREADS, thread_name_prefix=f"platform-{way.adapter.key}")
            pending[way] += 1
            count += 1
            pools[way].submit(self._call, call)
        return count

    def _finish(
        self, call: Call, result: Any, finished: Callable[[Call, Any], None], stuck: Callable[[Call], None]
    ) -> None:
        try:
            with transaction.atomic():
                finished(call, result)
        except Exception as fault:
            log.error("a result of %s could not be written down: %s", call.way.adapter.key, type(fault).__name__)
            with transaction.atomic():
                stuck(call)

    def _call(self, call: Call) -> None:
        used = call.way.settings
        try:
            result = call.run(used, self._write_down)
        except PlatformFailure as failure:
            result = failure
        except Exception as fault:
            # A fault of ours in one listing stops no other. Its class and its place are kept; its words may hold a key, or
            # what others wrote, and stay out of the log.
            place = "".join(traceback.format_tb(fault.__traceback__))
            log.error("calling %s failed: %s\n%s", call.way.adapter.key, type(fault).__name__, place)
            result = Permanent(f"fault {type(fault).__name__}")
        self._inbox.put(_Done(call, result, used))

    def _write_down(self, write: Callable[[], None]) -> None:
        message = _Do(write)
        self._inbox.put(message)
        while not message.done.wait(timeout=0.1):
            if self._over:
                raise OutcomeUnknown("the round ended before this was written down")
        if message.fault:
            raise Permanent(f"fault {message.fault}")
