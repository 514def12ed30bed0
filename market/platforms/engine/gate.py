"""The gate that a round's calls pass: threads wait here for their turn, the round's own thread brings the turns.

Only the round's thread touches the database; the threads that call wait, sleep and speak HTTP.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime

from core.kit import clock
from market.platforms.contract import Gate, RateLimited, RateNotice
from market.platforms.engine.flow import Turns

LONGEST_WAIT = 30.0
# With fewer turns than this lying here, more are asked for.
FEW = 16
# The scope of a pause that we made ourselves: nothing new to remember about the platform.
OUR_OWN = "ours"


class RoundGate:
    """One connection's gate for one round. `ask` tells the round's thread that turns are wanted, or soon will be."""

    def __init__(self, ask: Callable[[], None]) -> None:
        self._ask, self._changed = ask, threading.Condition()
        self._turns: deque[tuple[float, datetime]] = deque()
        self._last = Turns()
        self._asked, self._waiting = False, 0
        # Closed at once, and closed when the turns that lie here are used up.
        self._closed: RateLimited | None = None
        self._ended: RateLimited | None = None
        self.notice: RateNotice | None = None

    def enter(self) -> None:
        """Wait for a turn, then until its moment. Raises RateLimited when the gate is closed."""
        deadline = time.monotonic() + LONGEST_WAIT
        with self._changed:
            self._waiting += 1
            try:
                while self._refusal is not None or not self._turns:
                    if (refusal := self._refusal) is not None:
                        raise RateLimited(refusal.retry_after, scope=OUR_OWN, detail=refusal.detail)
                    self._call_for_more()
                    if not self._changed.wait(timeout=max(0.0, deadline - time.monotonic())):
                        raise RateLimited(1.0, scope=OUR_OWN, detail="no turn came")
                moment, _ = self._turns.popleft()
                if len(self._turns) < FEW:
                    # Before the last one is used: nobody stands still while the round's thread is busy.
                    self._call_for_more()
            finally:
                self._waiting -= 1
        delay = moment - time.monotonic()
        if delay > 0:
            time.sleep(delay)

    def leave(self, notice: RateNotice | None) -> None:
        """Keep the newest word about the pace."""
        if notice is not None:
            self.notice = notice

    @property
    def unused(self) -> int:
        """How many turns lie here."""
        return len(self._turns)

    @property
    def wanted(self) -> int:
        """How many threads wait for a turn."""
        return self._waiting

    @property
    def is_open(self) -> bool:
        """Whether more calls may go out in this round."""
        return self._closed is None and self._ended is None

    def open(self, turns: Turns) -> None:
        """Turns have come, or none before some time: then everybody who finds none here, and everybody who comes, is sent
        home."""
        now, here = clock.now(), time.monotonic()
        with self._changed:
            self._asked = False
            if turns.moments:
                self._last = turns
                self._turns.extend((here + max(0.0, (each - now).total_seconds()), each) for each in turns.moments)
            elif turns.again_at is not None:
                self._ended = _own(max(1.0, (turns.again_at - now).total_seconds()), turns.reason)
            self._changed.notify_all()

    def enough(self) -> None:
        """Turns were asked for, and nobody needs more of them now. Who has come meanwhile asks again."""
        with self._changed:
            self._asked = False
            self._changed.notify_all()

    def close(self, seconds: float, reason: str) -> None:
        """Nothing more goes out in this round."""
        with self._changed:
            self._closed = _own(seconds, reason)
            self._changed.notify_all()

    def left(self) -> tuple[list[datetime], Turns]:
        """The moments that nobody used, and the turns that came last."""
        return [moment for _, moment in self._turns], self._last

    @property
    def _refusal(self) -> RateLimited | None:
        return self._closed or (None if self._turns else self._ended)

    def _call_for_more(self) -> None:
        if not self._asked and self._ended is None:
            self._asked = True
            self._ask()


def _own(seconds: float, reason: str) -> RateLimited:
    return RateLimited(seconds, scope=OUR_OWN, detail=reason)


class LeasedGate:
    """The gate for one listing's calls: none may start that could still be in the air when another worker may take over."""

    def __init__(self, gate: Gate, good_until: float) -> None:
        self._gate, self._good_until = gate, good_until
        self._entered = 0

    @property
    def was_answered(self) -> bool:
        """Whether a call was followed by another: then the platform has answered to the first."""
        return self._entered > 1

    def enter(self) -> None:
        """Wait for a turn. Raises RateLimited when the lease is about to end; whoever comes next goes on."""
        self._gate.enter()
        if time.monotonic() > self._good_until:
            raise RateLimited(1.0, scope=OUR_OWN, detail="the lease is about to end")
        self._entered += 1

    def leave(self, notice: RateNotice | None) -> None:
        """Pass it on."""
        self._gate.leave(notice)
