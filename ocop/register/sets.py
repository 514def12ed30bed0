"""Which product set the words of a product speak for. Pure: a person decides, nothing is set by itself."""

from __future__ import annotations

from functools import lru_cache

from core.kit.text import fold_words
from market.goods.tree import Level, nodes
from ocop.register.reference import lines

MOST_PROPOSED = 3
# Words that name a group of the older lists and not a thing; whoever relied on them would be wrong as often as right.
_SHORTEST = 3


def proposed_sets(name: str, product_group: str = "") -> list[int]:
    """The numbers of at most three sets of 26/2026 that the name speaks for, the likeliest first; without a word in the name, those
    of the written group. A longer word says more than a shorter one («chuối sấy» than «chuối»); goods are named by the words of
    our tree of goods."""
    return _sets_named(name) or _sets_named(product_group)


def _sets_named(text: str) -> list[int]:
    padded = f" {fold_words(text)} "
    best: dict[int, int] = {}
    for number, term in _terms():
        if f" {term} " in padded:
            best[number] = max(best.get(number, 0), len(term))
    if not best:
        return []
    return sorted(best, key=lambda number: (-best[number], number))[:MOST_PROPOSED]


@lru_cache(maxsize=1)
def _terms() -> tuple[tuple[int, str], ...]:
    numbers = {code: number for number, code in set_codes().items()}
    found = []
    for node in nodes().values():
        if node.level in {Level.SET, Level.LEAF} and node.ocop_set in numbers:
            terms = {fold_words(term) for term in (node.name, *node.words)}
            found += [(numbers[node.ocop_set], term) for term in sorted(terms) if len(term) >= _SHORTEST]
    return tuple(found)


@lru_cache(maxsize=1)
def set_codes() -> dict[int, str]:
    """What the tree of goods calls the sets of 26/2026: {10: "1.10", 14: "2.1"}, sector and place within it."""
    sector_of = {line.number: line.parent for line in lines() if line.level == "group"}
    counted: dict[int, int] = {}
    codes = {}
    for line in lines():
        if line.level == "set":
            sector = sector_of[line.parent]
            counted[sector] = counted.get(sector, 0) + 1
            codes[line.number] = f"{sector}.{counted[sector]}"
    return codes
