"""What is kept about platforms: the ways to them, listings there, sheets, and what drifted."""

from market.platforms.models.connections import Connection, Flow, PlatformCategory
from market.platforms.models.drifts import Drift
from market.platforms.models.hosts import PageHost
from market.platforms.models.orders import PlatformFeed, PlatformOrder, PlatformOrderLine, PlatformPush
from market.platforms.models.rows import PlatformListing
from market.platforms.models.sheets import SheetAnswer, SheetBatch, SheetColumns, SheetItem, private_storage
from market.platforms.models.tree import PlatformTreeNode

__all__ = [
    "Connection",
    "Drift",
    "Flow",
    "PageHost",
    "PlatformCategory",
    "PlatformFeed",
    "PlatformListing",
    "PlatformOrder",
    "PlatformOrderLine",
    "PlatformPush",
    "PlatformTreeNode",
    "SheetAnswer",
    "SheetBatch",
    "SheetColumns",
    "SheetItem",
    "private_storage",
]
