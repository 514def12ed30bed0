"""What a search engine must do. `tests/contracts/test_search_engines.py` holds every engine to it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from search.ranking.scoring import Candidate
from search.ranking.understanding import Asked

PAGE_SIZE = 24
CANDIDATES = 200  # that an engine gives for ordering; what comes after them stays in the engine's own order
MOST_VALUES = 40  # of one facet that are told

# Facets: what a list can be narrowed by. Values of one facet widen, facets narrow each other.
KIND, CATEGORY, SECTOR, GROUP, STARS = "kind", "category", "sector", "group", "stars"
PROVINCE, FORMER, COMMUNE = "province", "former", "commune"
PRICE, STOCK, PLATFORM, CERTIFICATE = "price", "stock", "platform", "certificate"
FACETS = (KIND, SECTOR, GROUP, CATEGORY, PROVINCE, FORMER, COMMUNE, STARS, CERTIFICATE, PRICE, STOCK, PLATFORM)
METRES_OF_A_DEGREE = 111_320  # of latitude
YES = "yes"  # the one value of STOCK and CERTIFICATE
PRODUCT, SHOP, OCOP, PRODUCER = "product", "shop", "ocop", "producer"
PUBLIC_KINDS = (PRODUCT, SHOP, OCOP)


class Sort(StrEnum):
    """The order of an answer. Without words, RELEVANCE means NEWEST; without a place, NEAR means RELEVANCE. What has no price or no
    place comes after what has one. In every order but RELEVANCE what is written as typed comes before other spellings."""

    RELEVANCE = "relevance"
    PRICE_UP = "price_up"
    PRICE_DOWN = "price_down"
    NEWEST = "newest"
    NEAR = "near"


@dataclass(frozen=True)
class Spot:
    """A place on the map, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Scope:
    """What the asker may see: kinds of documents, and of producers those of these communes (codes); None: of all."""

    kinds: Sequence[str] = PUBLIC_KINDS
    communes: Sequence[str] | None = None


@dataclass(frozen=True)
class Question:
    """What somebody wants to find.

    Every word of `text` must occur in a result in any spelling (or another word for the same thing), the last one at least as a
    beginning; what is written as typed comes first. `chosen` holds values by facet. `page` counts from 1; a page after the last is
    empty.
    """

    text: str = ""
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    near: Spot | None = None
    scope: Scope = Scope()

    @property
    def is_filtered(self) -> bool:
        return any(self.chosen.values())


class FacetValue(NamedTuple):
    """A value to narrow by. `count` is how many results choosing it alone in its facet gives, other facets kept."""

    value: str
    label: str
    count: int  # type: ignore[assignment]  # a tuple's `count` is never wanted here
    selected: bool


@dataclass(frozen=True)
class Found:
    """What an engine found: how many fit words and facets, how many fit the words alone, counts by facet and value with their
    labels ("" where whoever shows it knows better), and candidates in the engine's own order."""

    count: int
    matches: int
    counts: Mapping[str, Mapping[str, tuple[int, str]]]
    candidates: Sequence[Candidate]


@dataclass(frozen=True)
class Answer:
    """One page of results, how many there are in all, and how to narrow them.

    `matches` is how many fit the words when the facets are left aside. `did_you_mean` is a question near this one: where the words
    themselves find nothing, the answer is that one's. `fewer` are questions with a word less that find something, with how many,
    when neither finds anything. `engine` answered; `stands_in` tells that it did for another that could not be reached.
    """

    count: int
    matches: int
    hits: Sequence[Candidate]
    facets: Mapping[str, Sequence[FacetValue]] = field(default_factory=dict)
    did_you_mean: str | None = None
    fewer: Sequence[tuple[str, int]] = ()
    engine: str = ""
    stands_in: bool = False


class EngineUnavailable(Exception):
    """The engine cannot be reached, or answers that it cannot work now. Nothing was changed."""


class RebuildUnderWay(Exception):
    """Somebody else is filling a new index: since when, and how many documents it has got so far."""

    def __init__(self, since: datetime | None, done: int) -> None:
        super().__init__(f"a rebuild runs since {since}")
        self.since, self.done = since, done


@dataclass(frozen=True)
class Condition:
    """How an index beside the database is: whether its server answers, whether it was made for what this version sends and asks, and
    since when a new one is being filled, with how many documents so far."""

    is_away: bool = False
    is_outdated: bool = False
    rebuilding_since: datetime | None = None
    rebuilt: int = 0


class Engine(Protocol):
    """An engine follows the documents and finds them. How an answer is made of what it finds is the same for all (`answering`).

    `store` and `remove` run in the transaction that changed the document. They touch the database only: an engine
    outside it notes there what to send, and sends later.
    """

    name: str

    def store(self, document_id: int) -> None:
        """Make this document findable as it is now. Repeating is harmless."""

    def store_many(self, document_ids: Sequence[int]) -> None:
        """`store` of several."""

    def remove(self, document_id: int) -> None:
        """Forget this document. Repeating is harmless."""

    def sweep(self) -> int:
        """Forget whatever is findable without a document; returns how many entries that were."""

    def find(self, asked: Asked, question: Question, *, start: int = 0, limit: int = CANDIDATES) -> Found:
        """What matches, from the `start`-th on (0 is the first). Any text is allowed and none of it is syntax.

        In RELEVANCE first what has every typed word in its name as typed, then in its name in any spelling, then the rest; within
        these by standing, then what is newer, then the higher number. Raises EngineUnavailable.
        """

    def count(self, asked: Asked, question: Question) -> int:
        """How many fit words and scope, facets aside. Raises EngineUnavailable."""

    def suggest(self, beginning: Asked, *, limit: int) -> Sequence[str]:
        """Names of public things in which every word occurs, the last as a beginning; each once, what stands ahead first. Raises
        EngineUnavailable."""


class OutsideEngine(Engine, Protocol):
    """An engine with an index of its own beside the database."""

    def rebuild(self, *, told: Callable[[int], None] = lambda done: None) -> int:
        """Fill a new index with every document and let it take the old one's place; returns how many it was told. `told` hears how many
        are done. Raises EngineUnavailable and RebuildUnderWay."""

    def is_outdated(self) -> bool:
        """Whether the index that answers was made for other fields or settings than this version's. Raises EngineUnavailable."""

    def condition(self) -> Condition:
        """How the index is now; never raises for a server that is away."""


def values_of(question: Question, facet: str) -> frozenset[str]:
    """What a question chose of a facet."""
    return frozenset(question.chosen.get(facet, ()))


def metres_between(spot: Spot, latitude: float, longitude: float) -> int:
    """As the crow flies, on a flat map around the spot."""
    north = (latitude - spot.latitude) * METRES_OF_A_DEGREE
    east = (longitude - spot.longitude) * METRES_OF_A_DEGREE * math.cos(math.radians(spot.latitude))
    return round(math.hypot(north, east))
