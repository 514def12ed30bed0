"""What Vendure says of orders. Pure.

The words are those of its default order process; a shop may have more of its own, which are kept as they are. What a line counts goes down
when it is cancelled: how much was ordered is told beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from market.platforms.contract import (
    Conflict,
    ConflictKind,
    ContractBroken,
    OrderState,
    RemoteOrder,
    RemoteOrderLine,
    kept_text,
)
from market.platforms.foreign_json import moment_in, number_between, number_in, object_in, objects_in, text_in
from market.platforms.vendure.wire import CURRENCY, HUNDREDTHS

STATES = {
    "PaymentAuthorized": OrderState.PLACED,
    "PaymentSettled": OrderState.CONFIRMED,
    # From the first parcel on nothing comes back to our store by itself.
    "PartiallyShipped": OrderState.SHIPPED,
    "Shipped": OrderState.SHIPPED,
    "PartiallyDelivered": OrderState.SHIPPED,
    "Delivered": OrderState.DELIVERED,
    "Cancelled": OrderState.CANCELLED,
}
# The keepers are changing it, or wait for more money: it stays as far as it was, which its parcels and payments tell.
_BEING_CHANGED = {"Modifying", "ArrangingAdditionalPayment"}
_ON_ITS_WAY = {"Shipped", "Delivered"}
ID_LIMIT, STATUS_LIMIT, TITLE_LIMIT, SKU_LIMIT, LINES_MOST, QUANTITY_MOST = 80, 60, 200, 64, 200, 1_000_000
MONEY_MOST = 10**14
# Some databases keep the second of a change and no part of it.
COARSE = timedelta(seconds=2)
# When an order changed, and its number: those of a stock shop are counted up.
Key = tuple[datetime, int, str]


def changed_since(moment: datetime) -> dict[str, Any]:
    """What to ask for: orders that buyers have placed and that changed at about `moment` or later, the oldest change first."""
    after = (moment - COARSE).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "sort": {"updatedAt": "ASC"},
        "filter": {"orderPlacedAt": {"isNull": False}, "updatedAt": {"after": after}},
    }


def key_of(value: Mapping[str, Any]) -> Key:
    """Orders come in the order of these. Raises ContractBroken."""
    return _key(moment_in(value, "updatedAt"), text_in(value, "id"))


def cursor_at(key: Key) -> str:
    """Where the next part begins after this order, as `place_at` reads it."""
    return f"{key[0].isoformat()} {key[2]}"


def place_at(cursor: str, since: datetime) -> Key:
    """The key after which a part begins, "" for the start. Raises Conflict (VERSION) for a cursor that is none of ours."""
    if not cursor:
        return _key(since, "")
    moment, _, number = cursor.partition(" ")
    try:
        return _key(datetime.fromisoformat(moment).astimezone(UTC), number)
    except (ValueError, OverflowError) as error:
        raise Conflict(ConflictKind.VERSION, detail=cursor[:80]) from error


def number_of(value: Mapping[str, Any]) -> str:
    """The shop's number of an order. Raises ContractBroken."""
    number = text_in(value, "code").strip()
    if not 0 < len(number) <= ID_LIMIT:
        raise ContractBroken(f"code {number[:20]!r}")
    return number


def parse_order(value: Mapping[str, Any]) -> RemoteOrder:
    """An order with its lines. Raises ContractBroken."""
    if value.get("currencyCode") != CURRENCY:
        raise ContractBroken(f"an order in {str(value.get('currencyCode'))[:12]!r}")
    status = kept_text(text_in(value, "state"), STATUS_LIMIT)
    state = _state_meanwhile(value) if status in _BEING_CHANGED else STATES.get(status, OrderState.UNKNOWN)
    lines = [_line(item, is_cancelled=state is OrderState.CANCELLED) for item in objects_in(value, "lines")]
    if len(lines) > LINES_MOST:
        raise ContractBroken(f"{len(lines)} lines")
    return RemoteOrder(
        order_id=number_of(value),
        placed_at=moment_in(value, "orderPlacedAt"),
        updated_at=moment_in(value, "updatedAt"),
        raw_status=status,
        state=state,
        lines=tuple(line for line in lines if line.quantity),
        shipping_fee=_dong(value, "shippingWithTax"),
        buyer=_masked(value.get("shippingAddress")),
    )


def _key(moment: datetime, number: str) -> Key:
    """Numbers are counted up, or they are words without an order that means anything."""
    return moment, int(number) if number.isascii() and number.isdigit() else 0, number


def _state_meanwhile(value: Mapping[str, Any]) -> OrderState:
    """How far an order has come that is being changed."""
    parcels, payments = _states_in(value, "fulfillments"), _states_in(value, "payments")
    if parcels & _ON_ITS_WAY:
        return OrderState.SHIPPED
    is_paid = "Settled" in payments and "Authorized" not in payments
    return OrderState.CONFIRMED if is_paid else OrderState.PLACED


def _states_in(value: Mapping[str, Any], name: str) -> set[str]:
    return set() if value.get(name) is None else {text_in(item, "state") for item in objects_in(value, name)}


def _line(value: Mapping[str, Any], *, is_cancelled: bool) -> RemoteOrderLine:
    goods = object_in(value, "productVariant")
    return RemoteOrderLine(
        kept_text(text_in(goods, "sku"), SKU_LIMIT),
        number_between(value, "orderPlacedQuantity" if is_cancelled else "quantity", 0, QUANTITY_MOST),
        _dong(value, "unitPriceWithTax"),
        kept_text(text_in(goods, "name"), TITLE_LIMIT),
    )


def _dong(value: Mapping[str, Any], name: str) -> int:
    """Whole đồng: nobody pays parts of one, and what is not whole was not meant in hundredths."""
    amount = number_in(value, name)
    if amount % HUNDREDTHS or not 0 <= amount <= MONEY_MOST:
        raise ContractBroken(f"{name} {amount}")
    return amount // HUNDREDTHS


def _masked(address: Any) -> str:
    """The first letter of a name and the end of a number: enough to tell two buyers apart on a screen."""
    if not isinstance(address, dict):
        return ""
    name, phone = (str(address.get(part) or "").strip() for part in ("fullName", "phoneNumber"))
    return " ".join(
        part for part in (f"{name[:1]}…" if name else "", f"…{phone[-2:]}" if len(phone) > 4 else "") if part
    )
