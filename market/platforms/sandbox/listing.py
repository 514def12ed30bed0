"""One listing of the marketplace, in memory and as a row."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass, field, replace
from typing import Any

PENDING, ON_SALE, REFUSED, BLOCKED = "pending_review", "on_sale", "refused", "blocked"
# What a stale reader gets to see of an earlier version.
_VERSIONED = ("content", "price_vnd", "quantity", "visible", "state", "reasons", "updated_at")


@dataclass(frozen=True)
class Fate:
    """A decision that is going to be made at a time (seconds since 1970)."""

    at: float
    state: str
    reasons: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Listing:
    """One listing; `content` is what a moderator judges, as `intake.read_content` makes it. `previous` is the version before
    the last write, `fates` are decisions to come, the next one first."""

    id: int
    seller_sku: str
    content: dict[str, Any]
    price_vnd: int
    quantity: int
    visible: bool
    state: str
    reasons: list[dict[str, str]]
    submitted_at: float
    updated_at: float
    created_at: float
    previous: dict[str, Any] | None
    fates: list[Fate]

    @property
    def is_public(self) -> bool:
        """Whether a buyer may see the page."""
        return self.visible and self.state == ON_SALE

    def before(self) -> Listing:
        """The listing before its last write (itself when there was none)."""
        return replace(self, **self.previous) if self.previous else self

    def version(self) -> str:
        """What `before` will need of this version after the next write."""
        return dump({name: getattr(self, name) for name in _VERSIONED})


def dump(value: Any) -> str:
    """JSON with readable Vietnamese."""
    return json.dumps(value, ensure_ascii=False)


def dump_fates(fates: list[Fate]) -> str:
    """Decisions to come, as a row keeps them."""
    return dump([asdict(fate) for fate in fates])


def listing_of(row: sqlite3.Row) -> Listing:
    """The listing in a row."""
    values = dict(row)
    for name in ("content", "reasons", "previous"):
        values[name] = json.loads(values[name])
    del values["next_at"]
    values["fates"] = [Fate(**fate) for fate in json.loads(values["fates"])]
    values["visible"] = bool(values["visible"])
    return Listing(**values)
