"""The lists of oscarapi: in pages where the shop has set them up, whole otherwise, the newest first. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from market.platforms import foreign_json
from market.platforms.contract import ContractBroken


@dataclass(frozen=True)
class Part:
    """A part of a list, and the number of its next page (None: this was the last)."""

    items: tuple[dict[str, Any], ...]
    next_page: int | None


@dataclass(frozen=True)
class Place:
    """Where a reading of the list of products stands. The newest come first there, so that what is made meanwhile stands on a page that
    was read already: at the end, pages are read again from the first one (`is_again`) as far as they are newer than `newest`."""

    page: int = 1
    newest: int = 0
    is_again: bool = False

    @property
    def cursor(self) -> str:
        """As `place_at` reads it."""
        return f"{self.page} {self.newest} {int(self.is_again)}"


def place_at(cursor: str) -> Place:
    """The place that a cursor of ours names, "" for the start."""
    page, newest, again = (int(part) for part in (cursor or "1 0 0").split(" "))
    return Place(page, newest, bool(again))


def place_after(at: Place, numbers: Sequence[int], next_page: int | None) -> Place | None:
    """The next place, after a page with products of these numbers."""
    if at.is_again:
        all_newer = bool(numbers) and min(numbers) > at.newest
        return replace(at, page=next_page) if next_page is not None and all_newer else None
    newest = max([at.newest, *numbers])
    if next_page is not None:
        return Place(next_page, newest)
    return Place(1, newest, is_again=True) if at.page > 1 else None


def parse_part(body: bytes, page: int) -> Part:
    """A part of a list: the whole list where the shop has not set up pages. Raises ContractBroken, also when the next page leads back."""
    value = foreign_json.json_of(body)
    if isinstance(value, list):
        return Part(tuple(foreign_json.object_of(item, "item") for item in value), None)
    answer = foreign_json.object_of(value, "list")
    items, following = tuple(foreign_json.objects_in(answer, "results")), answer.get("next")
    if following is None:
        return Part(items, None)
    found = re.search(r"[?&]page=([0-9]{1,9})(&|$)", foreign_json.text_in(answer, "next"))
    if found is None or int(found[1]) <= page:
        raise ContractBroken(f"after page {page}: {str(following)[:80]!r}")
    return Part(items, int(found[1]))
