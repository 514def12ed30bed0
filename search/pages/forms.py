"""Between addresses and questions, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.kit.text import squeeze
from search.engines.contract import FACETS, STARS, Question, Scope, Sort
from search.pages.places import Place
from search.pages.rules import PUBLIC
from search.ranking.understanding import LONGEST_QUESTION

PATH = "/tim-kiem"
LAST_PAGE = 10_000
STAR_VALUES = frozenset(map(str, range(1, 6)))
MOST_CHOSEN = 40  # values of one facet that are read
SORTS: dict[Sort, str | Promise] = {
    Sort.RELEVANCE: _("Phù hợp nhất"),
    Sort.PRICE_UP: _("Giá tăng dần"),
    Sort.PRICE_DOWN: _("Giá giảm dần"),
    Sort.NEWEST: _("Mới nhất"),
    Sort.NEAR: _("Gần nhất"),
}


@dataclass(frozen=True)
class Asking(Question):
    """A question as a page's address asks it; `place` is the field of the address that says from where."""

    place: tuple[str, str] | None = None


def question_of(parameters: QueryDict, here: Place | None = None, scope: Scope = PUBLIC) -> Asking:
    """The question in a page's address. People mistype addresses: what makes no sense is left out.

    Whoever says where they are wants what is near first, unless they ask for another order; without a place there is no near.
    """
    sort, page = parameters.get("sort", ""), parameters.get("page", "")
    usual = Sort.NEAR if here else Sort.RELEVANCE
    return Asking(
        text=clean_text(parameters.get("q", "")),
        chosen=chosen_of({facet: parameters.getlist(facet) for facet in FACETS}),
        sort=Sort(sort) if sort in SORTS and (here or sort != Sort.NEAR) else usual,
        scope=scope,
        near=here.spot if here else None,
        place=here.field if here else None,
        page=min(int(page), LAST_PAGE) if page.isascii() and page.isdigit() and len(page) < 9 and int(page) else 1,
    )


def clean_text(text: str) -> str:
    """Typed words as one line of NFC text, cut at the length that is read."""
    return squeeze(text)[:LONGEST_QUESTION]


def address_for(question: Asking, *, text: str | None = None, without: tuple[str, str] | None = None) -> str:
    """The first page of an answer: to this question, with other words, or without one (facet, value)."""
    pairs = fields_of(replace(question, text=question.text if text is None else text))
    query = urlencode([pair for pair in pairs if pair != without])
    return f"{PATH}?{query}" if query else PATH


def fields_of(question: Asking) -> list[tuple[str, str]]:
    """The fields of the address that ask this, without the page."""
    pairs: list[tuple[str, str]] = [("q", question.text)]
    for facet in FACETS:
        pairs += [(facet, value) for value in question.chosen.get(facet, ())]
    if question.sort != (Sort.NEAR if question.place else Sort.RELEVANCE):
        pairs.append(("sort", question.sort))
    if question.place:
        pairs.append(question.place)
    return [pair for pair in pairs if pair[1]]


def chosen_of(values: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """The values by facet that make sense; facets without any are left out."""
    found = {facet: _distinct(each) for facet, each in values.items()}
    found[STARS] = tuple(each for each in found.get(STARS, ()) if each in STAR_VALUES)
    return {facet: each for facet, each in found.items() if each}


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    """Codes as they come, each once; nothing longer than a code, at most 40."""
    return tuple(
        dict.fromkeys(value for value in values if value.isascii() and value.isprintable() and 0 < len(value) <= 40)
    )[:MOST_CHOSEN]
