"""Reading for lists of goods: whose they are, and what goes out."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection

from django.db.models import F, Prefetch, QuerySet
from django.db.models.functions import Coalesce

from core.imports.models import ImportBatch, ImportRow
from core.imports.rooms import Holder
from core.imports.rules import UNFINISHED
from core.people.queries import Viewer
from market.goods.queries import offered_categories
from market.listings.counting import with_last_move
from market.listings.models import Listing, ListingPhoto
from market.lists.models import SheetPicture
from market.shops.models import Shop
from market.shops.queries import shop_of

_OWNER = "shop:"


def holder_of(viewer: Viewer) -> Holder | None:
    """The shop this person works in, as the holder of its lists."""
    shop = shop_of(viewer)
    return Holder(f"{_OWNER}{shop.pk}", shop.producer.commune) if shop else None


def shop_of_owner(owner: str) -> Shop:
    """The shop behind the owner of an import. Raises LookupError."""
    number = owner.removeprefix(_OWNER)
    shop = None
    if owner.startswith(_OWNER) and number.isdecimal():
        shop = Shop.objects.select_related("producer", "producer__commune").filter(pk=int(number)).first()
    if shop is None:
        raise LookupError(f"no shop behind {owner!r}")
    return shop


def listings_for_sheet(shop: Shop) -> QuerySet[Listing]:
    """All goods of a shop, oldest first, each followed by its sizes; with all that the sheet says, in a fixed number of
    queries."""
    photos = Prefetch("photos", ListingPhoto.objects.select_related("photo"))
    found = Listing.objects.filter(shop=shop).select_related("category", "origin", "origin__parent", "main")
    # Databases differ in where NULL stands, so it is said: the main one, which has no main one, comes first.
    family, main_first = Coalesce("main_id", "pk"), F("main_id").asc(nulls_first=True)
    return with_last_move(found).prefetch_related(photos).order_by(family, main_first, "pk")


def photos_lists_need(photo_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these photos that a shop's unfinished list may still write, or that an undo would give back."""
    batches = ImportBatch.objects.filter(owner__startswith=_OWNER, erased_at=None)
    owners = batches.filter(UNFINISHED).values_list("owner", flat=True).distinct()
    shops = [int(owner.removeprefix(_OWNER)) for owner in owners]
    pictures = SheetPicture.objects.filter(shop__in=shops, photo__isnull=False)
    needed = set(pictures.values_list("photo_id", flat=True))
    effects = ImportRow.objects.filter(batch__in=batches, outcome=ImportRow.Outcome.CHANGED).values_list(
        "effect", flat=True
    )
    for effect in effects.iterator():
        needed |= {uuid.UUID(key) for key in json.loads(effect or "{}").get("photos", ())}
    return needed & set(photo_ids)


def category_names() -> list[str]:
    """The names of goods a seller may choose, in the order of the tree."""
    return list(offered_categories().values_list("name", flat=True))
