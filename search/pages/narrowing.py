"""What stands beside a result page: the facets with their counts, the order, and chips for what is chosen."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from search.engines.contract import (
    CATEGORY,
    CERTIFICATE,
    COMMUNE,
    FACETS,
    FORMER,
    GROUP,
    KIND,
    PLATFORM,
    PRICE,
    PROVINCE,
    SECTOR,
    STARS,
    STOCK,
    Answer,
    FacetValue,
    Sort,
)
from search.pages.forms import SORTS, Asking, address_for
from search.pages.queries import names_of_values

SHOWN = 8  # values of a facet before «xem thêm»
OPEN = (KIND, SECTOR, STARS, PRICE)  # the facets that stand unfolded


def order_of(question: Asking) -> Sort:
    """The order that the answer really has: without words there is nothing to fit."""
    return Sort.NEWEST if question.sort == Sort.RELEVANCE and not question.text else question.sort


def groups_of(question: Asking, answer: Answer) -> list[dict[str, Any]]:
    """What parts/filter_bar.html shows: the facets that can narrow or are chosen, then the order."""
    groups: list[dict[str, Any]] = []
    for facet, label in _names().items():
        values = answer.facets.get(facet, ())
        chosen = any(value.selected for value in values)
        if not values or (not chosen and all(value.count == answer.count for value in values)):
            continue  # whatever is chosen here gives the list that is there
        first, rest = _cut([value for value in values if value.label])
        groups.append(
            {
                "label": label,
                "name": facet,
                "folded": True,
                "open": chosen or facet in OPEN,
                "options": [_option(value) for value in first],
                "more": [_option(value) for value in rest],
            }
        )
    orders = [
        {"value": sort.value, "label": word, "checked": sort == order_of(question)}
        for sort, word in SORTS.items()
        if (question.text or sort != Sort.RELEVANCE) and (question.place or sort != Sort.NEAR)
    ]
    return [*groups, {"label": _("Sắp xếp theo"), "name": "sort", "single": True, "options": orders}]


def chips_of(question: Asking, answer: Answer) -> list[dict[str, str]]:
    """What the list is narrowed to; a value nobody knows is still shown, so that it can be taken away."""
    labels = {(facet, value.value): value.label for facet, values in answer.facets.items() for value in values}
    chosen = [(facet, value) for facet in FACETS for value in question.chosen.get(facet, ())]
    # A value that fits no word of the question has no name in the answer; only then it is looked up.
    nameless = [pair for pair in chosen if not labels.get(pair)]
    labels |= names_of_values(nameless)
    names = _names()
    return [
        {"label": labels.get(pair) or names[pair[0]], "url": address_for(question, without=pair)} for pair in chosen
    ]


def _cut(values: list[FacetValue]) -> tuple[list[FacetValue], list[FacetValue]]:
    """What is shown at once, and what unfolds; what is chosen is never hidden, and one more line hides no line."""
    if len(values) <= SHOWN + 1:
        return values, []
    first = values[:SHOWN] + [value for value in values[SHOWN:] if value.selected]
    return first, [value for value in values[SHOWN:] if not value.selected]


def _option(value: FacetValue) -> dict[str, Any]:
    return {"value": value.value, "label": value.label, "count": value.count, "checked": value.selected}


def _names() -> dict[str, str]:
    return {
        KIND: _("Kết quả là"),
        SECTOR: _("Ngành hàng"),
        GROUP: _("Nhóm hàng"),
        CATEGORY: _("Loại hàng"),
        STARS: _("Hạng sao OCOP"),
        CERTIFICATE: _("Giấy chứng nhận"),
        PROVINCE: _("Tỉnh, thành phố"),
        FORMER: _("Tỉnh trước 1/7/2025"),
        COMMUNE: _("Xã, phường"),
        PRICE: _("Giá"),
        STOCK: _("Còn hàng"),
        PLATFORM: _("Đang bán trên sàn"),
    }
