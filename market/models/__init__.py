"""Gathers the tables of all slices of this storey."""

from market.listings.models import Category, Listing, ListingBadge, ListingPhoto
from market.orders.models import Order, OrderLine
from market.payments.models import GatewayMessage, Payment, PaymentAttempt
from market.platforms.models import Connection, PlatformListing, SheetBatch
from market.shops.models import Shop
from market.storefront.models import GuidePage, HomePage, StoryPage

__all__ = [
    "Category", "Connection", "GatewayMessage", "GuidePage", "HomePage", "Listing", "ListingBadge", "ListingPhoto", "Order",
    "OrderLine", "Payment", "PaymentAttempt", "PlatformListing", "SheetBatch", "Shop", "StoryPage",
]  # fmt: skip
