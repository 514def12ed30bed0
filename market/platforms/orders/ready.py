"""What orders on platforms add to the registries below them, called once at start."""

from __future__ import annotations

from datetime import time, timedelta

from core.audit.registry import register_objects, register_vocabulary
from core.jobs.registry import register_periodic
from market.platforms.orders.jobs import forget_old_hints, import_due
from market.platforms.orders.queries import traded_accounts
from onboarding.accounts.registry import register_trades

VOCABULARY = {
    "platform_order.went_back": "sàn lùi trạng thái đơn hàng",
    "platform_order.reviewed": "ghi đã xem lại đơn trên sàn",
}


def register() -> None:
    """Reading orders, forgetting old hints, orders that prove trade, words of the trail."""
    register_periodic("platforms.orders", timedelta(seconds=2), import_due, label="đọc đơn hàng trên sàn")
    register_periodic(
        "platforms.hints", timedelta(days=1), forget_old_hints, label="xóa tin báo cũ của sàn", at=time(3, 40)
    )
    register_trades("đơn hàng đọc từ sàn", traded_accounts)
    register_vocabulary(VOCABULARY)
    register_objects({"platform_order": "đơn trên sàn"})
