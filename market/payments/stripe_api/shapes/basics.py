"""What several objects share."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

Shape = dict[str, Any]
CURRENCY = "vnd"
METHODS = {"pm_vnpay": "vnpay", "pm_card": "card"}


def unix(moment: datetime) -> int:
    """Unix seconds."""
    return int(moment.timestamp())


def unix_or_none(moment: datetime | None) -> int | None:
    """Unix seconds, or null."""
    return None if moment is None else unix(moment)


def private_of(text: str) -> Shape:
    """What is kept encrypted beside a row."""
    found: Shape = json.loads(text) if text else {}
    return found


def private_text(values: Shape) -> str:
    """The other way round; members without a value are left out."""
    kept = {name: value for name, value in values.items() if value not in (None, "", {})}
    return json.dumps(kept, ensure_ascii=False) if kept else ""


def method_id(method: str) -> str | None:
    """The id under which a way to pay is told: VNPAY keeps no cards for us, so there are only these."""
    return f"pm_{method}" if method else None


def method_shape(public_id: str) -> Shape | None:
    """A way to pay as an object."""
    method = METHODS.get(public_id)
    if method is None:
        return None
    return {
        "id": public_id,
        "object": "payment_method",
        "billing_details": billing_details(),
        "created": 0,
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": method,
        method: {},
    }


def billing_details(email: str | None = None) -> Shape:
    """VNPAY tells nothing of who pays."""
    return {"address": None, "email": email, "name": None, "phone": None}
