"""Which products were seen on which platform, and which listings could be one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from core.kit.clock import window
from core.kit.text import fold_words
from core.places.models import Level
from market.listings.models import ON_SALE, Listing
from market.platforms.models import PlatformListing
from ocop.presence.models import PresenceLink
from ocop.presence.rules import POSTMART, VOSO, limits_on
from ocop.register.models import OcopProduct
from onboarding.accounts.models import Observation
from onboarding.accounts.queries import counting_on, platforms_named

_CONCLUSIVE = (Observation.Result.LIVE, Observation.Result.GONE)
CANDIDATES = 20


@dataclass(frozen=True)
class Seen:
    """The last conclusive look at a product's page on a platform; `at` None: nobody has looked yet.

    `counts` says whether it makes the product online there on the day asked for.
    """

    platform: str
    platform_name: str
    url: str
    at: datetime | None
    result: str
    observer: str
    counts: bool


def pages_on(on: date) -> QuerySet[Any]:
    """PlatformListings on platforms that count for the target on that day, with `last_result`, `last_at` and `last_observer` of
    the last look, up to that day, at which the page was there or gone. "Could not be checked" says neither."""
    upto = window(on, 0).end
    last = Observation.objects.filter(link=OuterRef("link"), at__lt=upto, result__in=_CONCLUSIVE).order_by("-at", "-pk")
    return PlatformListing.objects.filter(counting_on(on, "link__platform__")).annotate(
        last_result=Subquery(last.values("result")[:1]),
        last_at=Subquery(last.values("at")[:1]),
        last_observer=Subquery(last.values("observer")[:1]),
    )


def with_presence_marks(products: QuerySet[OcopProduct], on: date) -> QuerySet[OcopProduct]:
    """Products marked `is_on_voso` and `is_on_postmart`: seen live there at most 30 days before the day (see
    `rules.LIMITS`) through an open link, and not seen gone since."""
    fresh = window(on, limits_on(on).product_days)
    live = pages_on(on).filter(
        listing__presence_links__product=OuterRef("pk"),
        listing__presence_links__ended_at__isnull=True,
        last_result=Observation.Result.LIVE,
        last_at__gte=fresh.start,
    )
    return products.annotate(
        is_on_voso=Exists(live.filter(link__platform__in=platforms_named(VOSO))),
        is_on_postmart=Exists(live.filter(link__platform__in=platforms_named(POSTMART))),
    )


def seen_on_platforms(product_ids: Iterable[int], on: date) -> dict[int, list[Seen]]:
    """The evidence behind `with_presence_marks`, by product id, newest first; one query however many products."""
    fresh = window(on, limits_on(on).product_days)
    found: defaultdict[int, list[Seen]] = defaultdict(list)
    pages = pages_on(on).filter(
        listing__presence_links__product__in=list(product_ids), listing__presence_links__ended_at__isnull=True
    )
    pages = pages.annotate(product_id=F("listing__presence_links__product")).select_related("link", "link__platform")
    for page in pages.order_by("-last_at", "-pk"):
        link = page.link
        if link is None:
            continue
        counts = page.last_result == Observation.Result.LIVE and page.last_at >= fresh.start
        platform = link.platform
        found[page.product_id].append(
            Seen(
                platform.code,
                platform.name,
                link.url,
                page.last_at,
                page.last_result or "",
                page.last_observer or "",
                counts,
            )
        )
    return dict(found)


def open_links(product: OcopProduct) -> QuerySet[PresenceLink]:
    """The listings linked to a product now."""
    return (
        product.presence_links.filter(ended_at__isnull=True, listing__isnull=False)
        .select_related("listing", "listing__shop", "listing__shop__producer", "linked_by")
        .order_by("linked_at", "pk")
    )


def listings_like(product: OcopProduct, words: str) -> list[Listing]:
    """At most 20 published, still free listings from the product's province that share words with `words` (by
    default the product's name and maker), those with most shared words first.

    Compared here and not in the database, because SQLite folds no Vietnamese.
    """
    wanted = set(fold_words(words or f"{product.name} {product.producer_name}").split())
    on_sale = Listing.objects.filter(ON_SALE)
    free = on_sale.exclude(presence_links__in=PresenceLink.objects.filter(ended_at__isnull=True))
    if product.unit is not None:
        province_id = product.unit.pk if product.unit.level == Level.PROVINCE else product.unit.parent_id
        free = free.filter(shop__producer__commune__parent=province_id)
    scored = []
    for pk, *texts in free.values_list("pk", "name", "shop__name", "shop__producer__name"):
        shared = len(wanted & set(fold_words(" ".join(texts)).split()))
        if shared:
            scored.append((-shared, pk))
    best = [pk for _, pk in sorted(scored)[:CANDIDATES]]
    found = Listing.objects.select_related("shop", "shop__producer", "shop__producer__commune").in_bulk(best)
    return [found[pk] for pk in best]


def published_listing_of(product: OcopProduct) -> Listing | None:
    """A listing through which the public can buy the product now."""
    link = open_links(product).filter(listing__in=Listing.objects.filter(ON_SALE)).first()
    return link.listing if link else None
