"""What this slice hears of others, and what it does in the background; called once from `ready()`."""

from __future__ import annotations

from datetime import time, timedelta

from core.events.registry import subscribe
from core.jobs.registry import register_periodic
from market.feeds.actions import (
    check_everything,
    follow_notes,
    on_consents_recorded,
    on_listing_changed,
    on_listings_changed,
    on_producers_changed,
    on_shop_changed,
    sweep,
)
from market.listings.events import ListingChanged
from market.shops.events import ShopChanged
from onboarding.consent.events import ConsentsRecorded
from onboarding.producers.events import ProducersChanged


def register() -> None:
    """Notes of what happens; following them; two sweeps for what was not noted."""
    subscribe(ListingChanged, on_listing_changed, together=on_listings_changed)
    subscribe(ShopChanged, on_shop_changed)
    subscribe(ConsentsRecorded, on_consents_recorded)
    subscribe(ProducersChanged, on_producers_changed)
    register_periodic("feeds.follow", timedelta(seconds=5), follow_notes, label="ghi thay đổi vào tệp hàng")
    register_periodic("feeds.sweep", timedelta(minutes=5), sweep, label="rà tệp hàng")
    register_periodic(
        "feeds.check", timedelta(days=1), check_everything, label="đối chiếu tệp hàng với tin bán", at=time(2, 20)
    )
