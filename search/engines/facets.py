"""The values a list can be narrowed by, in the words and the order in which people read them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core.kit.text import sort_key
from market.goods.tree import nodes
from onboarding.accounts.models import Platform
from search.documents.models import SearchDocument
from search.engines.contract import (
    CERTIFICATE,
    FACETS,
    GROUP,
    KIND,
    MOST_VALUES,
    PLATFORM,
    PRICE,
    SECTOR,
    STARS,
    STOCK,
    FacetValue,
    Question,
    values_of,
)

Counts = Mapping[str, Mapping[str, tuple[int, str]]]
# In their own order; all other facets by how many there are, then in the Vietnamese alphabet.
_PRICES = ("50", "100", "200", "500", "more")
# In whatever language the page is read: looked up only for the values that are shown.
_WORDS = {
    (KIND, SearchDocument.Kind.PRODUCT.value): _lazy("Hàng đang bán"),
    (KIND, SearchDocument.Kind.SHOP.value): _lazy("Gian hàng"),
    (KIND, SearchDocument.Kind.OCOP.value): _lazy("Giấy chứng nhận OCOP"),
    (KIND, SearchDocument.Kind.PRODUCER.value): _lazy("Chủ thể"),
    (PRICE, "50"): _lazy("Dưới 50.000 đ"),
    (PRICE, "100"): _lazy("Từ 50.000 đến dưới 100.000 đ"),
    (PRICE, "200"): _lazy("Từ 100.000 đến dưới 200.000 đ"),
    (PRICE, "500"): _lazy("Từ 200.000 đến dưới 500.000 đ"),
    (PRICE, "more"): _lazy("Từ 500.000 đ"),
    (STOCK, "yes"): _lazy("Còn hàng"),
    (CERTIFICATE, "yes"): _lazy("Giấy chứng nhận OCOP còn hạn"),
}


def facets_of(question: Question, counts: Counts) -> dict[str, list[FacetValue]]:
    """Every facet with its values. Those without results are left out unless chosen; of many only the first are told."""
    found = {facet: _values(question, facet, counts.get(facet, {})) for facet in FACETS}
    if found[PLATFORM]:
        names = _platform_names()
        found[PLATFORM] = [each._replace(label=names.get(each.value, each.value)) for each in found[PLATFORM]]
    return found


def _platform_names() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(_reading_platforms())
        return dict(cursor.fetchall())


@cache
def _reading_platforms() -> str:
    """A statement without values, put into words once: that takes ten times as long as reading the few platforms there are."""
    return str(Platform.objects.order_by().values_list("code", "name").query)


def _values(question: Question, facet: str, counts: Mapping[str, tuple[int, str]]) -> list[FacetValue]:
    wanted = values_of(question, facet)
    if not counts and not wanted:
        return []
    if len(counts) > MOST_VALUES and facet not in (STARS, PRICE):
        counts = _foremost(counts, wanted)
    values = [
        FacetValue(value, label or _label(facet, value), count, value in wanted)
        for value, (count, label) in counts.items()
        if count or value in wanted
    ]
    if wanted:
        values += [FacetValue(value, _label(facet, value), 0, True) for value in sorted(wanted - counts.keys())]
    _put_in_order(facet, values)
    return values if len(values) <= MOST_VALUES else _first(values)


def _foremost(counts: Mapping[str, tuple[int, str]], wanted: frozenset[str]) -> dict[str, tuple[int, str]]:
    """Of many values those that may be among the first, and the chosen ones: only these are named and put in order."""
    least = sorted([count for count, _label in counts.values()], reverse=True)[MOST_VALUES - 1]
    return {value: each for value, each in counts.items() if each[0] >= least or value in wanted}


def _put_in_order(facet: str, values: list[FacetValue]) -> None:
    if facet == STARS:
        values.sort(key=lambda each: each.value, reverse=True)
    elif facet == PRICE:
        values.sort(key=lambda each: _PRICES.index(each.value) if each.value in _PRICES else len(_PRICES))
    else:
        values.sort(key=lambda each: (-each.count, _place_of(each.label), each.value))


@lru_cache(maxsize=10_000)
def _place_of(label: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """A label's place in the alphabet, remembered: every answer puts the same communes and kinds in order."""
    return sort_key(label)


def _first(values: list[FacetValue]) -> list[FacetValue]:
    return values[:MOST_VALUES] + [each for each in values[MOST_VALUES:] if each.selected]


def _label(facet: str, value: str) -> str:
    """What people read for a value that carries no name of its own; empty where nobody knows it."""
    if facet == STARS:
        return _("%(stars)s sao") % {"stars": value}
    if facet in (SECTOR, GROUP):
        return nodes()[value].name if value in nodes() else ""
    return str(_WORDS.get((facet, value), ""))
