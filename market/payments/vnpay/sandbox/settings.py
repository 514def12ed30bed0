"""What one run of the double needs to know, and VNPAY's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

# Vietnam has kept UTC+7 since 1975; written out so that the double shares no time-zone code with the product.
VIETNAM = timezone(timedelta(hours=7))
SMALLEST_AMOUNT = 5_000 * 100
LARGEST_AMOUNT = 999_999_999 * 100
MOST_IPN_CALLS = 10
REAL_IPN_INTERVAL = 300.0


@dataclass(frozen=True)
class Settings:
    """`ipn_interval` is in seconds; the real gateway waits 300. `refund_seconds` is how long a refund is being processed
    before it ends well by itself; None: until somebody decides it."""

    tmn_code: str
    secret: str
    ipn_url: str
    ipn_interval: float
    state: Path
    refund_seconds: float | None = None


def clock_text(moment: datetime | None = None) -> str:
    """A moment (now by default) as VNPAY writes it: yyyyMMddHHmmss in Vietnam."""
    return (moment or datetime.now(UTC)).astimezone(VIETNAM).strftime("%Y%m%d%H%M%S")
