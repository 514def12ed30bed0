"""What documents are made from, and which of them are out of step."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from core.kit import clock
from core.places.models import Level, Unit, UnitLink
from core.places.queries import former_provinces
from market.listings.models import Listing, ListingBadge
from market.listings.queries import goods_on_show, with_promotions
from market.shops.models import Shop
from ocop.certificates.queries import with_certificates
from ocop.presence.models import PresenceLink
from ocop.presence.queries import live_pages, with_presence_marks
from ocop.register.models import OcopProduct
from onboarding.consent.models import Purpose
from onboarding.consent.queries import agreeing
from onboarding.producers.models import Producer
from search.documents.models import SearchDocument

# The newest documents from which the spelling help knows its words.
KNOWN_DOCUMENTS = 20_000


class Map:
    """Of communes the names they had, each read once: goods of a shop share theirs."""

    def __init__(self) -> None:
        self._names: dict[int, list[str]] = {}
        self._provinces: dict[str, Unit] = {}
        self._former: dict[int, str] | None = None

    def learn(self, units: Iterable[Unit | None]) -> None:
        """Read the former names of all these communes at once."""
        unread = {unit.pk for unit in units if unit and unit.level == Level.COMMUNE} - self._names.keys()
        if not unread:
            return
        links = UnitLink.objects.filter(new__in=unread).select_related("old__parent__parent").order_by("pk")
        found: dict[int, dict[str, None]] = {pk: {} for pk in unread}
        for link in links:
            unit: Unit | None = link.old
            while unit is not None:
                found[link.new_id][unit.name] = None
                if unit.level == Level.PROVINCE:
                    self._provinces.setdefault(unit.code, unit)
                unit = unit.parent
        self._names |= {pk: list(names) for pk, names in found.items()}

    def former_names(self, commune: Unit) -> list[str]:
        """Names of the communes, districts and provinces that became this commune: people keep searching for
        «Bình Thuận» and «Phan Thiết» long after the map has changed."""
        self.learn([commune])
        return self._names[commune.pk]

    def former_province(self, commune: Unit | None) -> Unit | None:
        """The province of before 1 July 2025 in which all of a commune's ground lay; None where that is not one."""
        if self._former is None:
            self._former = former_provinces()
        code = self._former.get(commune.pk) if commune else None
        if code is None or commune is None:
            return None
        self.learn([commune])
        if code not in self._provinces:
            found = Unit.objects.filter(level=Level.PROVINCE, code=code).order_by("valid_from").first()
            if found is None:
                return None
            self._provinces[code] = found
        return self._provinces[code]


def goods(ids: Collection[int] | None = None) -> QuerySet[Listing]:
    """Goods for sale with all that their documents say; those with these ids, or all."""
    of_good = Listing.objects.filter(main=OuterRef("pk"), state=Listing.State.PUBLISHED, stock__gt=0)
    rows = with_promotions(goods_on_show()).annotate(any_stock=Q(stock__gt=0) | Q(Exists(of_good)))
    return rows if ids is None else rows.filter(pk__in=ids)


def shops(ids: Collection[int] | None = None) -> QuerySet[Shop]:
    """Shops with something for sale."""
    rows = Shop.objects.filter(Exists(goods_on_show().filter(shop=OuterRef("pk")))).select_related(
        "producer__commune__parent"
    )
    return rows if ids is None else rows.filter(pk__in=ids)


def ocop_products(today: date, ids: Collection[int] | None = None) -> QuerySet[OcopProduct]:
    """Products of the register with their papers and the platforms they were seen on; `agreed` tells whether the linked producer is a
    legal person or has agreed to be public."""
    rows = with_certificates(OcopProduct.objects.select_related("unit__parent", "product_set", "producer"))
    rows = rows.annotate(agreed=agreeing(Purpose.PUBLICATION, of="producer"))
    return with_presence_marks(rows if ids is None else rows.filter(pk__in=ids), today)


def producers(ids: Collection[int] | None = None) -> QuerySet[Producer]:
    """Producers with their place."""
    rows = Producer.objects.select_related("commune__parent")
    return rows if ids is None else rows.filter(pk__in=ids)


def platforms_of(listing_ids: Collection[int] | None, today: date) -> dict[int, str]:
    """The codes of the platforms on which goods were seen for sale lately, by the good's main listing, as documents hold them."""
    pages = live_pages(today).filter(platform_listings__listing__isnull=False)
    if listing_ids is not None:
        about = Q(platform_listings__listing__in=listing_ids) | Q(platform_listings__listing__main__in=listing_ids)
        pages = pages.filter(about)
    found: defaultdict[int, set[str]] = defaultdict(set)
    columns = ("platform_listings__listing_id", "platform_listings__listing__main_id", "platform__code")
    for listing_id, main_id, code in pages.values_list(*columns):
        found[main_id or listing_id].add(code)
    return {pk: f"|{'|'.join(sorted(codes))}|" for pk, codes in found.items()}


def listings_with_turned_badges(today: date) -> QuerySet[SearchDocument, int]:
    """Ids of products of which a badge started or ended since they were indexed, however long ago that was."""
    indexed_on = OuterRef("indexed_on")
    badges = ListingBadge.objects.filter(listing_id=OuterRef("object_id"))
    started = badges.filter(valid_from__gt=indexed_on, valid_from__lte=today)
    ended = badges.filter(valid_until__gte=indexed_on, valid_until__lt=today)
    return (
        _with_day()
        .filter(Exists(started) | Exists(ended), kind=SearchDocument.Kind.PRODUCT)
        .order_by("object_id")
        .values_list("object_id", flat=True)
    )


def ocop_products_with_turned_papers(today: date) -> QuerySet[SearchDocument, int]:
    """Ids of certified products whose paper ended since they were indexed."""
    ended = Q(stars_until__lt=today, stars_until__gte=TruncDate("indexed_at", tzinfo=clock.VIETNAM))
    rows = SearchDocument.objects.filter(ended, kind=SearchDocument.Kind.OCOP)
    return rows.order_by("object_id").values_list("object_id", flat=True)


def ocop_products_of_page(link_id: int) -> list[int]:
    """Ids of the products that are sold on a page: linked to it, or to the listing whose page it is."""
    open_links = PresenceLink.objects.filter(ended_at__isnull=True).order_by()
    of_page = open_links.filter(outside_link=link_id).values_list("product_id", flat=True)
    return list(
        of_page.union(open_links.filter(listing__on_platforms__link=link_id).values_list("product_id", flat=True))
    )


def ocop_products_on_platforms() -> list[int]:
    """Ids of the certified products of which a document says that they were seen somewhere for sale."""
    rows = SearchDocument.objects.filter(kind=SearchDocument.Kind.OCOP).exclude(platforms="")
    return list(rows.order_by("object_id").values_list("object_id", flat=True))


def documents_without_goods() -> QuerySet[SearchDocument]:
    """Documents of goods that are not for sale, of shops without any good for sale, of products and producers that are gone."""
    alive = {
        SearchDocument.Kind.PRODUCT: goods_on_show().filter(pk=OuterRef("object_id")),
        SearchDocument.Kind.SHOP: goods_on_show().filter(shop_id=OuterRef("object_id")),
        SearchDocument.Kind.OCOP: OcopProduct.objects.filter(pk=OuterRef("object_id")),
        SearchDocument.Kind.PRODUCER: Producer.objects.filter(pk=OuterRef("object_id")),
    }
    condition = Q(pk__in=[])
    for kind, rows in alive.items():
        condition |= Q(~Exists(rows), kind=kind)
    return SearchDocument.objects.filter(condition)


def known_texts() -> Iterator[str]:
    """Names, makers and places as written in the newest public documents: the words that people may have meant."""
    newest = SearchDocument.objects.exclude(kind=SearchDocument.Kind.PRODUCER).order_by("-published_at", "-pk")
    for texts in newest.values_list("name", "producer", "place")[:KNOWN_DOCUMENTS].iterator():
        yield from texts


def newest_version() -> int:
    """The version of the document that was written last; 0 without any."""
    return SearchDocument.objects.order_by("-version").values_list("version", flat=True).first() or 0


def documents_by_kind() -> dict[str, int]:
    """How many documents there are of each kind."""
    return dict(Counter(SearchDocument.objects.values_list("kind", flat=True)))


def _with_day() -> QuerySet[SearchDocument]:
    return SearchDocument.objects.annotate(indexed_on=TruncDate("indexed_at", tzinfo=clock.VIETNAM))
