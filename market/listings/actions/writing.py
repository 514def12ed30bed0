"""Writing a listing, putting it on sale, taking it off. Each raises its revision, and tells the storeys above."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from core.files.models import Photo
from core.kit import clock
from core.kit.text import slug as slug_of
from core.people.queries import Viewer
from market.goods.models import Category
from market.listings.actions.shared import bump, check_shop, done, locked
from market.listings.actions.stock import move_stock
from market.listings.models import Listing, ListingPhoto, PriceChange, StockMove
from market.listings.rules import Missing, missing_for_sale
from market.shops.models import Shop


class NotReady(Exception):
    """The listing cannot be sold yet; `missing` says why."""

    def __init__(self, missing: list[Missing]) -> None:
        super().__init__("; ".join(item.field for item in missing))
        self.missing = missing


@dataclass(frozen=True)
class ListingFacts:
    """What the seller writes. `price` is whole đồng, `net_weight` grams of one unit or None, `stock` units."""

    name: str
    category: Category
    description: str
    price: int
    unit: str
    net_weight: int | None
    stock: int


_WRITTEN = ("name", "category", "description", "price", "unit", "net_weight")
# What of a listing is worth its old and new value in the trail, as a seller calls it.
_TOLD = {
    "tên": "name",
    "mô tả": "description",
    "giá": "price",
    "đơn vị": "unit",
    "khối lượng tịnh": "net_weight",
    "số còn": "stock",
}


@transaction.atomic
def write_listing(
    *,
    shop: Shop,
    facts: ListingFacts,
    photos: Sequence[Photo],
    by: Viewer,
    listing: Listing | None = None,
    stock_seen: int | None = None,
    sku: str = "",
    is_demo: bool = False,
) -> Listing:
    """Make a draft, or change a listing of this shop. `photos` in their order replace those there; a new listing gets
    a random SKU unless one is given. `stock_seen` is the stock that stood on the seller's screen: what was sold since is
    taken off the number they wrote.

    Raises NotYourShop.
    """
    check_shop(shop, by)
    now = clock.now()
    if listing is None:
        sku = sku or new_sku()
        listing = Listing(
            shop=shop, sku=sku, slug=f"{slug_of(facts.name) or 'san-pham'}-{sku[-6:]}", made_at=now, is_demo=is_demo
        )
    else:
        listing = Listing.objects.select_for_update().get(pk=listing.pk, shop=shop)
        listing.revision += 1
    before = _told(listing) if listing.pk else {}
    old_price = listing.price if listing.pk else None
    for name in _WRITTEN:
        setattr(listing, name, getattr(facts, name))
    listing.changed_at = now
    is_new = listing.pk is None
    if is_new:
        listing.stock = 0
    listing.save()
    _count(listing, facts.stock, stock_seen, is_new, by)
    if listing.price != old_price:
        PriceChange.objects.create(listing=listing, price=listing.price, by_id=by.user_id, at=now)
    listing.photos.all().delete()
    ListingPhoto.objects.bulk_create(
        ListingPhoto(listing=listing, photo=photo, position=position, alt=f"{facts.name}, ảnh {position + 1}")
        for position, photo in enumerate(photos)
    )
    done("listing.written", listing, by, {word: (before.get(word, ""), now) for word, now in _told(listing).items()})
    return listing


@transaction.atomic
def publish_listing(*, listing: Listing, by: Viewer) -> Listing:
    """Put a listing on sale. Raises NotYourShop, NotReady."""
    check_shop(listing.shop, by)
    listing = locked(listing)
    if missing := missing_for_sale(listing):
        raise NotReady(missing)
    if listing.state != Listing.State.PUBLISHED:
        before, listing.state = listing.get_state_display(), Listing.State.PUBLISHED
        listing.published_at = listing.published_at or clock.now()
        bump(listing, "state", "published_at")
        done("listing.published", listing, by, {"tình trạng": (before, listing.get_state_display())})
    return listing


@transaction.atomic
def pause_listing(*, listing: Listing, by: Viewer) -> Listing:
    """Take a listing off sale, here and on every platform; publishing again brings it back. Raises NotYourShop."""
    check_shop(listing.shop, by)
    listing = locked(listing)
    if listing.state == Listing.State.PUBLISHED:
        before, listing.state = listing.get_state_display(), Listing.State.PAUSED
        bump(listing, "state", "published_at")
        done("listing.paused", listing, by, {"tình trạng": (before, listing.get_state_display())})
    return listing


def _count(listing: Listing, wanted: int, seen: int | None, is_new: bool, by: Viewer) -> None:
    """The number that the seller wrote, as a move: what was sold since they saw `seen` is taken off it."""
    target = wanted if seen is None else max(0, listing.stock + wanted - seen)
    if target != listing.stock:
        kind = StockMove.Kind.IN if is_new else StockMove.Kind.CORRECTED
        move_stock(listing, kind, change=target - listing.stock, by=by)


def new_sku() -> str:
    """A fresh stock-keeping number, random so that it tells nothing."""
    return f"LS{secrets.randbelow(10**8):08d}"


def photos_by_id(ids: Sequence[uuid.UUID], by: Viewer) -> list[Photo]:
    """The photos this person uploaded, in the given order; others' ids are left out."""
    found = {photo.pk: photo for photo in Photo.objects.filter(pk__in=ids, uploaded_by_id=by.user_id)}
    return [found[key] for key in ids if key in found]


def _told(listing: Listing) -> dict[str, str]:
    values = {word: getattr(listing, name) for word, name in _TOLD.items()}
    return {word: "" if value is None else str(value) for word, value in values.items()}
