"""What «Sàn thử» says of orders, and the signed hints that it sends. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from market.platforms import foreign_json
from market.platforms.contract import (
    ContractBroken,
    OrderPage,
    OrderState,
    PushEvent,
    PushKind,
    PushRefused,
    RemoteOrder,
    RemoteOrderLine,
    kept_text,
)
from market.platforms.santhu import wire

STATES = {
    "new": OrderState.PLACED,
    "confirmed": OrderState.CONFIRMED,
    "shipped": OrderState.SHIPPED,
    "delivered": OrderState.DELIVERED,
    "cancelled": OrderState.CANCELLED,
    "returned": OrderState.RETURNED,
}
KINDS = {"order.changed": PushKind.ORDER, "listing.changed": PushKind.LISTING}
PRICE_MOST, QUANTITY_MOST, LINES_MOST, EVENTS_MOST = 1_000_000_000, 1_000_000, 200, 100
ID_LIMIT, STATUS_LIMIT, TITLE_LIMIT, SKU_LIMIT = 80, 60, 200, 64
# Longer ago, or further ahead, a message cannot be told from one that somebody kept and sends again.
GOOD_FOR = timedelta(minutes=5)
SIGNATURE_HEADER, TIME_HEADER = "x-santhu-signature", "x-santhu-time"


def parse_orders(body: bytes) -> OrderPage:
    """One page. An order that is not as documented is named and stops no other. Raises ContractBroken."""
    value = wire.parse_json(body)
    found, unreadable = list[RemoteOrder](), list[str]()
    for item in foreign_json.objects_in(value, "items"):
        try:
            found.append(parse_order(item))
        except ContractBroken:
            unreadable.append(kept_text(str(item.get("id", "")), ID_LIMIT))
    return OrderPage(tuple(found), foreign_json.text_in(value, "next_cursor"), tuple(unreadable))


def parse_order(value: Mapping[str, Any]) -> RemoteOrder:
    """One order. A status that nobody documented is kept as it is; a line without a SKU has "". Raises ContractBroken."""
    lines, raw = foreign_json.objects_in(value, "lines"), kept_text(foreign_json.text_in(value, "status"), STATUS_LIMIT)
    if len(lines) > LINES_MOST:
        raise ContractBroken(f"{len(lines)} lines")
    return RemoteOrder(
        order_id=_id(value, "id"),
        placed_at=foreign_json.moment_in(value, "placed_at"),
        updated_at=foreign_json.moment_in(value, "updated_at"),
        raw_status=raw,
        state=STATES.get(raw, OrderState.UNKNOWN),
        lines=tuple(_line(line) for line in lines),
        shipping_fee=foreign_json.number_between(value, "shipping_vnd", 0, PRICE_MOST),
        platform_fee=foreign_json.number_between(value, "platform_fee_vnd", 0, PRICE_MOST),
        buyer=_masked(value.get("buyer")),
    )


def _line(line: dict[str, Any]) -> RemoteOrderLine:
    sku = line.get("seller_sku")
    return RemoteOrderLine(
        sku=kept_text(sku, SKU_LIMIT) if isinstance(sku, str) else "",
        quantity=foreign_json.number_between(line, "quantity", 1, QUANTITY_MOST),
        price=foreign_json.number_between(line, "price_vnd", 0, PRICE_MOST),
        title=kept_text(foreign_json.text_in(line, "name"), TITLE_LIMIT) if line.get("name") else "",
    )


def _masked(buyer: Any) -> str:
    """The first letter of a name and the end of a number: enough to tell two buyers apart on a screen."""
    if not isinstance(buyer, dict):
        return ""
    name, phone = str(buyer.get("name") or "").strip(), str(buyer.get("phone") or "").strip()
    return " ".join(
        part for part in (f"{name[:1]}…" if name else "", f"…{phone[-2:]}" if len(phone) > 4 else "") if part
    )


def push_secret(key: str) -> str:
    """What messages to the holder of this key are signed with."""
    return hashlib.sha256(f"push:{key}".encode()).hexdigest()


def parse_push(secret: str, headers: Mapping[str, str], raw: bytes, now: datetime) -> tuple[PushEvent, ...]:
    """The hints of a message that is proved to come from the platform. Raises PushRefused, ContractBroken."""
    given = {name.lower(): value for name, value in headers.items()}
    sent, signature = given.get(TIME_HEADER, ""), given.get(SIGNATURE_HEADER, "")
    if not (secret and sent.isascii() and sent.isdigit() and len(sent) < 12):
        raise PushRefused("no time or no secret")
    right = hmac.new(secret.encode(), sent.encode() + b"." + raw, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(f"v1={right}".encode(), signature.encode("utf-8", "backslashreplace")):
        raise PushRefused("wrong signature")
    if abs(now.timestamp() - int(sent)) > GOOD_FOR.total_seconds():
        raise PushRefused("too old, or from the future")
    events, digest = foreign_json.objects_in(wire.parse_json(raw), "events"), hashlib.sha256(raw).hexdigest()
    if len(events) > EVENTS_MOST:
        raise ContractBroken(f"{len(events)} events")
    return tuple(
        PushEvent(
            event_id=_id(event, "id"),
            kind=KINDS.get(foreign_json.text_in(event, "kind"), PushKind.UNKNOWN),
            occurred_at=foreign_json.moment_in(event, "at"),
            subject=kept_text(foreign_json.text_in(event, "subject"), ID_LIMIT),
            digest=digest,
        )
        for event in events
    )


def _id(value: Mapping[str, Any], name: str) -> str:
    found = foreign_json.text_in(value, name).strip()
    if not 0 < len(found) <= ID_LIMIT:
        raise ContractBroken(f"{name} {found[:20]!r}")
    return found
