"""The basket lives in the session: SKU → quantity. Prices and stock are read fresh each time it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KEY = "basket"
ORDERS = "orders"
MAX_LINES = 30
MAX_QUANTITY = 999


def basket_of(session: Mapping[str, Any]) -> dict[str, int]:
    """SKU → quantity, in the order of adding."""
    found = session.get(KEY, {})
    return dict(found) if isinstance(found, dict) else {}


def basket_size(session: Mapping[str, Any]) -> int:
    """How many different things are in the basket."""
    return len(basket_of(session))


def put(session: Any, sku: str, quantity: int) -> None:
    """Set the quantity of one SKU; 0 or less takes it out. Bounded in lines and quantity."""
    basket = basket_of(session)
    if quantity <= 0:
        basket.pop(sku, None)
    elif sku in basket or len(basket) < MAX_LINES:
        basket[sku] = min(quantity, MAX_QUANTITY)
    session[KEY] = basket


def empty(session: Any) -> None:
    """Forget the basket."""
    session[KEY] = {}


def remember_order(session: Any, key: str) -> None:
    """Keep the way back to an order for whoever leaves the gateway by the back button; the last five."""
    session[ORDERS] = [*orders_of(session), key][-5:]


def orders_of(session: Mapping[str, Any]) -> list[str]:
    """The keys of the orders placed from this browser, oldest first."""
    found = session.get(ORDERS, [])
    return [str(key) for key in found] if isinstance(found, list) else []
