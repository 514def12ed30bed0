"""Gathers the tables of all slices of this storey."""

from market.goods.models import Category, GoodsRule
from market.ledger.models import LedgerEntry
from market.listings.models import (
    Listing,
    ListingBadge,
    ListingDraft,
    ListingPhoto,
    PriceChange,
    Promotion,
    StockMove,
)
from market.lists.models import SheetPicture
from market.orders.models import Order, OrderLine, Purchase
from market.payments.models import Charge, GatewayMessage, Payment, PaymentAttempt, Refund
from market.payouts.models import GatewaySettlement, PayoutBatch, PayoutRow
from market.platforms.models import (
    Connection,
    Drift,
    Flow,
    PlatformCategory,
    PlatformFeed,
    PlatformListing,
    PlatformOrder,
    PlatformOrderLine,
    PlatformPush,
    PlatformTreeNode,
    SheetAnswer,
    SheetBatch,
    SheetColumns,
    SheetItem,
)
from market.reports.models import Appeal, Report, ReportStep, Takedown
from market.shops.models import DeliveryRule, Shop, ShopMaker, ShopPhoto
from market.storefront.models import GuidePage, HomePage, StoryPage

__all__ = [
    "Appeal",
    "Category",
    "Charge",
    "Connection",
    "DeliveryRule",
    "Drift",
    "Flow",
    "GatewayMessage",
    "GatewaySettlement",
    "GoodsRule",
    "GuidePage",
    "HomePage",
    "LedgerEntry",
    "Listing",
    "ListingBadge",
    "ListingDraft",
    "ListingPhoto",
    "Order",
    "OrderLine",
    "Payment",
    "PaymentAttempt",
    "PayoutBatch",
    "PayoutRow",
    "PlatformCategory",
    "PlatformFeed",
    "PlatformListing",
    "PlatformOrder",
    "PlatformOrderLine",
    "PlatformPush",
    "PlatformTreeNode",
    "PriceChange",
    "Promotion",
    "Purchase",
    "Refund",
    "Report",
    "ReportStep",
    "SheetAnswer",
    "SheetBatch",
    "SheetColumns",
    "SheetItem",
    "SheetPicture",
    "Shop",
    "ShopMaker",
    "ShopPhoto",
    "StockMove",
    "StoryPage",
    "Takedown",
]  # fmt: skip
