"""What happens to platforms."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.registry import Event


@dataclass(frozen=True)
class PlatformChanged(Event):
    """What is known of a platform changed; it may have opened or closed with that."""

    platform_id: int


@dataclass(frozen=True)
class AccountChanged(Event):
    """An account was claimed, closed or opened again, or something was reported of it or done with it."""

    account_id: int


@dataclass(frozen=True)
class LinkSeen(Event):
    """Somebody or something looked at a page of an account."""

    link_id: int
    account_id: int
