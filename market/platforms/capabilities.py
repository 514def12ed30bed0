"""What a platform can do and what it asks for: flags that callers branch on, never a platform's name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AdapterKind(StrEnum):
    """API calls a server; FILE exchanges sheets through a person."""

    API = "api"
    FILE = "file"


class ReviewWay(StrEnum):
    """Whether the platform reviews content, and whether the answer comes at once."""

    NONE = "none"
    SYNC = "sync"
    ASYNC = "async"


class MediaWay(StrEnum):
    """Photos are pushed as bytes, pulled from our address, or packed beside a sheet."""

    PUSH = "push"
    PULL = "pull"
    PACK = "pack"


class AuthWay(StrEnum):
    """What a connection needs: nothing, a key typed in, or a name and password that are exchanged for a token."""

    NONE = "none"
    KEY = "key"
    PASSWORD = "password"  # noqa: S105 - a way of signing in, no secret


class TextCount(StrEnum):
    """How a platform counts a title: Unicode code points of NFC text, bytes of UTF-8, or width (wide East Asian = 2)."""

    CHARACTERS = "characters"
    BYTES = "bytes"
    WIDTH = "width"


class OrdersWay(StrEnum):
    """How orders come: not at all, asked for (`pull_orders`), told (`parse_push`, hints only), or both."""

    NONE = "none"
    PULL = "pull"
    PUSH = "push"
    BOTH = "both"


class CategoryWay(StrEnum):
    """Whether the platform tells its categories (`categories`), and whether they stand one above the other."""

    NONE = "none"
    FLAT = "flat"
    TREE = "tree"


@dataclass(frozen=True)
class Capabilities:
    """What a platform can do and what it asks for. Limits are data of `rule_version`, not of our code.

    Titles are counted in `title_counts`, other lengths in code points of NFC text; money is whole đồng; photo sizes are bytes.
    `reads_back`: find, fetch and poll see the platform itself. `page_links`: buyers' pages can be checked.
    `sku_unique`: a creation with a SKU that stands there is refused as DUPLICATE, so that a first push needs no look before.
    `lists`: `list_remote` shows everything the connection holds. `upserts`: a creation with a known SKU replaces what is
    there. `creates_with_offer`: a creation sets price and stock as well. `calls_per_second`, `calls_per_day`: what the vendor documents; None where nothing is said. `required_papers`:
    codes of papers without which nothing is taken. `omits`: fields of the document for which the platform has no place. `refreshes`: an expired token is renewed by `refresh_auth`.
    `settling_seconds`: after an unknown outcome, a `find` that finds nothing counts only when this much time
    has passed, for a write may still be under way when our patience ends.
    `push_verified`: who sent a push can be proved; without it no push is taken. `remote_validate`: the platform has a dry run.
    `key_expires`: what opens a connection runs out by itself. `suspends_shops`: the platform closes a shop, or lets it rest, and says so.
    `holds_what_is_ordered`: a listing with an open order may not be withdrawn. `dates_order_changes`: an order says when it changed; without
    it `pull_orders` goes by when orders were placed.
    `category_leaf_only`: goods stand only in leaves of its tree. `category_rules`: it tells what it asks in a category.
    """

    kind: AdapterKind
    rule_version: str
    reads_back: bool
    lookup_by_reference: bool
    sku_unique: bool
    review: ReviewWay
    rejection_reasons: bool
    media: MediaWay
    separate_offers: bool
    can_hide: bool
    can_withdraw: bool
    title_maximum: int
    description_maximum: int
    photo_maximum: int
    photo_bytes_maximum: int
    title_minimum: int = 1
    photo_minimum: int = 0
    photo_types: tuple[str, ...] = ("image/jpeg", "image/png", "image/webp")
    price_minimum: int = 1
    price_maximum: int = 1_000_000_000
    stock_maximum: int = 1_000_000
    needs_net_weight: bool = False
    needs_category: bool = False
    page_links: bool = False
    review_hours: int | None = None
    settling_seconds: float = 0.0
    auth: AuthWay = AuthWay.NONE
    refreshes: bool = False
    lists: bool = False
    upserts: bool = False
    creates_with_offer: bool = False
    title_counts: TextCount = TextCount.CHARACTERS
    offers_at_once: int = 1
    calls_per_second: float | None = None
    calls_per_day: int | None = None
    required_papers: tuple[str, ...] = ()
    omits: tuple[str, ...] = ()
    orders: OrdersWay = OrdersWay.NONE
    push_verified: bool = False
    remote_validate: bool = False
    categories: CategoryWay = CategoryWay.NONE
    category_leaf_only: bool = False
    category_rules: bool = False
    key_expires: bool = False
    suspends_shops: bool = False
    holds_what_is_ordered: bool = False
    dates_order_changes: bool = True

    @property
    def pulls_orders(self) -> bool:
        """Whether orders can be asked for."""
        return self.orders in {OrdersWay.PULL, OrdersWay.BOTH}

    @property
    def takes_pushes(self) -> bool:
        """Whether the platform tells us, and can be believed to be the one who tells."""
        return self.push_verified and self.orders in {OrdersWay.PUSH, OrdersWay.BOTH}
