"""What this slice hears of others; called once from `ready()`."""

from __future__ import annotations

from core.events.registry import subscribe
from market.listings.actions.makers import on_consents_recorded, on_maker_ended
from market.shops.events import MakerEnded
from onboarding.consent.events import ConsentsRecorded


def register() -> None:
    """A maker's word."""
    subscribe(MakerEnded, on_maker_ended)
    subscribe(ConsentsRecorded, on_consents_recorded)
