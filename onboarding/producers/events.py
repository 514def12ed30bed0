"""What happens to producers."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.registry import Event


@dataclass(frozen=True)
class ProducersChanged(Event):
    """Producers were registered, or their name or place changed."""

    producer_ids: tuple[int, ...]
