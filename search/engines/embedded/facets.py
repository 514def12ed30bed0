"""Counting results by facet, from one grouped query. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.kit.text import sort_key
from search.engines.contract import CATEGORY, PROVINCE, STARS, FacetValue, Question


@dataclass(frozen=True)
class Group:
    """How many matching documents share these three facet values; "" means none."""

    category: str
    category_name: str
    province: str
    province_name: str
    stars: str
    count: int

    def value(self, facet: str) -> str:
        """The value under a facet."""
        return {CATEGORY: self.category, PROVINCE: self.province, STARS: self.stars}[facet]

    def label(self, facet: str) -> str:
        """What a person reads for that value."""
        return {CATEGORY: self.category_name, PROVINCE: self.province_name, STARS: f"{self.stars} sao"}[facet]


def chosen(question: Question) -> dict[str, frozenset[str]]:
    """The values a question narrows by, under each facet."""
    return {
        CATEGORY: frozenset(question.categories),
        PROVINCE: frozenset(question.provinces),
        STARS: frozenset(str(stars) for stars in question.stars),
    }


def count_of(groups: Sequence[Group], wanted: dict[str, frozenset[str]]) -> int:
    """How many documents pass all facets."""
    return sum(group.count for group in groups if _passes(group, wanted))


def facets_of(groups: Sequence[Group], wanted: dict[str, frozenset[str]]) -> dict[str, list[FacetValue]]:
    """Every facet with its values; each value counts what passes the *other* facets. Values without results
    are left out unless chosen. Stars from five down, the rest by count, then in the Vietnamese alphabet."""
    return {facet: _facet(groups, wanted, facet) for facet in wanted}


def _facet(groups: Sequence[Group], wanted: dict[str, frozenset[str]], facet: str) -> list[FacetValue]:
    labels = {group.value(facet): group.label(facet) for group in groups if group.value(facet)}
    others = {name: values for name, values in wanted.items() if name != facet}
    counts: Counter[str] = Counter()
    for group in groups:
        if group.value(facet) and _passes(group, others):
            counts[group.value(facet)] += group.count
    values = [
        FacetValue(value, label, counts[value], value in wanted[facet])
        for value, label in labels.items()
        if counts[value] or value in wanted[facet]
    ]
    if facet == STARS:
        return sorted(values, key=lambda value: value.value, reverse=True)
    return sorted(values, key=lambda value: (-value.count, sort_key(value.label), value.value))


def _passes(group: Group, wanted: dict[str, frozenset[str]]) -> bool:
    return all(not values or group.value(facet) in values for facet, values in wanted.items())
