"""What buyers see on the public pages."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from core.kit.money import dong
from market.listings.models import Listing
from market.listings.queries import advertisable, goods_for_sale
from market.listings.rules import selling_price
from market.platforms.models import PlatformListing
from onboarding.consent.models import Purpose
from onboarding.consent.queries import has_consent
from onboarding.producers.models import Producer


def newest_goods(limit: int) -> list[Card]:
    """The goods published last, without those that may not be advertised."""
    return [card_of(listing) for listing in advertisable(goods_for_sale()).order_by("-published_at", "-pk")[:limit]]


def live_elsewhere(listing: Listing) -> list[PlatformListing]:
    """The other platforms where this listing was seen live."""
    rows = listing.on_platforms.filter(observed=PlatformListing.Observed.LIVE, wanted=True).exclude(url="")
    return list(rows.select_related("connection__platform").order_by("connection__platform__name"))


def public_phone(producer: Producer) -> str:
    """The producer's phone (E.164) if they agreed that buyers see it, else ""."""
    return producer.phone if producer.phone and has_consent(producer, Purpose.CONTACT) else ""


@dataclass(frozen=True)
class Card:
    """What a product card shows; the names are those of parts/product_card.html."""

    url: str
    name: str
    producer: str
    place: str
    photo_url: str
    photo_alt: str
    price: str
    unit: str
    stars: int | None
    certificate_state: str
    sold_out: bool


def card_of(listing: Listing) -> Card:
    """The card of a listing from `goods_for_sale`; costs no query."""
    photo = next(iter(listing.photos.all()), None)
    badge = next(iter(getattr(listing, "current_badges", [])), None)
    producer = listing.shop.producer
    return Card(
        url=reverse("product", args=[listing.slug]),
        name=listing.name,
        producer=listing.shop.name,
        place=str(producer.commune),
        photo_url=photo.photo.small.url if photo else "",
        photo_alt=photo.alt if photo else "",
        price=dong(selling_price(listing)),
        unit=str(listing.get_unit_display()),
        stars=badge.stars if badge else None,
        certificate_state="valid",
        sold_out=listing.stock == 0,
    )
