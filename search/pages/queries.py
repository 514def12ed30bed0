"""What a result page shows of the things found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from core.kit import clock
from core.people.queries import STAFF_ROLES, Viewer
from market.listings.queries import goods_on_show
from market.shops.models import Shop
from market.storefront.queries import Card, cards_of
from onboarding.producers.models import Producer
from onboarding.producers.rules import RECORDERS
from search.documents.models import SearchDocument
from search.engines.contract import CATEGORY, COMMUNE, FORMER, PROVINCE
from search.engines.registry import suggest
from search.pages.wording import distance_words, marked, paper_words
from search.ranking.scoring import Candidate
from search.ranking.understanding import Asked, understood

# Stable public addresses.
ADDRESSES = {
    SearchDocument.Kind.PRODUCT: "/san-pham/{}",
    SearchDocument.Kind.SHOP: "/gian-hang/{}",
    SearchDocument.Kind.OCOP: "/ocop/{}",
    SearchDocument.Kind.PRODUCER: "/lam-thay/{}/nguoi/",  # who acts for it; officers of its place
}


SHORTEST_BEGINNING = 2
MOST_SUGGESTED = 8


@dataclass(frozen=True)
class Row:
    """What search/row.html shows of a thing that is no good; `title` and `producer` are HTML."""

    url: str
    title: str
    producer: str
    place: str
    photo_url: str = ""
    stars: int | None = None
    state: str = ""
    paper: str = ""


@dataclass(frozen=True)
class Section:
    """The things of one kind on a page: cards of goods, rows of all others."""

    kind: str
    items: Sequence[Card | Row]


def address_of(hit: Candidate) -> str:
    """Where the thing found has its page."""
    return ADDRESSES[SearchDocument.Kind(hit.kind)].format(hit.slug)


def suggested(text: str) -> list[str]:
    """Names of public things that begin so; none for less than two signs."""
    return list(suggest(understood(text), limit=MOST_SUGGESTED)) if len(text) >= SHORTEST_BEGINNING else []


def names_of_values(pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """What people read for these (facet, value); values of no document are missing."""
    columns = {CATEGORY: "category", PROVINCE: "province", FORMER: "former", COMMUNE: "commune"}
    wanted = [(facet, value) for facet, value in pairs if facet in columns]
    names: dict[tuple[str, str], str] = {}
    for facet in {facet for facet, _value in wanted}:
        code, name = f"{columns[facet]}_code", f"{columns[facet]}_name"
        documents = SearchDocument.objects.filter(**{f"{code}__in": [each for of, each in wanted if of == facet]})
        names |= {(facet, value): label for value, label in documents.values_list(code, name).distinct()}
    return names


def sections_of(hits: Sequence[Candidate], asked: Asked, viewer: Viewer) -> list[Section]:
    """The hits of one page by kind, the kind of the best hit first; inside a kind in their order."""
    shown_as = SHOWN_AS | {SearchDocument.Kind.PRODUCER: partial(producer_rows, viewer=viewer)}
    found = []
    for kind in dict.fromkeys(hit.kind for hit in hits):
        shown = shown_as[SearchDocument.Kind(kind)]([hit for hit in hits if hit.kind == kind], asked)
        if shown:
            found.append(Section(kind, shown))
    return found


def product_cards(hits: Sequence[Candidate], asked: Asked) -> list[Card]:
    """Cards of the products, in their order, as the goods are now.

    What has left the sale since the documents were read is left out.
    """
    by_id = {hit.object_id: hit for hit in hits}
    goods = {listing.pk: listing for listing in goods_on_show().filter(pk__in=by_id)} if by_id else {}
    found = [goods[object_id] for object_id in by_id if object_id in goods]
    cards = zip(found, cards_of(found), strict=True) if found else ()
    return [
        replace(
            card,
            name=marked(card.name, asked),
            producer=marked(by_id[listing.pk].producer, asked),
            place=_place(by_id[listing.pk]),
        )
        for listing, card in cards
    ]


def shop_rows(hits: Sequence[Candidate], asked: Asked) -> list[Row]:
    """Rows of the shops, in their order."""
    found = Shop.objects.select_related("cover").in_bulk([hit.object_id for hit in hits]) if hits else {}
    rows = []
    for hit in hits:
        shop = found.get(hit.object_id)
        photo = shop.cover.small.url if shop and shop.cover else ""
        who = "" if hit.producer == hit.name else marked(hit.producer, asked)
        rows.append(Row(address_of(hit), marked(hit.name, asked), who, _place(hit), photo))
    return rows


def paper_rows(hits: Sequence[Candidate], asked: Asked) -> list[Row]:
    """Rows of the products with a certificate, in their order, each with its stars and until when it holds."""
    said = SearchDocument.objects.in_bulk([hit.document_id for hit in hits])
    today, rows = clock.today(), []
    for hit in hits:
        paper = said.get(hit.document_id)
        if paper is None or paper.stars_until is None:
            continue  # it was taken away since the answer was made
        rows.append(
            Row(
                address_of(hit),
                marked(hit.name, asked),
                marked(hit.producer, asked),
                _place(hit),
                stars=paper.stars,
                state="valid" if paper.stars_until >= today else "expired",
                paper=paper_words(paper.stars_until, today),
            )
        )
    return rows


def producer_rows(hits: Sequence[Candidate], asked: Asked, viewer: Viewer) -> list[Row]:
    """Rows of the producers that are in the viewer's area now, in their order, whatever an engine says; each leads to its page
    where the viewer may open that."""
    area = viewer.area(*STAFF_ROLES, unit_field="commune")
    found = Producer.objects.filter(area).select_related("commune").in_bulk([hit.object_id for hit in hits])
    return [
        Row(
            address_of(hit) if viewer.covers(producer.commune, *RECORDERS) else "",
            marked(hit.name, asked),
            producer.get_kind_display(),
            _place(hit),
        )
        for hit in hits
        if (producer := found.get(hit.object_id))
    ]


SHOWN_AS: dict[SearchDocument.Kind, Callable[[Sequence[Candidate], Asked], Sequence[Card | Row]]] = {
    SearchDocument.Kind.PRODUCT: product_cards,
    SearchDocument.Kind.SHOP: shop_rows,
    SearchDocument.Kind.OCOP: paper_rows,
}


def _place(hit: Candidate) -> str:
    return ", ".join(filter(None, (hit.place, distance_words(hit.metres))))
