"""A platform's own tree of goods, and what it asks of goods in one of its categories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class RemoteCategory:
    """One category there: `parent` is the code above it ("" at the top), goods may stand only in a leaf where the platform says so
    (`Capabilities.category_leaf_only`)."""

    code: str
    name: str
    parent: str = ""
    is_leaf: bool = True


@dataclass(frozen=True)
class CategoryPage:
    """A part of the tree, and the cursor of the next part ("" at the end)."""

    items: tuple[RemoteCategory, ...]
    next_cursor: str = ""


@dataclass(frozen=True)
class RuleSet:
    """What a platform asks of goods in `category` as of a moment (aware, UTC), under its own `version`: names of fields of
    ListingDocument that may not be empty, the least number of photos, codes of papers, and the band of the price in whole
    đồng (None: no bound)."""

    category: str
    version: str
    as_of: datetime
    required: tuple[str, ...] = ()
    photo_minimum: int = 0
    papers: tuple[str, ...] = ()
    price_minimum: int | None = None
    price_maximum: int | None = None
