"""Between addresses and questions, both ways."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.kit.text import squeeze
from search.engines.contract import CATEGORY, LONGEST_QUESTION, PROVINCE, STARS, Question, Sort

PATH = "/tim-kiem"
LAST_PAGE = 10_000
STAR_VALUES = range(1, 6)
SORTS: dict[Sort, str | Promise] = {
    Sort.RELEVANCE: _("Phù hợp nhất"),
    Sort.PRICE_UP: _("Giá tăng dần"),
    Sort.PRICE_DOWN: _("Giá giảm dần"),
    Sort.NEWEST: _("Mới nhất"),
}


def question_of(parameters: QueryDict) -> Question:
    """The question in a page's address. People mistype addresses: what makes no sense is left out."""
    sort, page = parameters.get("sort", ""), parameters.get("page", "")
    return Question(
        text=clean_text(parameters.get("q", "")),
        categories=_distinct(parameters.getlist(CATEGORY)),
        provinces=_distinct(parameters.getlist(PROVINCE)),
        stars=tuple(star for star in STAR_VALUES if str(star) in parameters.getlist(STARS)),
        sort=Sort(sort) if sort in SORTS else Sort.RELEVANCE,
        page=min(int(page), LAST_PAGE) if page.isascii() and page.isdigit() and len(page) < 9 and int(page) else 1,
    )


def clean_text(text: str) -> str:
    """Typed words as one line of NFC text, cut at the length that is read."""
    return squeeze(text)[:LONGEST_QUESTION]


def address_for(question: Question, *, text: str | None = None, without: tuple[str, str] | None = None) -> str:
    """The first page of an answer: to this question, with other words, or without one (facet, value)."""
    pairs: list[tuple[str, str]] = [("q", question.text if text is None else text)]
    for facet, values in (
        (CATEGORY, question.categories),
        (PROVINCE, question.provinces),
        (STARS, question.stars),
    ):
        pairs += [(facet, str(value)) for value in values if (facet, str(value)) != without]
    if question.sort != Sort.RELEVANCE:
        pairs.append(("sort", question.sort))
    query = urlencode([pair for pair in pairs if pair[1]])
    return f"{PATH}?{query}" if query else PATH


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    """Codes as they come, each once; nothing longer than a code, at most 40."""
    return tuple(
        dict.fromkeys(value for value in values if value.isascii() and value.isprintable() and 0 < len(value) <= 40)
    )[:40]
