"""What a platform tells us by itself: orders it took for our goods, and signed hints that something changed there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OrderState(StrEnum):
    """How far an order has come, in our words. UNKNOWN: the platform's word for it is not in its documentation."""

    PLACED = "placed"
    CONFIRMED = "confirmed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class RemoteOrderLine:
    """Goods in an order: our `sku` as the platform gives it ("" when it gives none), its own `title`, pieces, and the price of
    one in whole đồng."""

    sku: str
    quantity: int
    price: int
    title: str = ""


@dataclass(frozen=True)
class RemoteOrder:
    """An order as the platform shows it now. Money is whole đồng, times are aware (UTC).

    `buyer` is what may be shown of a buyer: masked by the adapter, never a whole name, number or address; it is not stored.
    """

    order_id: str
    placed_at: datetime
    updated_at: datetime
    raw_status: str
    state: OrderState
    lines: tuple[RemoteOrderLine, ...]
    shipping_fee: int = 0
    platform_fee: int = 0
    buyer: str = ""


@dataclass(frozen=True)
class OrderPage:
    """Orders by `updated_at`, oldest change first, and the cursor of the next part ("" at the end). `unreadable` are the
    platform's numbers of orders that are not as documented: they stop no other."""

    items: tuple[RemoteOrder, ...]
    next_cursor: str = ""
    unreadable: tuple[str, ...] = ()


class PushKind(StrEnum):
    """What a hint is about. UNKNOWN: nothing that we know, and nothing to do."""

    ORDER = "order"
    LISTING = "listing"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class PushEvent:
    """A hint whose sender was proved: go and look. `event_id` comes again when a message is sent again, `subject` is the
    platform's number of the order or product, `digest` the SHA-256 (hex) of the whole message. Never more than a hint: what is true is
    read from the platform."""

    event_id: str
    kind: PushKind
    occurred_at: datetime
    subject: str
    digest: str
