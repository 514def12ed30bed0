"""Keeping the documents in step with the goods, in the transaction that changed them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from core.events.registry import emit
from core.kit import clock
from core.kit.text import nfc
from core.places.models import Unit
from market.listings.events import ListingChanged
from market.listings.models import Listing, ListingBadge
from market.listings.queries import goods_on_show, with_promotions
from market.listings.rules import selling_price
from market.shops.events import ShopChanged
from market.shops.models import Shop
from onboarding.producers.models import Producer
from search.documents.events import DocumentRemoved, DocumentStored
from search.documents.models import SearchDocument
from search.documents.queries import documents_without_goods, former_places, listings_with_turned_badges
from search.documents.wording import folded_text, raw_text

LONGEST_BODY = 10_000  # characters of a description that are searched
CHUNK = 200
PRODUCT, SHOP = SearchDocument.Kind.PRODUCT, SearchDocument.Kind.SHOP


@dataclass(frozen=True)
class Rebuilt:
    """How many documents a rebuild wrote and took away."""

    products: int
    shops: int
    removed: int


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
        _index_products(ids[start : start + CHUNK])
    index_shop(event.shop_id)


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
        touched[shop_id].add(listing_id)
    moved = _index_products(family)
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
    shop = (
        Shop.objects.filter(pk=shop_id).select_related("producer__commune__parent").first()
        if goods_on_show().filter(shop_id=shop_id).exists()
        else None
    )
    if shop is None:
        _remove(SHOP, shop_id)
    else:
        _store_shop(shop)


def refresh_documents() -> int:
    """Bring back in step what no event told: badges that started or ended with the day, shops whose last goods
    left in two transactions at once. Returns how many documents were touched; running twice is harmless."""
    turned, now = list(listings_with_turned_badges(clock.today())), clock.now()
    for listing_id in turned:
        index_listing(listing_id)
        # Looked at, also where the document says the same (a revoked badge that ended).
        SearchDocument.objects.filter(kind=PRODUCT, object_id=listing_id).update(indexed_at=now)
    return len(turned) + remove_leftovers()


def remove_leftovers() -> int:
    """Remove the documents of what is not for sale; returns how many."""
    leftovers = list(documents_without_goods().values_list("kind", "object_id"))
    for kind, object_id in leftovers:
        _remove(kind, object_id)
    return len(leftovers)


def rebuild_documents() -> Rebuilt:
    """Write every document again, in short transactions: searching goes on meanwhile, and nothing disappears."""
    products = shops = 0
    places = _FormerPlaces()
    listing_ids = list(goods_on_show().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(listing_ids), CHUNK):
        with transaction.atomic():
            for listing in with_promotions(goods_on_show()).filter(pk__in=listing_ids[start : start + CHUNK]):
                _store_product(listing, places)
                products += 1
    shop_ids = list(goods_on_show().order_by("shop_id").values_list("shop_id", flat=True).distinct())
    for start in range(0, len(shop_ids), CHUNK):
        with transaction.atomic():
            chunk = Shop.objects.filter(pk__in=shop_ids[start : start + CHUNK])
            for shop in chunk.select_related("producer__commune__parent"):
                _store_shop(shop)
                shops += 1
    return Rebuilt(products, shops, remove_leftovers())


def _family(listing_ids: Collection[int]) -> list[int]:
    """The listings and all sizes of the same goods: which of them stands for a good may have changed with it."""
    mains = Listing.objects.filter(pk__in=listing_ids, main__isnull=False).values_list("main_id", flat=True)
    heads = {*listing_ids, *mains}
    sizes = Listing.objects.filter(main_id__in=heads).values_list("pk", flat=True)
    return sorted({*heads, *sizes})


def _index_products(listing_ids: Sequence[int]) -> set[int]:
    """Those that have come or gone."""
    shown = with_promotions(goods_on_show()).in_bulk(listing_ids)
    documents = SearchDocument.objects.filter(kind=PRODUCT, object_id__in=listing_ids)
    known = {document.object_id: document for document in documents}
    moved, places = set(), _FormerPlaces()
    for listing_id in listing_ids:
        listing = shown.get(listing_id)
        if listing is None:
            has_moved = listing_id in known and _remove(PRODUCT, listing_id)
        else:
            has_moved = _store_product(listing, places, known=known.get(listing_id))
        if has_moved:
            moved.add(listing_id)
    return moved


def _store_product(listing: Listing, places: _FormerPlaces, *, known: SearchDocument | None = None) -> bool:
    # `goods_on_show` has put today's badges there, highest stars first.
    badges: list[ListingBadge] = listing.current_badges  # type: ignore[attr-defined]
    best = next((badge for badge in badges if badge.stars is not None), None)
    kind = listing.category
    assert kind is not None, "what is on sale has a category"
    return _store(
        PRODUCT,
        listing.pk,
        known=known,
        places=places,
        shop=listing.shop,
        name=listing.name,
        slug=listing.slug,
        category_code=kind.code,
        category_name=kind.name,
        stars=best.stars if best else None,
        stars_until=best.valid_until if best else None,
        price=selling_price(listing),
        published_at=listing.published_at or listing.made_at,
        body=[
            kind.name,
            kind.sector,
            listing.shop.name,
            *(badge.label for badge in badges),
            listing.description[:LONGEST_BODY],
        ],
    )


def _store_shop(shop: Shop) -> None:
    _store(
        SHOP,
        shop.pk,
        known=None,  # written anew: two that take the last goods away and bring the first meet here
        places=_FormerPlaces(),
        shop=shop,
        name=shop.name,
        slug=shop.slug,
        published_at=shop.opened_at,
        body=[shop.producer.get_kind_display(), shop.story[:LONGEST_BODY]],
    )


class _FormerPlaces(dict[int, list[str]]):
    """`former_places` by commune: the goods of a shop share theirs."""

    def of(self, commune: Unit) -> list[str]:
        if commune.pk not in self:
            self[commune.pk] = former_places(commune)
        return self[commune.pk]


def _store(
    kind: str,
    object_id: int,
    *,
    known: SearchDocument | None,
    places: _FormerPlaces,
    shop: Shop,
    name: str,
    body: list[str],
    **facts: Any,
) -> bool:
    """Whether the document is new. One that is `known` and says the same is neither written nor locked."""
    producer: Producer = shop.producer
    commune, province = producer.commune, producer.commune.parent
    place = f"{commune}, {province.name}" if province else str(commune)
    raw_name = raw_text(name)
    raw_body = raw_text(producer.name, place, *places.of(commune), *body)
    values = {
        "shop_id": shop.pk,
        "name": nfc(name),
        "producer": nfc(producer.name),
        "place": place,
        "province_code": province.code if province else "",
        "province_name": province.name if province else "",
        "raw_name": raw_name,
        "raw_body": raw_body,
        "folded_name": folded_text(raw_name),
        "folded_body": folded_text(raw_body),
        **facts,
    }
    if known is not None and _is_in_step(known, values):
        return False
    document, is_new = SearchDocument.objects.update_or_create(
        kind=kind, object_id=object_id, defaults=values | {"indexed_at": clock.now()}
    )
    emit(DocumentStored(document.pk))
    return is_new


def _is_in_step(document: SearchDocument, values: dict[str, Any]) -> bool:
    return all(getattr(document, name) == value for name, value in values.items())


@transaction.atomic
def _remove(kind: str, object_id: int) -> bool:
    """Whether there was a document."""
    documents = list(SearchDocument.objects.filter(kind=kind, object_id=object_id))
    for document in documents:
        document_id = document.pk
        document.delete()
        emit(DocumentRemoved(document_id))
    return bool(documents)
