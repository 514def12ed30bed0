"""The four places of the producer's room."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

_PLACES = (
    ("Hôm nay", "seller_home", "home"),
    ("Sản phẩm", "seller_listings", "box"),
    ("Đơn hàng", "seller_orders", "order"),
    ("Gian hàng", "seller_shop", "shop"),
)


def seller_places(current: str) -> list[dict[str, Any]]:
    """The bottom bar, with the current place marked by its URL name."""
    return [
        {"label": label, "url": reverse(name), "current": name == current, "icon": icon}
        for label, name, icon in _PLACES
    ]
