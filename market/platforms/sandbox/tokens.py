"""Tokens in exchange for the key: short-lived ones for calls, single-use ones for the next exchange."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Grant:
    """What an exchange gives."""

    token: str
    refresh_token: str
    seconds: float


class Tokens:
    """All tokens that were given out; forgotten when the marketplace stops. Threads may share the object."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._valid_until: dict[str, float] = {}
        self._refresh: set[str] = set()
        self.exchanges = 0

    def grant(self, seconds: float) -> Grant:
        """A new pair, for somebody who has shown the key."""
        given = Grant(secrets.token_urlsafe(24), secrets.token_urlsafe(24), seconds)
        with self._lock:
            self._valid_until[given.token] = time.time() + seconds
            self._refresh.add(given.refresh_token)
        return given

    def exchange(self, refresh_token: str, seconds: float) -> Grant | None:
        """A new pair for a refresh token, which is worth nothing from now on; None when it was worth nothing before."""
        with self._lock:
            self.exchanges += 1
            if refresh_token not in self._refresh:
                return None
            self._refresh.remove(refresh_token)
        return self.grant(seconds)

    def is_valid(self, token: str) -> bool | None:
        """Whether a call may be made with it; None for one that was never given out."""
        with self._lock:
            until = self._valid_until.get(token)
        return None if until is None else time.time() < until

    def expire(self) -> None:
        """All tokens for calls are out of date now; refresh tokens stay."""
        with self._lock:
            self._valid_until = dict.fromkeys(self._valid_until, 0.0)

    def clear(self) -> None:
        """Nobody holds anything any more."""
        with self._lock:
            self._valid_until.clear()
            self._refresh.clear()
            self.exchanges = 0
