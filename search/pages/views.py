"""The result page, and what the search box proposes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.people.limits.rules import PUBLIC_SEARCH, PUBLIC_SUGGESTIONS
from core.people.limits.views import limited
from core.people.queries import viewer_of
from search.engines.contract import PAGE_SIZE, PRODUCER, Answer, Sort
from search.engines.registry import search
from search.pages.forms import PATH, SORTS, Asking, address_for, clean_text, fields_of, question_of
from search.pages.narrowing import chips_of, groups_of, order_of
from search.pages.places import Places, places_of
from search.pages.queries import sections_of, suggested
from search.pages.rules import is_miss, scope_of
from search.ranking.understanding import understood
from search.upkeep.actions import note_miss


@require_safe
@limited(PUBLIC_SEARCH)
def results(request: HttpRequest) -> HttpResponse:
    """What is it, who made it, may I trust it? One page of goods, shops and papers, with ways to narrow them."""
    places, viewer = places_of(request.GET), viewer_of(request)
    question = question_of(request.GET, places.here, scope_of(viewer))
    answer = search(question)
    if is_miss(question, answer):
        note_miss(text=question.text)
    # A Page over plain numbers: the engine has already cut the hits.
    page = Paginator(range(answer.count), PAGE_SIZE).get_page(question.page)
    if question.page != page.number:
        question = replace(question, page=page.number)
        answer = search(question)
    context = {
        "q": question.text,
        "action": PATH,
        "sections": sections_of(answer.hits, understood(answer.did_you_mean or question.text), viewer),
        "groups": groups_of(question, answer),
        "chips": chips_of(question, answer),
        "clear_url": address_for(replace(question, chosen={})),
        "is_filtered": question.is_filtered,
        "sort_word": SORTS[order_of(question)],
        "page_obj": page,
        "first_url": address_for(question),
        "sees_producers": PRODUCER in question.scope.kinds,
        **_said(question, answer),
        **_near(question, places),
    }
    return render(request, "search/results.html", context)


@require_safe
@limited(PUBLIC_SUGGESTIONS)
def suggestions(request: HttpRequest) -> JsonResponse:
    """Names that begin with what is in the search box, while somebody types: `{"suggestions": [name, …]}`."""
    return JsonResponse({"suggestions": suggested(clean_text(request.GET.get("q", "")))})


def _said(question: Asking, answer: Answer) -> dict[str, Any]:
    """What the page says about the answer itself."""
    everything = replace(question, chosen={})
    return {
        "count": answer.count,
        "matches": answer.matches,
        "stands_in": answer.stands_in,
        "did_you_mean": answer.did_you_mean,
        "did_you_mean_url": address_for(everything, text=answer.did_you_mean) if answer.did_you_mean else "",
        "fewer": [(text, count, address_for(everything, text=text)) for text, count in answer.fewer],
    }


def _near(question: Asking, places: Places) -> dict[str, Any]:
    """From where distances are measured, and how to say another place."""
    anywhere = replace(question, place=None, near=None, sort=Sort.RELEVANCE)
    return {
        "here": places.here.words if places.here else "",
        "anywhere_url": address_for(anywhere),
        "near_fields": fields_of(anywhere),
        "kept": [question.place] if question.place else [],
        "written_place": places.written,
        "meant_places": [
            {"title": place.words, "url": address_for(replace(anywhere, place=place.field, sort=Sort.NEAR))}
            for place in places.several
        ],
    }
