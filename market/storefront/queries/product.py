"""Everything a product page shows, in ten queries at any size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import QuerySet, prefetch_related_objects

from core.kit import clock
from core.people.queries import Viewer
from market.goods.queries import rules_in_force
from market.listings.models import Listing, ListingBadge, ListingPhoto
from market.listings.queries import maker_named, papers_on_show, photos_and_badges, sizes_beside, standing_for
from market.listings.rules import is_for_adults, maker_shown, may_be_advertised
from market.platforms.models import PlatformListing
from market.shops.models import Shop
from market.storefront.queries.cards import Card, card_of
from market.storefront.queries.origin import Origin, origin_of, public_phone
from market.storefront.queries.prices import Price, price_of
from onboarding.consent.models import Purpose
from onboarding.consent.queries import agreeing
from onboarding.papers.queries import PublicPaper, public_words
from onboarding.producers.models import Producer
from onboarding.producers.queries import producers_at_work

OTHERS = 4


class Standing(StrEnum):
    """What somebody finds at a product's address."""

    SOLD = "sold"  # a page; with a basket where the shop is open
    GONE = "gone"  # taken down, or the shop was closed: said calmly
    UNKNOWN = "unknown"  # never shown, or not shown now


@dataclass(frozen=True)
class Size:
    """One size of the good in the chooser."""

    listing: Listing
    price: Price
    is_this: bool


@dataclass(frozen=True)
class ProductFacts:
    """What the product page shows; `canonical` is the listing whose address stands for all sizes."""

    listing: Listing
    canonical: Listing
    photos: list[ListingPhoto]
    badges: list[ListingBadge]
    price: Price
    sizes: list[Size]
    maker: Producer
    origin: Origin
    papers: list[PublicPaper]
    others: list[Card]
    elsewhere: list[PlatformListing]
    for_adults: bool
    is_advertisable: bool
    phone: str


def product_standing(slug: str) -> tuple[Standing, Listing | None]:
    """What is at this address, and the listing with everything that is one row of it; one query."""
    listing = _with_what_is_one(Listing.objects.all()).filter(slug=slug).first()
    if listing is None or listing.state != Listing.State.PUBLISHED or listing.shop.state == Shop.State.DRAFT:
        return Standing.UNKNOWN, None
    if listing.taken_down_at is not None or listing.shop.state == Shop.State.CLOSED:
        return Standing.GONE, listing
    return Standing.SOLD, listing


def product_to_preview(viewer: Viewer, sku: str) -> Listing | None:
    """A listing in any state with everything that is one row of it, for those who write it today; else None."""
    mine = Listing.objects.filter(shop__producer__in=producers_at_work(viewer))
    return _with_what_is_one(mine).filter(sku=sku).first()


def product_facts(listing: Listing) -> ProductFacts:
    """What the page of a listing from `product_standing` or `product_to_preview` shows."""
    main_id = listing.main_id or listing.pk
    rules = rules_in_force(clock.today())
    sizes = sizes_beside(listing, OTHERS, rules)
    family = sizes.pop(main_id, [])
    if all(size.pk != listing.pk for size in family):
        family.append(listing)  # a preview: it is not shown yet
    others = sorted((standing_for(some) for some in sizes.values()), key=_published, reverse=True)
    prefetch_related_objects([listing, *others], *photos_and_badges())
    this = next(size for size in family if size.pk == listing.pk)
    producer = listing.shop.producer
    maker = maker_shown(listing)
    return ProductFacts(
        listing=listing,
        canonical=standing_for(family),
        photos=list(listing.photos.all()),
        badges=listing.current_badges,  # type: ignore[attr-defined]
        price=price_of(this),
        sizes=[Size(size, price_of(size), size.pk == listing.pk) for size in family] if len(family) > 1 else [],
        maker=maker,
        origin=origin_of(listing.origin or maker.commune),
        papers=[public_words(paper) for paper in papers_on_show(listing)],
        others=[card_of(other, sizes[other.main_id or other.pk]) for other in others],
        elsewhere=live_elsewhere(listing),
        for_adults=is_for_adults(listing, rules),
        is_advertisable=may_be_advertised(listing, rules=rules),
        phone=public_phone(producer, listing.contact_agreed),  # type: ignore[attr-defined]
    )


def live_elsewhere(listing: Listing) -> list[PlatformListing]:
    """The other platforms where this listing was seen live."""
    rows = listing.on_platforms.filter(observed=PlatformListing.Observed.LIVE, wanted=True).exclude(url="")
    return list(rows.select_related("connection__platform").order_by("connection__platform__name"))


def _published(listing: Listing) -> tuple[datetime, int]:
    return listing.published_at or listing.made_at, listing.pk


def _with_what_is_one(rows: QuerySet[Listing]) -> QuerySet[Listing]:
    return rows.select_related(
        "shop__producer__commune__parent", "category", "maker__commune__parent", "origin__parent"
    ).annotate(
        contact_agreed=agreeing(Purpose.CONTACT, of="shop__producer"),
        maker_named_publication=maker_named(),
    )
