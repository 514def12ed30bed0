"""What oscarapi says of orders. Pure.

An order names when it was placed and how it stands, and neither when that changed nor our SKUs: its lines name products. Which words a
shop has for its orders is its own affair (OSCAR_ORDER_STATUS_PIPELINE); those below are django-oscar's own examples and oscarapi's
first status, every other one is kept as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from market.platforms import foreign_json
from market.platforms.contract import (
    Conflict,
    ConflictKind,
    ContractBroken,
    OrderState,
    RemoteOrder,
    RemoteOrderLine,
    kept_text,
)
from market.platforms.oscar import fields, wire

STATES = {
    "new": OrderState.PLACED,
    "Pending": OrderState.PLACED,
    "Authorized": OrderState.PLACED,
    "Being processed": OrderState.CONFIRMED,
    "Shipped": OrderState.SHIPPED,
    "Complete": OrderState.DELIVERED,
    "Cancelled": OrderState.CANCELLED,
    "Returned": OrderState.RETURNED,
}
ID_LIMIT, STATUS_LIMIT, TITLE_LIMIT, SKU_LIMIT, LINES_MOST, QUANTITY_MOST = 80, 60, 200, 64, 200, 1_000_000


@dataclass(frozen=True)
class Head:
    """An order without its lines; `number` is the shop's name for it, `pk` the one in its addresses."""

    pk: int
    number: str
    placed_at: datetime
    raw_status: str
    shipping_fee: int
    buyer: str

    @property
    def key(self) -> tuple[datetime, int]:
        """Orders stand in the order of these."""
        return self.placed_at, self.pk

    @property
    def cursor(self) -> str:
        """Where the next part begins after this one."""
        return f"{self.placed_at.isoformat()} {self.pk}"


@dataclass(frozen=True)
class Line:
    """A line as the API tells it: the number of a product that may be gone by now."""

    product: int | None
    quantity: int
    price: int


@dataclass(frozen=True)
class Goods:
    """A product as an order's line needs it."""

    sku: str
    title: str


def parse_head(value: Mapping[str, Any]) -> Head:
    """An order in a list of orders. Raises ContractBroken."""
    return Head(
        pk=fields.number_of(foreign_json.text_in(value, "url")),
        number=number_in(value),
        placed_at=foreign_json.moment_in(value, "date_placed"),
        raw_status=kept_text(foreign_json.text_in(value, "status"), STATUS_LIMIT),
        shipping_fee=fields.whole_dong(_dong(value, "shipping_incl_tax", value.get("currency"))),
        buyer=_masked(value.get("shipping_address")),
    )


def number_in(value: Mapping[str, Any]) -> str:
    """The shop's number of an order. Raises ContractBroken."""
    number = foreign_json.text_in(value, "number").strip()
    if not 0 < len(number) <= ID_LIMIT:
        raise ContractBroken(f"number {number[:20]!r}")
    return number


def parse_line(value: Mapping[str, Any]) -> Line:
    """A line of an order, with the price of one piece before discounts. Raises ContractBroken."""
    quantity, product = foreign_json.number_in(value, "quantity"), value.get("product")
    if not 1 <= quantity <= QUANTITY_MOST:
        raise ContractBroken(f"quantity {quantity}")
    total = _dong(value, "price_incl_tax_excl_discounts", value.get("price_currency"))
    return Line(fields.number_of(str(product)) if product else None, quantity, fields.whole_dong(total / quantity))


def parse_goods(value: Any) -> Goods:
    """A product as its page in the public API tells it. Raises ContractBroken."""
    product = foreign_json.object_of(value, "product")
    sku = product.get("upc")
    return Goods(
        kept_text(sku, SKU_LIMIT) if isinstance(sku, str) else "",
        kept_text(foreign_json.text_in(product, "title"), TITLE_LIMIT),
    )


def order_with(head: Head, lines: list[Line], goods: Mapping[int, Goods]) -> RemoteOrder:
    """The whole order. A product that is gone has neither SKU nor name any more."""
    if len(lines) > LINES_MOST:
        raise ContractBroken(f"{len(lines)} lines")
    known = [goods.get(line.product or 0, Goods("", "")) for line in lines]
    return RemoteOrder(
        order_id=head.number,
        placed_at=head.placed_at,
        # When it changed is not told.
        updated_at=head.placed_at,
        raw_status=head.raw_status,
        state=STATES.get(head.raw_status, OrderState.UNKNOWN),
        lines=tuple(
            RemoteOrderLine(each.sku, line.quantity, line.price, each.title)
            for line, each in zip(lines, known, strict=True)
        ),
        shipping_fee=head.shipping_fee,
        buyer=head.buyer,
    )


def parse_cursor(cursor: str) -> tuple[datetime, int]:
    """The key after which the next part begins. Raises Conflict (VERSION) for a cursor that is none of ours."""
    moment, _, pk = cursor.partition(" ")
    try:
        return datetime.fromisoformat(moment).astimezone(UTC), int(pk)
    except (ValueError, OverflowError) as error:
        raise Conflict(ConflictKind.VERSION, detail=cursor[:80]) from error


def _dong(value: Mapping[str, Any], name: str, currency: Any) -> Any:
    if currency != wire.CURRENCY:
        raise ContractBroken(f"{name} in {str(currency)[:12]!r}")
    return fields.money_in(value, name)


def _masked(address: Any) -> str:
    """The first letter of a name and the end of a number: enough to tell two buyers apart on a screen."""
    if not isinstance(address, dict):
        return ""
    names = (str(address.get(name) or "").strip() for name in ("last_name", "first_name"))
    name, phone = " ".join(filter(None, names)), str(address.get("phone_number") or "").strip()
    return " ".join(
        part for part in (f"{name[:1]}…" if name else "", f"…{phone[-2:]}" if len(phone) > 4 else "") if part
    )
