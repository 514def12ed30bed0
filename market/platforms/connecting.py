"""How a platform is reached: address, credentials, the gate that every call passes, and how it is doing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


@dataclass(frozen=True)
class RateNotice:
    """What an answer said about how fast we may go: calls a second, calls left in a window, seconds until it starts anew.
    None where it said nothing."""

    calls_per_second: float | None = None
    calls_left: int | None = None
    window_seconds: float | None = None


class Gate(Protocol):
    """Every call to a platform passes here: before it leaves, and when it has come back. Both may come from any thread."""

    def enter(self) -> None:
        """Wait for this call's turn. Raises RateLimited when none comes soon."""
        ...

    def leave(self, notice: RateNotice | None) -> None:
        """The call is over; `notice` is what a whole answer said, None when there was no answer."""
        ...


class FreeGate:
    """Lets everything through at once: for a single call by a person, and for tests."""

    def enter(self) -> None:
        """Nobody waits."""

    def leave(self, notice: RateNotice | None) -> None:
        """Nothing is remembered."""


@dataclass(frozen=True)
class ConnectionSettings:
    """One way to one platform.

    `base_url` is where calls go, `public_url` where buyers look, `credentials` by the adapter's own names
    (never shown in a repr). `allow_private` lets calls reach this machine's own network: for doubles only.
    `read_timeout` bounds one whole answer, in seconds. `options` are what an operator set for this connection, by the
    adapter's own names (a sheet's columns). Adapters of the API kind pass `gate` around every single call.
    """

    base_url: str = ""
    public_url: str = ""
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    allow_private: bool = False
    read_timeout: float = 20.0
    options: Mapping[str, Any] = field(default_factory=dict)
    gate: Gate = field(default_factory=FreeGate, repr=False, compare=False)


class HealthState(StrEnum):
    """DEGRADED: it answers, but not as it should. WRONG_KEY is told apart from DOWN."""

    OK = "ok"
    DEGRADED = "degraded"
    WRONG_KEY = "wrong_key"
    DOWN = "down"


@dataclass(frozen=True)
class Health:
    """The state of a connection at `checked_at` (aware, UTC), with a sentence for its owner."""

    state: HealthState
    checked_at: datetime
    message_vi: str = ""


@dataclass(frozen=True)
class Credentials:
    """What opens a connection, by the adapter's own names, and when it runs out by itself (aware; None: not known)."""

    values: Mapping[str, str] = field(repr=False)
    valid_until: datetime | None = None
