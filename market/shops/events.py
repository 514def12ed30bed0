"""What happens to shops."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.registry import Event


@dataclass(frozen=True)
class MakerEnded(Event):
    """A shop no longer sells this producer's goods: what it used of theirs goes."""

    shop_id: int
    producer_id: int


@dataclass(frozen=True)
class ShopChanged(Event):
    """A shop was opened, or its words or state changed."""

    shop_id: int
