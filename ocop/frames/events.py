"""What happens to frames."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.registry import Event


@dataclass(frozen=True)
class FrameSigned(Event):
    """A commune's frame came into force, perhaps in place of another."""

    unit_id: int
    year: int
