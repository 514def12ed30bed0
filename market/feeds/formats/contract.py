"""What a way of writing gets and gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from market.feeds.facts import Facts


@dataclass(frozen=True)
class Head:
    """What is said of the whole file. `address` is where it was fetched, `page` where people see the same; `since` is what was asked for
    (None: everything), `next_since` what to ask for next."""

    title: str
    address: str
    page: str
    changed_at: datetime
    since: datetime | None
    next_since: datetime


@dataclass(frozen=True)
class Row:
    """A good: `facts` as of the day of the file, None when it is gone."""

    sku: str
    changed_at: datetime
    facts: Facts | None


@dataclass(frozen=True)
class Format:
    """A way of writing. `version` grows with every change of what it writes: it stands in the ETag."""

    file_name: str
    content_type: str
    version: int
    write: Callable[[Head, Iterable[Row]], Iterator[str]]
