"""Which documents are out of step with the goods."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import TruncDate

from core.kit import clock
from core.places.models import Unit, UnitLink
from market.listings.models import ListingBadge
from market.listings.queries import goods_on_show
from search.documents.models import SearchDocument


def former_places(commune: Unit) -> list[str]:
    """Names of the communes, districts and provinces that became this commune: people keep searching for
    «Bình Thuận» and «Phan Thiết» long after the map has changed."""
    names: dict[str, None] = {}
    links = UnitLink.objects.filter(new=commune).select_related("old__parent__parent").order_by("pk")
    for link in links:
        unit: Unit | None = link.old
        while unit is not None:
            names[unit.name] = None
            unit = unit.parent
    return list(names)


def listings_with_turned_badges(today: date) -> QuerySet[SearchDocument, int]:
    """Ids of products of which a badge started or ended since they were indexed, however long ago that was."""
    indexed_on = OuterRef("indexed_on")
    badges = ListingBadge.objects.filter(listing_id=OuterRef("object_id"))
    started = badges.filter(valid_from__gt=indexed_on, valid_from__lte=today)
    ended = badges.filter(valid_until__gte=indexed_on, valid_until__lt=today)
    return (
        SearchDocument.objects.annotate(indexed_on=TruncDate("indexed_at", tzinfo=clock.VIETNAM))
        .filter(Exists(started) | Exists(ended), kind=SearchDocument.Kind.PRODUCT)
        .order_by("object_id")
        .values_list("object_id", flat=True)
    )


def documents_without_goods() -> QuerySet[SearchDocument]:
    """Documents of goods that are not for sale, and of shops without any good for sale."""
    products = SearchDocument.objects.filter(
        ~Exists(goods_on_show().filter(pk=OuterRef("object_id"))), kind=SearchDocument.Kind.PRODUCT
    )
    shops = SearchDocument.objects.filter(
        ~Exists(goods_on_show().filter(shop_id=OuterRef("object_id"))), kind=SearchDocument.Kind.SHOP
    )
    return products | shops
