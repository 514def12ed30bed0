"""What happens to shops."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.registry import Event


@dataclass(frozen=True)
class ShopChanged(Event):
    """A shop was opened, or its words or state changed."""

    shop_id: int
