"""What happens to links between products and what is sold."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.registry import Event


@dataclass(frozen=True)
class PresenceChanged(Event):
    """A listing or page was linked to a product, or the link was taken back."""

    product_id: int
