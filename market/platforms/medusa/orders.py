"""What Medusa says of orders. Pure.

An order says when it changed last, also when parcels of it did. How it stands is in two words, one for the order and one for its
parcels; those below are all that its documentation has, every other one is kept as it is. What came back is counted by lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from market.platforms import foreign_json
from market.platforms.contract import ContractBroken, OrderState, RemoteOrder, RemoteOrderLine, kept_text
from market.platforms.medusa.offers import CURRENCY, whole

PARCELS = {
    "not_fulfilled": OrderState.PLACED,
    "canceled": OrderState.PLACED,
    "partially_fulfilled": OrderState.CONFIRMED,
    "fulfilled": OrderState.CONFIRMED,
    "partially_shipped": OrderState.SHIPPED,
    "shipped": OrderState.SHIPPED,
    "partially_delivered": OrderState.SHIPPED,
    "delivered": OrderState.DELIVERED,
}
# The order's own word, where it says more than its parcels do; None: the parcels say it.
STATUSES = {
    "pending": None,
    "requires_action": None,
    "archived": None,
    "completed": OrderState.DELIVERED,
    "canceled": OrderState.CANCELLED,
}
FIELDS = ",".join(
    (
        *("id", "status", "currency_code", "created_at", "updated_at", "shipping_total"),
        *("items.id", "items.variant_sku", "items.title", "items.quantity", "items.unit_price", "items.detail.*"),
        *(f"shipping_address.{name}" for name in ("first_name", "last_name", "phone")),
    )
)
ID_LIMIT, STATUS_LIMIT, TITLE_LIMIT, SKU_LIMIT, LINES_MOST, QUANTITY_MOST = 80, 60, 200, 64, 200, 1_000_000


def number_in(value: Mapping[str, Any]) -> str:
    """The shop's number of an order. Raises ContractBroken."""
    number = foreign_json.text_in(value, "id").strip()
    if not 0 < len(number) <= ID_LIMIT:
        raise ContractBroken(f"number {number[:20]!r}")
    return number


def parse_order(value: Mapping[str, Any]) -> RemoteOrder:
    """One order. Raises ContractBroken."""
    if value.get("currency_code") != CURRENCY:
        raise ContractBroken(f"currency {str(value.get('currency_code'))[:12]!r}")
    lines = foreign_json.objects_in(value, "items")
    if len(lines) > LINES_MOST:
        raise ContractBroken(f"{len(lines)} lines")
    status, parcels = foreign_json.text_in(value, "status"), foreign_json.text_in(value, "fulfillment_status")
    return RemoteOrder(
        order_id=number_in(value),
        placed_at=foreign_json.moment_in(value, "created_at"),
        updated_at=foreign_json.moment_in(value, "updated_at"),
        raw_status=kept_text(f"{status}/{parcels}", STATUS_LIMIT),
        state=_state(status, parcels, lines),
        lines=tuple(_line(line) for line in lines),
        shipping_fee=_dong(value, "shipping_total"),
        buyer=_masked(value.get("shipping_address")),
    )


def _state(status: str, parcels: str, lines: list[dict[str, Any]]) -> OrderState:
    if status not in STATUSES or parcels not in PARCELS:
        return OrderState.UNKNOWN
    if lines and all(_returned(line) == _quantity(line) for line in lines):
        return OrderState.RETURNED
    return STATUSES[status] or PARCELS[parcels]


def _line(line: Mapping[str, Any]) -> RemoteOrderLine:
    sku = line.get("variant_sku")
    return RemoteOrderLine(
        kept_text(sku, SKU_LIMIT) if isinstance(sku, str) else "",
        _quantity(line),
        _dong(line, "unit_price"),
        kept_text(foreign_json.text_in(line, "title"), TITLE_LIMIT),
    )


def _quantity(line: Mapping[str, Any]) -> int:
    quantity = whole(line.get("quantity"), "quantity")
    if not 1 <= quantity <= QUANTITY_MOST:
        raise ContractBroken(f"quantity {quantity}")
    return quantity


def _returned(line: Mapping[str, Any]) -> int:
    received = foreign_json.object_in(line, "detail").get("return_received_quantity")
    return whole(received, "return_received_quantity")


def _dong(value: Mapping[str, Any], name: str) -> int:
    amount = whole(value.get(name), name)
    if not 0 <= amount <= 10**12:
        raise ContractBroken(f"{name} {amount}")
    return amount


def _masked(address: Any) -> str:
    """The first letter of a name and the end of a number: enough to tell two buyers apart on a screen."""
    if not isinstance(address, dict):
        return ""
    names = (str(address.get(name) or "").strip() for name in ("last_name", "first_name"))
    name, phone = " ".join(filter(None, names)), str(address.get("phone") or "").strip()
    return " ".join(
        part for part in (f"{name[:1]}…" if name else "", f"…{phone[-2:]}" if len(phone) > 4 else "") if part
    )
