"""What platforms add to the registries below them, called once at start."""

from __future__ import annotations

from datetime import time, timedelta

from core.audit.registry import register_vocabulary
from core.events.registry import subscribe
from core.jobs.registry import register_job, register_periodic
from market.listings.registry import register_needs
from market.platforms.categories.actions import READ_TREE, SEND_AGAIN
from market.platforms.categories.jobs import read_tree, read_trees, send_again
from market.platforms.engine.catching_up import CATCH_UP, catch_up, catch_up_everywhere, on_platform_changed
from market.platforms.engine.needs import needs_on_platforms
from market.platforms.orders.ready import register as register_orders
from market.platforms.pages.jobs import LISTINGS, look_at_pages
from market.platforms.pages.registry import register_pages
from market.platforms.reconcile.twins import TAKE_DOWN, take_down
from market.platforms.running.ready import register as register_running
from onboarding.accounts.events import PlatformChanged


def register() -> None:
    """What platforms miss of a listing stands beside its form; a platform that opens gets what is on sale; words of
    the trail."""
    register_needs(needs_on_platforms)
    register_running()
    register_orders()
    subscribe(PlatformChanged, on_platform_changed)
    register_job(CATCH_UP, catch_up, label="đưa tin lên sàn mới mở")
    register_job(TAKE_DOWN, take_down, label="gỡ bản trùng trên sàn")
    register_periodic(
        "platforms.catch_up",
        timedelta(days=1),
        catch_up_everywhere,
        label="xem sàn mở hôm nay có đủ tin chưa",
        at=time(0, 10),
    )
    register_pages(LISTINGS)
    register_job(READ_TREE, read_tree, label="đọc ngành hàng của sàn")
    register_job(SEND_AGAIN, send_again, label="gửi lại tin đổi ngành hàng")
    register_periodic(
        "platforms.trees", timedelta(days=1), read_trees, label="đọc ngành hàng của các sàn", at=time(2, 50)
    )
    register_periodic("platforms.pages", timedelta(seconds=10), look_at_pages, label="xem trang bán trên sàn")
    register_vocabulary(VOCABULARY)


VOCABULARY = {
    "sheet.sent": "ghi đã gửi tệp cho sàn",
    "sheet.not_sent": "ghi chưa gửi tệp cho sàn",
    "sheet.cancelled": "hủy lô gửi sàn",
    "sheet_columns.saved": "lưu mẫu cột của sàn",
    "sheet_columns.chosen": "dùng lại mẫu cột của sàn",
}
