"""What happens to platforms."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.registry import Event


@dataclass(frozen=True)
class PlatformChanged(Event):
    """What is known of a platform changed; it may have opened or closed with that."""

    platform_id: int
