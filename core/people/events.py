"""What happened to people's log-ins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.events.registry import Event


@dataclass(frozen=True)
class SignInCodeMade(Event):
    """A one-time code waits to be sent. `phone` is E.164, `code` as it is typed; neither is ever logged.

    `is_new_phone`: it does not sign in, but proves the phone that somebody wants to sign in with from now on.
    """

    phone: str
    code: str
    expires_at: datetime
    is_new_phone: bool = False


@dataclass(frozen=True)
class GrantGiven(Event):
    """A person received a role; the row says which, where and for how long."""

    grant_id: int
    user_id: int


@dataclass(frozen=True)
class GrantEnded(Event):
    """A grant was ended before its time."""

    grant_id: int
    user_id: int
