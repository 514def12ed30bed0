"""The result page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.people.limits.rules import PUBLIC_SEARCH
from core.people.limits.views import limited
from search.engines.contract import CATEGORY, PAGE_SIZE, PROVINCE, STARS, Answer, Question, Sort
from search.engines.registry import current_engine
from search.pages.forms import PATH, SORTS, address_for, question_of
from search.pages.queries import names_of_values, product_cards, shop_rows


@require_safe
@limited(PUBLIC_SEARCH)
def results(request: HttpRequest) -> HttpResponse:
    """What is it, who made it, may I trust it? One page of goods and shops, with ways to narrow them."""
    question = question_of(request.GET)
    answer = current_engine().search(question)
    # A Page over plain numbers: the engine has already cut the hits.
    page = Paginator(range(answer.count), PAGE_SIZE).get_page(question.page)
    if question.page != page.number:
        question = replace(question, page=page.number)
        answer = current_engine().search(question)
    context = {
        "q": question.text,
        "action": PATH,
        "count": answer.count,
        "cards": product_cards(answer.hits),
        "shops": shop_rows(answer.hits),
        "groups": _groups(question, answer),
        "chips": _chips(question, answer),
        "clear_url": address_for(replace(question, categories=(), provinces=(), stars=())),
        "is_filtered": question.is_filtered,
        "matches": answer.matches,
        "sort_word": SORTS[_order_of(question)],
        "page_obj": page,
        "did_you_mean": answer.did_you_mean,
        "did_you_mean_url": address_for(question, text=answer.did_you_mean) if answer.did_you_mean else "",
    }
    return render(request, "search/results.html", context)


def _order_of(question: Question) -> Sort:
    """The order that the answer really has: without words there is nothing to fit."""
    return Sort.NEWEST if question.sort == Sort.RELEVANCE and not question.text else question.sort


def _facet_names() -> dict[str, str]:
    return {CATEGORY: _("Loại hàng"), PROVINCE: _("Tỉnh, thành phố"), STARS: _("Hạng sao OCOP")}


def _groups(question: Question, answer: Answer) -> list[dict[str, Any]]:
    """What parts/filter_bar.html shows: the facets that have values, then the order."""
    groups: list[dict[str, Any]] = [
        {
            "label": label,
            "name": facet,
            "options": [
                {"value": value.value, "label": value.label, "count": value.count, "checked": value.selected}
                for value in answer.facets[facet]
            ],
        }
        for facet, label in _facet_names().items()
        if answer.facets[facet]
    ]
    orders = [
        {"value": sort.value, "label": word, "checked": sort == _order_of(question)}
        for sort, word in SORTS.items()
        if question.text or sort != Sort.RELEVANCE
    ]
    return [*groups, {"label": _("Sắp xếp"), "name": "sort", "single": True, "options": orders}]


def _chips(question: Question, answer: Answer) -> list[dict[str, str]]:
    """What the list is narrowed to; a value nobody knows is still shown, so that it can be taken away."""
    labels = {(facet, value.value): value.label for facet, values in answer.facets.items() for value in values}
    # A value that fits no word of the question is in no facet; only then its name is looked up.
    labels |= names_of_values(
        [value for value in question.categories if (CATEGORY, value) not in labels],
        [value for value in question.provinces if (PROVINCE, value) not in labels],
    )
    chosen = [
        *((CATEGORY, value) for value in question.categories),
        *((PROVINCE, value) for value in question.provinces),
        *((STARS, str(value)) for value in question.stars),
    ]
    unknown = {**_facet_names(), STARS: _("%(stars)s sao")}
    return [
        {
            "label": labels.get(pair) or unknown[pair[0]] % {"stars": pair[1]},
            "url": address_for(question, without=pair),
        }
        for pair in chosen
    ]
