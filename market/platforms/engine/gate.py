"""The gate that a round's calls pass: threads wait here for their turn, the round's own thread brings the turns.

Only the round's thread touches the database; the threads that call wait, sleep and speak HTTP.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from core.kit import clock
from market.platforms.contract import Gate, RateLimited, RateNotice
from market.platforms.engine.flow import Turns

LONGEST_WAIT = 30.0
# The scope of a pause that we made ourselves: nothing new to remember about the platform.
OUR_OWN = "ours"


class RoundGate:
    """One connection's gate for one round. `ask` tells the round's thread that turns are wanted."""

    def __init__(self, ask: Callable[[], None]) -> None:
        self._ask, self._changed = ask, threading.Condition()
        self._turns: deque[float] = deque()
        self._asked, self._waiting = False, 0
        self._closed: RateLimited | None = None
        self.notice: RateNotice | None = None

    def enter(self) -> None:
        """Wait for a turn, then until its moment. Raises RateLimited when the gate is closed."""
        deadline = time.monotonic() + LONGEST_WAIT
        with self._changed:
            self._waiting += 1
            try:
                while self._closed is not None or not self._turns:
                    if self._closed is not None:
                        raise RateLimited(self._closed.retry_after, scope=OUR_OWN, detail=self._closed.detail)
                    if not self._asked:
                        self._asked = True
                        self._ask()
                    if not self._changed.wait(timeout=max(0.0, deadline - time.monotonic())):
                        raise RateLimited(1.0, scope=OUR_OWN, detail="no turn came")
                moment = self._turns.popleft()
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

    def open(self, turns: Turns) -> None:
        """Turns have come, or none before some time: then everybody who waits, and everybody who comes, is sent home."""
        now, here = clock.now(), time.monotonic()
        with self._changed:
            self._asked = False
            if turns.moments:
                self._turns.extend(here + max(0.0, (moment - now).total_seconds()) for moment in turns.moments)
            elif turns.again_at is not None:
                self._close(max(1.0, (turns.again_at - now).total_seconds()), turns.reason)
            self._changed.notify_all()

    def close(self, seconds: float, reason: str) -> None:
        """Nothing more goes out in this round."""
        with self._changed:
            self._close(seconds, reason)
            self._changed.notify_all()

    def _close(self, seconds: float, reason: str) -> None:
        self._closed = RateLimited(seconds, scope=OUR_OWN, detail=reason)


class LeasedGate:
    """The gate for one listing's calls: none may start that could still be in the air when another worker may take over."""

    def __init__(self, gate: Gate, good_until: float) -> None:
        self._gate, self._good_until = gate, good_until

    def enter(self) -> None:
        """Wait for a turn. Raises RateLimited when the lease is about to end; whoever comes next goes on."""
        self._gate.enter()
        if time.monotonic() > self._good_until:
            raise RateLimited(1.0, scope=OUR_OWN, detail="the lease is about to end")

    def leave(self, notice: RateNotice | None) -> None:
        """Pass it on."""
        self._gate.leave(notice)
