"""Keeping the documents in step with what they stand for, in the transaction that changed it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet

from core.events.registry import gathered
from core.kit import clock
from core.places.models import Unit
from market.listings.events import ListingChanged
from market.listings.models import Listing
from market.shops.events import ShopChanged
from market.shops.models import Shop
from ocop.certificates.events import CertificatesChanged
from ocop.presence.events import PresenceChanged
from ocop.register.models import OcopProduct
from onboarding.accounts.events import LinkSeen
from onboarding.consent.events import ConsentsRecorded
from onboarding.producers.events import ProducersChanged
from onboarding.producers.models import Producer
from search.documents import queries
from search.documents.facts import Facts, facts_of_listing, facts_of_ocop_product, facts_of_producer, facts_of_shop
from search.documents.models import SearchDocument
from search.documents.queries import Map
from search.documents.writing import is_in_step, remove, store, store_new

CHUNK = 500  # things in one transaction: so many are read with the same few queries
Key = tuple[str, int]  # kind and id of what a document stands for
Row = TypeVar("Row", bound=Model)
PRODUCT, SHOP = SearchDocument.Kind.PRODUCT, SearchDocument.Kind.SHOP
OCOP, PRODUCER = SearchDocument.Kind.OCOP, SearchDocument.Kind.PRODUCER


@dataclass(frozen=True)
class _Source(Generic[Row]):
    """Where the documents of one kind come from: the things to find (those with some ids, or all), what is said of one (None: nothing
    any more), and where it is."""

    kind: str
    read: Callable[[Collection[int] | None], QuerySet[Row]]
    facts_of: Callable[[Row, Map], Facts | None]
    place_of: Callable[[Row], Unit | None]


@dataclass(frozen=True)
class Rebuilt:
    """How many documents of each kind a rebuild wrote or found in step, how many it took away, and how many in all were out of
    step before."""

    products: int
    shops: int
    ocop: int
    producers: int
    removed: int
    out_of_step: int


def listing_changed(event: ListingChanged) -> None:
    """Handler: see `index_listing`."""
    index_listing(event.listing_id)


def listings_changed(events: Collection[ListingChanged]) -> None:
    """Handler of several at once."""
    index_listings([event.listing_id for event in events])


def shop_changed(event: ShopChanged) -> None:
    """Handler: a shop's name stands in the documents of all its goods, and its state hides them."""
    listings = Listing.objects.filter(shop_id=event.shop_id).values_list("pk", flat=True)
    known = SearchDocument.objects.filter(kind=PRODUCT, shop_id=event.shop_id).values_list("object_id", flat=True)
    ids = sorted({*listings, *known})
    for start in range(0, len(ids), CHUNK):
        _index(_GOODS, ids[start : start + CHUNK])
    index_shop(event.shop_id)


def paper_changed(event: CertificatesChanged | PresenceChanged) -> None:
    """Handler: a product of the register has other papers, facts or pages."""
    index_ocop_products([event.product_id])


def producers_changed(event: ProducersChanged) -> None:
    """Handler: producers came, or are called or placed otherwise; their goods follow with their shops' events."""
    _index(_PRODUCERS, event.producer_ids)


def consents_recorded(event: ConsentsRecorded) -> None:
    """Handler: a maker may be named from now on, or no longer."""
    products = OcopProduct.objects.filter(producer=event.producer_id)
    index_ocop_products(list(products.values_list("pk", flat=True)))


def link_seen(event: LinkSeen) -> None:
    """Handler: somebody looked at a page; what was seen there for sale may have turned."""
    listings = Listing.objects.filter(on_platforms__link_id=event.link_id)
    mains = {main_id or pk for pk, main_id in listings.values_list("pk", "main_id")}
    if mains:
        note_platforms(mains)
    if products := queries.ocop_products_of_page(event.link_id):
        index_ocop_products(products)


def index_listing(listing_id: int) -> None:
    """Write the documents of a listing and of its shop, or remove what is not for sale (or not there) any more."""
    index_listings([listing_id])


@transaction.atomic
def index_listings(listing_ids: Collection[int]) -> None:
    """`index_listing` of several; what there is to read is read once."""
    family = _family(listing_ids)
    touched: dict[int, set[int]] = defaultdict(set)  # listings by shop, read before the documents go
    for listing_id, shop_id in [
        *SearchDocument.objects.filter(kind=PRODUCT, object_id__in=family).values_list("object_id", "shop_id"),
        *Listing.objects.filter(pk__in=family).values_list("pk", "shop_id"),
    ]:
        if shop_id is not None:
            touched[shop_id].add(listing_id)
    moved = _index(_GOODS, family)
    # A shop's document says nothing of its goods but that there are some. It is left alone while that stays so: orders take
    # the goods of several shops in the order of the goods, and would wait for each other at the shops' documents.
    known = SearchDocument.objects.filter(kind=SHOP, object_id__in=touched).values_list("object_id", flat=True)
    lacking = set(touched) - set(known)
    for shop_id in sorted(touched):
        if moved & touched[shop_id] or shop_id in lacking:
            index_shop(shop_id)


@transaction.atomic
def index_shop(shop_id: int) -> None:
    """Write the document of a shop with at least one good for sale, or remove it."""
    shop = queries.shops([shop_id]).first()
    if shop is None:
        remove(SHOP, shop_id)
    else:
        # Written anew: two that take the last goods away and bring the first meet here.
        store(SHOP, shop_id, facts_of_shop(shop, Map()))


def index_ocop_products(product_ids: Collection[int]) -> None:
    """Write the documents of products of the register, or remove those without a paper to show."""
    _index(_REGISTER, product_ids)


@transaction.atomic
def note_platforms(listing_ids: Collection[int] | None) -> int:
    """Write on the documents of goods (these, or all) where they were seen for sale; returns how many said otherwise."""
    seen = queries.platforms_of(listing_ids, clock.today())
    documents = SearchDocument.objects.filter(kind=PRODUCT)
    documents = documents.exclude(platforms="") if listing_ids is None else documents.filter(object_id__in=listing_ids)
    known = dict(documents.values_list("object_id", "platforms"))
    turned = 0
    for object_id in sorted({*known, *seen}):
        wanted = {"platforms": seen.get(object_id, "")}
        if known.get(object_id, "") == wanted["platforms"]:
            continue
        if object_id in known or SearchDocument.objects.filter(kind=PRODUCT, object_id=object_id).exists():
            store(PRODUCT, object_id, wanted)
            turned += 1
    return turned


def refresh_documents() -> int:
    """Bring back in step what no event told: badges and papers that started or ended with the day, pages not seen for long, shops
    whose last goods left in two transactions at once. Returns how many documents were touched; running twice is harmless."""
    turned, now = list(queries.listings_with_turned_badges(clock.today())), clock.now()
    for listing_id in turned:
        index_listing(listing_id)
        # Looked at, also where the document says the same (a revoked badge that ended).
        SearchDocument.objects.filter(kind=PRODUCT, object_id=listing_id).update(indexed_at=now)
    ended = list(queries.ocop_products_with_turned_papers(clock.today()))
    index_ocop_products(ended)
    faded = set[Key]()
    seen = queries.ocop_products_on_platforms()
    for start in range(0, len(seen), CHUNK):
        _index(_REGISTER, seen[start : start + CHUNK], wrong=faded)
    return len(turned) + len(ended) + len(faded) + note_platforms(None) + remove_leftovers()


def remove_leftovers() -> int:
    """Remove the documents of what is not there or not for sale; returns how many."""
    leftovers = list(queries.documents_without_goods().values_list("kind", "object_id"))
    for kind, object_id in leftovers:
        remove(kind, object_id)
    return len(leftovers)


def rebuild_documents(*, told: Callable[[str, int], None] = lambda kind, done: None) -> Rebuilt:
    """Write every document that does not say what it should, in short transactions: searching goes on meanwhile, and nothing
    disappears. `told` hears how many of a kind are done."""
    wrong = set[Key]()
    products = _rebuild(_GOODS, told, wrong)
    turned = note_platforms(None)
    shops = _rebuild(_SHOPS, told, wrong)
    ocop = _rebuild(_REGISTER, told, wrong)
    producers = _rebuild(_PRODUCERS, told, wrong)
    removed = remove_leftovers()
    return Rebuilt(products, shops, ocop, producers, removed, len(wrong) + turned + removed)


def _rebuild(source: _Source[Row], told: Callable[[str, int], None], wrong: set[Key]) -> int:
    ids = list(source.read(None).order_by("pk").values_list("pk", flat=True))
    places = Map()
    for start in range(0, len(ids), CHUNK):
        _index(source, ids[start : start + CHUNK], places, wrong)
        told(source.kind, min(start + CHUNK, len(ids)))
    return len(ids)


@transaction.atomic
def _index(
    source: _Source[Row], ids: Iterable[int], places: Map | None = None, wrong: set[Key] | None = None
) -> set[int]:
    """Write the documents of these things as they are now, remove those of what is gone; returns the ids of those that came or
    went. `wrong` takes in what was not in step."""
    wanted = sorted(set(ids))
    if not wanted:
        return set()
    rows = {row.pk: row for row in source.read(wanted)}
    documents = SearchDocument.objects.filter(kind=source.kind, object_id__in=wanted)
    known = {document.object_id: document for document in documents}
    places = places or Map()
    places.learn(source.place_of(row) for row in rows.values())
    facts = {pk: source.facts_of(rows[pk], places) if pk in rows else None for pk in wanted}
    differing = {pk for pk in known if (said := facts[pk]) is None or not is_in_step(known[pk], said)}
    # What is told of each is told at the end, of all at once.
    with gathered():
        moved = store_new(source.kind, {pk: said for pk, said in facts.items() if said is not None and pk not in known})
        for pk in sorted(differing):
            if (said := facts[pk]) is not None:
                has_moved = store(source.kind, pk, said, known=known[pk])
            else:
                has_moved = remove(source.kind, pk)
            if has_moved:
                moved.add(pk)
    if wrong is not None:
        wrong |= {(source.kind, pk) for pk in moved | differing}
    return moved


_GOODS = _Source[Listing](PRODUCT, queries.goods, facts_of_listing, lambda listing: listing.shop.producer.commune)
_SHOPS = _Source[Shop](SHOP, queries.shops, facts_of_shop, lambda shop: shop.producer.commune)
_REGISTER = _Source[OcopProduct](
    OCOP,
    lambda ids: queries.ocop_products(clock.today(), ids),
    lambda product, places: facts_of_ocop_product(product, places, clock.today()),
    lambda product: product.unit,
)
_PRODUCERS = _Source[Producer](PRODUCER, queries.producers, facts_of_producer, lambda producer: producer.commune)


def _family(listing_ids: Collection[int]) -> list[int]:
    """The listings and all sizes of the same goods: which of them stands for a good may have changed with it."""
    mains = Listing.objects.filter(pk__in=listing_ids, main__isnull=False).values_list("main_id", flat=True)
    heads = {*listing_ids, *mains}
    sizes = Listing.objects.filter(main_id__in=heads).values_list("pk", flat=True)
    return sorted({*heads, *sizes})
