"""`GET /search` for programs: public, read only."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja.errors import HttpError

from core.people.limits.rules import PUBLIC_SEARCH
from core.people.limits.views import ApiLimit
from search.engines.contract import Question, Sort, Spot
from search.engines.registry import search as find
from search.pages.forms import LAST_PAGE, chosen_of, clean_text
from search.pages.places import LONGEST_NAME, places_called
from search.pages.queries import address_of
from search.pages.rules import is_miss
from search.upkeep.actions import note_miss

router = Router(tags=["search"])
Codes = Annotated[list[str], Query(max_length=40)]


class Result(Schema):
    """One product or shop; `price` is whole đồng for one unit of sale, null for shops."""

    type: str
    slug: str
    name: str
    producer: str
    stars: int | None
    price: int | None
    url: str


class FacetValueOut(Schema):
    """A value of a facet; `count` respects the other facets chosen."""

    value: str
    label: str
    count: int
    selected: bool


class SearchOut(Schema):
    """One page (24 results) of an answer."""

    count: int
    results: list[Result]
    facets: dict[str, list[FacetValueOut]]
    engine: str
    did_you_mean: str | None


@router.get(
    "/search", response=SearchOut, auth=None, summary="Search products and shops", throttle=[ApiLimit(PUBLIC_SEARCH)]
)
def search(
    request: HttpRequest,
    q: str = "",
    page: Annotated[int, Query(ge=1, le=LAST_PAGE)] = 1,
    kind: Codes = [],  # noqa: B006  (ninja copies it)
    sector: Codes = [],  # noqa: B006
    group: Codes = [],  # noqa: B006
    category: Codes = [],  # noqa: B006
    stars: Annotated[list[Annotated[int, Query(ge=1, le=5)]], Query(max_length=5)] = [],  # noqa: B006
    certificate: Codes = [],  # noqa: B006
    province: Codes = [],  # noqa: B006
    former: Codes = [],  # noqa: B006
    commune: Codes = [],  # noqa: B006
    price: Codes = [],  # noqa: B006
    stock: Codes = [],  # noqa: B006
    platform: Codes = [],  # noqa: B006
    sort: Sort | None = None,
    near: Annotated[str, Query(max_length=LONGEST_NAME)] = "",
) -> SearchOut:
    """Words with or without accents; each facet may be repeated: its values widen, facets narrow each other.

    `near` is where distances are measured from: "latitude,longitude" in Viet Nam, rounded to two decimals; the code of a commune of
    today; or the name of one (422 where it is none, or several: the answer names their codes). With it what is near comes first
    unless `sort` says otherwise; without it sort=near means relevance.
    """
    chosen = chosen_of(
        {
            "kind": kind, "sector": sector, "group": group, "category": category, "stars": map(str, stars),
            "certificate": certificate, "province": province, "former": former, "commune": commune, "price": price,
            "stock": stock, "platform": platform,
        }
    )  # fmt: skip
    spot = _spot(near)
    usual = Sort.NEAR if spot else Sort.RELEVANCE
    question = Question(clean_text(q), chosen, sort or usual, page, spot)
    answer = find(question)
    if is_miss(question, answer):
        note_miss(text=question.text)
    return SearchOut(
        count=answer.count,
        results=[
            Result(
                type=hit.kind,
                slug=hit.slug,
                name=hit.name,
                producer=hit.producer,
                stars=hit.stars,
                price=hit.price,
                url=address_of(hit),
            )
            for hit in answer.hits
        ],
        facets={
            facet: [FacetValueOut(**value._asdict()) for value in values] for facet, values in answer.facets.items()
        },
        engine=answer.engine,
        did_you_mean=answer.did_you_mean,
    )


def _spot(near: str) -> Spot | None:
    """The place a program means; raises HttpError where it is none or several."""
    if not near:
        return None
    places = places_called(near)
    if places.here:
        return places.here.spot
    meant = "; ".join(f"{place.field[1]} ({place.words})" for place in places.several)
    raise HttpError(422, f"near is several places: {meant}" if meant else "near is no place in Viet Nam that is known")
