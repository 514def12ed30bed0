"""What a search engine must do. `tests/contracts/test_search_engines.py` holds every engine to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

PAGE_SIZE = 24
LONGEST_QUESTION = 200  # characters of a question that are read
MOST_WORDS = 16  # words of a question that must match; later ones are not looked at
CATEGORY, PROVINCE, STARS = "category", "province", "stars"


class Sort(StrEnum):
    """The order of an answer. Without words, RELEVANCE means NEWEST. What has no price comes after what has one."""

    RELEVANCE = "relevance"
    PRICE_UP = "price_up"
    PRICE_DOWN = "price_down"
    NEWEST = "newest"


@dataclass(frozen=True)
class Question:
    """What somebody wants to find.

    Every word of `text` must occur in a result, the last one at least as a beginning. A word typed without marks
    means any spelling; a word with marks means that spelling, or a text written without marks. Only if that finds
    nothing, marks are ignored: many people mistype a tone. Values of one facet widen, facets narrow each other.
    `page` counts from 1; a page after the last is empty.
    """

    text: str = ""
    categories: Sequence[str] = ()
    provinces: Sequence[str] = ()
    stars: Sequence[int] = ()
    sort: Sort = Sort.RELEVANCE
    page: int = 1

    @property
    def is_filtered(self) -> bool:
        return bool(self.categories or self.provinces or self.stars)


@dataclass(frozen=True)
class Hit:
    """One thing found: `kind` is "product" or "shop", `price` whole đồng or None, `stars` those valid today or None."""

    kind: str
    object_id: int
    slug: str
    name: str
    producer: str
    place: str
    stars: int | None
    price: int | None


@dataclass(frozen=True)
class FacetValue:
    """A value to narrow by. `count` is how many results choosing it alone in its facet gives, other facets kept."""

    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True)
class Answer:
    """One page of results, how many there are in all, and how to narrow them.

    `matches` is how many fit the words when the facets are left aside. `did_you_mean` is a question near this one
    that finds something, only when the words find nothing.
    """

    count: int
    matches: int
    hits: Sequence[Hit]
    facets: Mapping[str, Sequence[FacetValue]] = field(default_factory=dict)
    did_you_mean: str | None = None


class Engine(Protocol):
    """An engine follows the documents and answers questions about them.

    `store` and `remove` run in the transaction that changed the document. They touch the database only: an engine
    outside it notes there what to send, and sends later.
    """

    name: str

    def store(self, document_id: int) -> None:
        """Make this document findable as it is now. Repeating is harmless."""

    def remove(self, document_id: int) -> None:
        """Forget this document. Repeating is harmless."""

    def sweep(self) -> int:
        """Forget whatever is findable without a document; returns how many entries that were."""

    def search(self, question: Question) -> Answer:
        """Answer a question. Any text is allowed and none of it is syntax."""
