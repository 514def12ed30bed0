"""What stock and promotions register once."""

from __future__ import annotations

from datetime import time, timedelta

from core.audit.registry import register_vocabulary
from core.jobs.registry import register_periodic
from market.listings.promotions.jobs import announce_turning_promotions


def register() -> None:
    """The words of the trail and the daily job."""
    register_vocabulary(
        {
            "listing.stock_changed": "ghi vào kho",
            "promotion.made": "đặt khuyến mại",
            "promotion.ended": "dừng khuyến mại",
        }
    )
    # Its own look back covers days on which no worker was there.
    register_periodic(
        "listings.promotions",
        timedelta(days=1),
        announce_turning_promotions,
        label="khuyến mại bắt đầu hoặc kết thúc hôm nay",
        at=time(0, 5),
    )
