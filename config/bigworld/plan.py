"""What the big world will hold: how many of everything in which commune, and the number every draw rests on.

Everything follows from a few numbers, so that every part can be made alone, in any order, and made again: keys are given
out here, not by the database.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import accumulate
from typing import Final

WHOLE_HOUSEHOLDS: Final = 9_000_000
WHOLE_PRODUCTS: Final = 17_000
WHOLE_LISTINGS: Final = 300_000
HOUSEHOLDS_IN_A_HAMLET: Final = 100
HAMLETS_OF_A_TEAM: Final = 3
LISTINGS_IN_A_SHOP: Final = 10
_RING: Final = 2**32
# Odd numbers without a pattern, one for each thing that is drawn.
_SPREAD: Final = {
    "fate": 2_654_435_761, "phone": 2_246_822_519, "end": 3_266_489_917, "ready": 668_265_263, "name": 374_761_393, "year": 1_597_334_677,
    "paper": 2_869_860_233, "goods": 1_181_783_497,
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """The numbers from `first` to `last` (both in it; none when `last` is before `first`)."""

    first: int
    last: int

    def __len__(self) -> int:
        return max(0, self.last - self.first + 1)

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.first, self.last + 1))


@dataclass(frozen=True)
class Commune:
    """One commune of the world: its place among all (`index`), its key, and the numbers of what lies in it."""

    index: int
    pk: int
    households: Part
    hamlets: Part
    teams: Part
    stalls: Part
    products: Part
    listings: Part
    shops: Part

    @property
    def has_frame(self) -> bool:
        """Nine of ten have a signed frame."""
        return self.index % 10 != 9

    @property
    def shares_a_phone(self) -> bool:
        """In every fifth of some size the first five households gave one phone."""
        return self.index % 5 == 0 and len(self.households) >= 10


@dataclass(frozen=True)
class World:
    """A world of so many households in these communes (keys), made on a day."""

    households: int
    communes: Sequence[int]
    seed: int
    day: date
    at_once: int

    @property
    def scale(self) -> float:
        """Its size beside the whole country's."""
        return self.households / WHOLE_HOUSEHOLDS

    @cached_property
    def products(self) -> int:
        """How many products the register holds."""
        return max(1, round(WHOLE_PRODUCTS * self.scale))

    @cached_property
    def listings(self) -> int:
        """How many listings there are."""
        return max(1, round(WHOLE_LISTINGS * self.scale))

    @cached_property
    def parts(self) -> list[Commune]:
        """The communes with what lies in them, in the order of their keys."""
        sizes = self._sizes()
        homes = _numbered(sizes)
        hamlets = _numbered([-(-size // HOUSEHOLDS_IN_A_HAMLET) for size in sizes])
        teams = _numbered([-(-len(each) // HAMLETS_OF_A_TEAM) for each in hamlets])
        # Every other commune has a market.
        stalls = _numbered([min(80, 10 + size // 100) if size and not at % 2 else 0 for at, size in enumerate(sizes)])
        products, listings = _numbered(_shared(self.products, sizes)), _numbered(_shared(self.listings, sizes))
        shops = _numbered([-(-len(each) // LISTINGS_IN_A_SHOP) for each in listings])
        columns = zip(homes, hamlets, teams, stalls, products, listings, shops, strict=True)
        return [Commune(at, pk, *each) for at, (pk, each) in enumerate(zip(self.communes, columns, strict=True))]

    @cached_property
    def chunks(self) -> list[list[Commune]]:
        """The communes in groups of about `at_once` households: what is made in one transaction."""
        found: list[list[Commune]] = [[]]
        size = 0
        for each in self.parts:
            if found[-1] and size + len(each.households) > self.at_once:
                found.append([])
                size = 0
            found[-1].append(each)
            size += len(each.households)
        return found

    def draw(self, what: str, number: int) -> int:
        """A number from 0 to 999 for this thing, evenly spread; `draw_sql` says the same in the database."""
        return ((number * _SPREAD[what] + self.seed * 69_069) % _RING) * 1000 // _RING

    def draw_sql(self, what: str, number: str) -> str:
        """`draw` of a column or expression."""
        return f"(mod({number}::bigint * {_SPREAD[what]} + {self.seed * 69_069}, {_RING}) * 1000 / {_RING})"

    def _sizes(self) -> list[int]:
        """Households by commune: many small ones and a few large ones, together exactly as many as asked for."""
        luck = random.Random(self.seed)
        return _shared(self.households, [luck.lognormvariate(0, 0.6) for _ in self.communes])


def _shared(whole: int, weights: Sequence[float]) -> list[int]:
    """A whole number in parts by weight that add up to it exactly."""
    sums = list(accumulate(weights))
    marks = [round(whole * each / sums[-1]) for each in sums]
    return [mark - before for mark, before in zip(marks, [0, *marks], strict=False)]


def _numbered(sizes: Sequence[int]) -> list[Part]:
    """Consecutive numbers from 1 on for parts of these sizes."""
    ends = list(accumulate(sizes))
    return [Part(end - size + 1, end) for size, end in zip(sizes, ends, strict=True)]


def spread(shares: Sequence[int]) -> tuple[int, ...]:
    """For each of a thousand draws which of several shares it falls into; beyond them all: how many there are."""
    found = [which for which, share in enumerate(shares) for _ in range(share)]
    return tuple(found + [len(shares)] * (1_000 - len(found)))
