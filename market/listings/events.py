"""What happens to listings."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.registry import Event


@dataclass(frozen=True)
class ListingChanged(Event):
    """Anything about a listing that others show or count has changed: its text, photos, state, stock, badges, shop."""

    listing_id: int
