"""Which products were seen on which platform, and which listings could be one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from core.kit.clock import window
from core.kit.text import fold_words
from core.places.models import Level, in_force
from market.listings.models import ON_SALE, Listing
from ocop.presence.models import PresenceLink
from ocop.presence.rules import POSTMART, VOSO, limits_on
from ocop.register.models import OcopProduct
from ocop.register.rules import maker_key
from onboarding.accounts.models import Observation, OutsideLink, Platform
from onboarding.accounts.queries import counting_on, platforms_named
from onboarding.producers.models import Producer, ProducerKind

_CONCLUSIVE = (Observation.Result.LIVE, Observation.Result.GONE)
CANDIDATES = 20
# What a page is called in `seen_on_platforms`, and where it stands on an OutsideLink.
_PAGE = {"url": "url", "platform": "platform__code", "platform_name": "platform__name", "platform_pk": "platform"}


@dataclass(frozen=True)
class Seen:
    """The last conclusive look at a product's page on a platform; `at` None: nobody has looked yet.

    `is_live`: seen there lately enough, and not gone since. `counts`: that, on a platform that counts for the target on the day asked
    for.
    """

    platform: str
    platform_name: str
    url: str
    at: datetime | None
    result: str
    observer: str
    counts: bool
    is_live: bool
    link_id: int


def live_pages(on: date) -> QuerySet[Any]:
    """Pages on real platforms that were there at the last conclusive look up to that day, and lately enough (`rules.LIMITS`).
    "Could not be checked" says neither there nor gone."""
    fresh = window(on, limits_on(on).product_days)
    last = _last_looks("pk", on)
    return OutsideLink.objects.filter(platform__is_simulation=False).alias(
        last_result=Subquery(last.values("result")[:1]), last_at=Subquery(last.values("at")[:1])
    ).filter(last_result=Observation.Result.LIVE, last_at__gte=fresh.start)  # fmt: skip


def with_presence_marks(products: QuerySet[OcopProduct], on: date) -> QuerySet[OcopProduct]:
    """Products marked `is_on_voso`, `is_on_postmart` and `is_on_other` (a real platform that is neither): seen live there at most
    30 days before the day, through an open link of a listing or of a page, and not seen gone since."""
    target = live_pages(on).filter(counting_on(on, "platform__"))
    voso, postmart = platforms_named(VOSO), platforms_named(POSTMART)
    other = live_pages(on).filter(in_force(on, "platform__")).exclude(platform__in=voso).exclude(platform__in=postmart)
    return products.annotate(
        is_on_voso=_has_page(target.filter(platform__in=voso)),
        is_on_postmart=_has_page(target.filter(platform__in=postmart)),
        is_on_other=_has_page(other),
    )


def _has_page(pages: QuerySet[Any]) -> Any:
    """Whether the product outside has one of these pages: as the page of a linked listing, or linked itself."""
    of_listing = pages.filter(
        platform_listings__listing__presence_links__product=OuterRef("pk"),
        platform_listings__listing__presence_links__ended_at__isnull=True,
    )
    direct = PresenceLink.objects.filter(
        _not_anothers(), product=OuterRef("pk"), ended_at__isnull=True, outside_link__in=pages
    )
    return Exists(of_listing) | Exists(direct)


def _linked(at: datetime | None) -> Q:
    """Links that are open now, or that were at a moment."""
    if at is None:
        return Q(ended_at__isnull=True)
    return Q(linked_at__lte=at) & (Q(ended_at__isnull=True) | Q(ended_at__gt=at))


def _not_anothers(at: datetime | None = None) -> Q:
    """A page that is linked itself counts for its product unless it is the page of a listing of another product: one page counts once,
    and the seller's own listing says which."""
    others = PresenceLink.objects.filter(_linked(at), listing__on_platforms__link=OuterRef("outside_link")).exclude(
        product=OuterRef("product")
    )
    return ~Q(Exists(others))


def _last_looks(page: str, on: date) -> QuerySet[Observation]:
    upto = window(on, 0).end
    return Observation.objects.filter(link=OuterRef(page), at__lt=upto, result__in=_CONCLUSIVE).order_by("-at", "-pk")


def seen_on_platforms(
    product_ids: Iterable[int], on: date, *, linked_at: datetime | None = None
) -> dict[int, list[Seen]]:
    """The evidence behind `with_presence_marks`, by product id, newest first; one query however many products. By the links of now, or
    by those of the moment `linked_at`."""
    fresh = window(on, limits_on(on).product_days).start
    counting = Platform.objects.filter(counting_on(on))
    rows = PresenceLink.objects.filter(_linked(linked_at), product__in=list(product_ids)).filter(
        Q(listing__isnull=False) | _not_anothers(linked_at)
    )
    page = Coalesce("outside_link", "listing__on_platforms__link")
    rows = rows.annotate(
        page=page,
        **{
            name: Coalesce(f"outside_link__{path}", f"listing__on_platforms__link__{path}")
            for name, path in _PAGE.items()
        },
    )
    last = _last_looks("page", on)
    rows = rows.filter(page__isnull=False).annotate(
        last_result=Subquery(last.values("result")[:1]),
        last_at=Subquery(last.values("at")[:1]),
        last_observer=Subquery(last.values("observer")[:1]),
        does_count=Exists(counting.filter(pk=OuterRef("platform_pk"))),
    )
    found: defaultdict[int, list[Seen]] = defaultdict(list)
    real = Exists(Platform.objects.filter(pk=OuterRef("platform_pk"), is_simulation=False))
    found_rows: Any = rows.filter(real).order_by(F("last_at").desc(nulls_last=True), "-page").values()
    for row in found_rows:
        is_live = row["last_result"] == Observation.Result.LIVE and row["last_at"] >= fresh
        found[row["product_id"]].append(
            Seen(
                row["platform"],
                row["platform_name"],
                row["url"],
                row["last_at"],
                row["last_result"] or "",
                row["last_observer"] or "",
                is_live and row["does_count"],
                is_live,
                row["page"],
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


def open_pages(product: OcopProduct) -> QuerySet[PresenceLink]:
    """The pages on platforms linked to a product now."""
    return (
        product.presence_links.filter(ended_at__isnull=True, outside_link__isnull=False)
        .select_related("outside_link", "outside_link__platform", "outside_link__account__producer", "linked_by")
        .order_by("linked_at", "pk")
    )


def makers_like(product: OcopProduct, words: str) -> list[Producer]:
    """At most 20 producers from the product's commune, and cooperatives, companies and business households from its province, that
    are named like its maker or share `words`; the known one and those named exactly so first."""
    wanted = set(fold_words(words or product.producer_name).split())
    producers = Producer.objects.select_related("commune")
    if product.unit is not None:
        province_id = product.unit.pk if product.unit.level == Level.PROVINCE else product.unit.parent_id
        # Farm households of a whole province are hundreds of thousands, and sell under their own commune's eyes.
        producers = producers.filter(
            Q(commune=product.unit) | Q(commune__parent=province_id) & ~Q(kind=ProducerKind.FARM_HOUSEHOLD)
        )
    key, scored = maker_key(product.producer_name), []
    for pk, name in producers.values_list("pk", "name"):
        shared = len(wanted & set(fold_words(name).split()))
        if shared or pk == product.producer_id:
            scored.append((pk != product.producer_id, bool(words) or maker_key(name) != key, -shared, pk))
    best = [pk for *_, pk in sorted(scored)[:CANDIDATES]]
    found = producers.in_bulk(best)
    return [found[pk] for pk in best]


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
