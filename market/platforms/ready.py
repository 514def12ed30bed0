"""What platforms add to the registries below them, called once at start."""

from __future__ import annotations

from market.listings.registry import register_needs
from market.platforms.engine.needs import needs_on_platforms


def register() -> None:
    """What platforms miss of a listing stands beside its form."""
    register_needs(needs_on_platforms)
