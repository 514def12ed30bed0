"""What the slice adds to the registries below it, called once at start."""

from __future__ import annotations

from datetime import timedelta

from core.jobs.registry import register_periodic
from market.storefront.actions import remove_unused_cards


def register() -> None:
    """Share cards of what is no longer shown are cleared away every day."""
    register_periodic("storefront.cards", timedelta(days=1), remove_unused_cards, label="dọn ảnh chia sẻ cũ")
