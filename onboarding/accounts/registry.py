"""Who else knows of orders: slices above say which accounts had a proven one, so that it counts as `trade`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import QuerySet

# From a day to a day, both included → the accounts with a proven order between them that we knew of by the end of the last day, each
# with `traded_at`, the moment of the newest.
Trades = Callable[[date, date], QuerySet[Any]]
_trades: dict[str, Trades] = {}


def register_trades(name: str, trades: Trades) -> None:
    """Add a source of proven orders under its name ("đơn hàng đọc từ sàn"); called from `ready()`. Orders count by the day on
    which they were made, and only those that the platform, not the producer, says were made."""
    _trades[name] = trades


def trade_sources() -> dict[str, Trades]:
    """All sources by name."""
    return dict(_trades)
