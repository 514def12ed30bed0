"""Every change to a listing. Each raises its revision, and tells the storeys above."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F

from core.audit.actions import record
from core.events.registry import emit
from core.files.models import Photo
from core.kit import clock
from core.kit.text import slug as slug_of
from core.people.queries import Viewer
from market.listings.events import ListingChanged
from market.listings.models import Category, Listing, ListingBadge, ListingPhoto
from market.listings.rules import Missing, missing_for_sale
from market.shops.models import Shop
from onboarding.producers.queries import may_act_for, on_behalf_of


class NotYourShop(PermissionError):
    """The person may not act for the shop's producer."""


class NotReady(Exception):
    """The listing cannot be sold yet; `missing` says why."""

    def __init__(self, missing: list[Missing]) -> None:
        super().__init__("; ".join(item.field for item in missing))
        self.missing = missing


class OutOfStock(Exception):
    """Fewer are left than wanted; `listing` is the one."""

    def __init__(self, listing: Listing) -> None:
        super().__init__(listing.sku)
        self.listing = listing


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


@dataclass(frozen=True)
class BadgeFacts:
    """One badge as the certifying storey knows it; dates are days in Vietnam, both ends included."""

    check_code: str
    label: str
    stars: int | None
    decision_number: str
    issued_on: date | None
    valid_from: date
    valid_until: date
    check_path: str
    revoked_on: date | None = None


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
    _check(shop, by)
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
    for name in ("name", "category", "description", "price", "unit", "net_weight", "stock"):
        if name == "stock" and listing.pk and stock_seen is not None:
            listing.stock = max(0, listing.stock + facts.stock - stock_seen)
        else:
            setattr(listing, name, getattr(facts, name))
    listing.changed_at = now
    listing.save()
    listing.photos.all().delete()
    ListingPhoto.objects.bulk_create(
        ListingPhoto(listing=listing, photo=photo, position=position, alt=f"{facts.name}, ảnh {position + 1}")
        for position, photo in enumerate(photos)
    )
    _done("listing.written", listing, by, {word: (before.get(word, ""), now) for word, now in _told(listing).items()})
    return listing


@transaction.atomic
def publish_listing(*, listing: Listing, by: Viewer) -> Listing:
    """Put a listing on sale. Raises NotYourShop, NotReady."""
    _check(listing.shop, by)
    listing = _locked(listing)
    if missing := missing_for_sale(listing):
        raise NotReady(missing)
    if listing.state != Listing.State.PUBLISHED:
        before, listing.state = listing.get_state_display(), Listing.State.PUBLISHED
        listing.published_at = listing.published_at or clock.now()
        _bump(listing)
        _done("listing.published", listing, by, {"tình trạng": (before, listing.get_state_display())})
    return listing


@transaction.atomic
def pause_listing(*, listing: Listing, by: Viewer) -> Listing:
    """Take a listing off sale, here and on every platform; publishing again brings it back. Raises NotYourShop."""
    _check(listing.shop, by)
    listing = _locked(listing)
    if listing.state == Listing.State.PUBLISHED:
        before, listing.state = listing.get_state_display(), Listing.State.PAUSED
        _bump(listing)
        _done("listing.paused", listing, by, {"tình trạng": (before, listing.get_state_display())})
    return listing


@transaction.atomic
def set_badges(*, listing: Listing, badges: Sequence[BadgeFacts], by: Viewer) -> None:
    """Replace what upper storeys certify about a listing; called by them after their own rules have passed."""
    listing = _locked(listing)
    listing.badges.all().delete()
    ListingBadge.objects.bulk_create(ListingBadge(listing=listing, **vars(badge)) for badge in badges)
    _bump(listing)
    _done("listing.badges_set", listing, by)


@transaction.atomic
def take_stock(quantities: Sequence[tuple[Listing, int]]) -> None:
    """Take goods for an order, in the order of their ids so that two orders cannot wait for each other.

    Raises OutOfStock; then nothing is taken.
    """
    for listing, quantity in sorted(quantities, key=lambda pair: pair[0].pk):
        taken = Listing.objects.filter(pk=listing.pk, stock__gte=quantity, state=Listing.State.PUBLISHED).update(
            stock=F("stock") - quantity, revision=F("revision") + 1
        )
        if not taken:
            raise OutOfStock(listing)
        emit(ListingChanged(listing.pk))


@transaction.atomic
def give_stock_back(quantities: Sequence[tuple[int, int]]) -> None:
    """Return goods of a released order; pairs of listing id and quantity."""
    for listing_id, quantity in sorted(quantities):
        Listing.objects.filter(pk=listing_id).update(stock=F("stock") + quantity, revision=F("revision") + 1)
        emit(ListingChanged(listing_id))


def new_sku() -> str:
    """A fresh stock-keeping number, random so that it tells nothing."""
    return f"LS{secrets.randbelow(10**8):08d}"


def photos_by_id(ids: Sequence[uuid.UUID], by: Viewer) -> list[Photo]:
    """The photos this person uploaded, in the given order; others' ids are left out."""
    found = {photo.pk: photo for photo in Photo.objects.filter(pk__in=ids, uploaded_by_id=by.user_id)}
    return [found[key] for key in ids if key in found]


def _check(shop: Shop, by: Viewer) -> None:
    if not may_act_for(by, shop.producer_id):
        raise NotYourShop


def _locked(listing: Listing) -> Listing:
    return Listing.objects.select_for_update(of=("self",)).select_related("shop").get(pk=listing.pk)


def _bump(listing: Listing) -> None:
    listing.revision += 1
    listing.changed_at = clock.now()
    listing.save(update_fields=["state", "published_at", "revision", "changed_at"])


def _told(listing: Listing) -> dict[str, str]:
    values = {word: getattr(listing, name) for word, name in _TOLD.items()}
    return {word: "" if value is None else str(value) for word, value in values.items()}


def _done(word: str, listing: Listing, by: Viewer, changes: Mapping[str, tuple[str, str]] | None = None) -> None:
    behalf = on_behalf_of(by, listing.shop.producer_id)
    record(word, actor_id=by.user_id, object_label=f"listing:{listing.pk}", changes=changes, **behalf)
    emit(ListingChanged(listing.pk))
