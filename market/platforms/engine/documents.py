"""From our rows to the document that adapters carry."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from django.conf import settings

from core.files.models import Photo
from core.kit import clock
from market.listings.models import Listing, ListingBadge, ListingPhoto
from market.listings.rules import maker_shown, selling_price
from market.platforms.contract import (
    BadgeDocument,
    ConnectionSettings,
    ListingDocument,
    ListingReference,
    PhotoReference,
)
from market.platforms.models import Connection
from onboarding.consent.models import Purpose


def settings_of(connection: Connection) -> ConnectionSettings:
    """Address and secrets of a connection, from the settings."""
    if connection.platform.is_simulation:
        double = settings.SANDBOX_MARKET
        return ConnectionSettings(
            base_url=double["url"],
            public_url=double["url"],
            credentials={"key": double["key"]},
            allow_private=True,
            read_timeout=10.0,
        )
    return ConnectionSettings()


def document_of(listing: Listing) -> ListingDocument:
    """The whole listing as it is now. The photos' bytes are read only when an adapter asks for them."""
    today = clock.today()
    badges = listing.badges.filter(valid_from__lte=today, valid_until__gte=today, revoked_on__isnull=True)
    return document_with(listing, listing.photos.select_related("photo"), badges.order_by("check_code"))


def document_with(
    listing: Listing, photos: Iterable[ListingPhoto], badges: Iterable[ListingBadge] = ()
) -> ListingDocument:
    """The document of a listing from rows at hand; badges change nothing of what a platform asks for."""
    producer = maker_shown(listing, Purpose.PLATFORM)
    commune = listing.origin or producer.commune
    return ListingDocument(
        reference=ListingReference(str(listing.pk), listing.sku, listing.shop.slug),
        revision=listing.revision,
        title=listing.full_name,
        description=listing.description,
        category_code=listing.category.code if listing.category else "",
        price=selling_price(listing),
        unit=str(listing.get_unit_display()),
        net_weight_grams=listing.net_weight,
        stock=listing.stock,
        photos=tuple(
            PhotoReference(
                row.photo.sha256, f"{listing.sku}-{row.position + 1}.jpg", "image/jpeg", _reader(row.photo), row.alt
            )
            for row in photos
        ),
        badges=tuple(
            BadgeDocument(
                badge.check_code,
                badge.decision_number,
                badge.stars,
                badge.issued_on,
                badge.valid_from,
                badge.valid_until,
                settings.BASE_URL + badge.check_path,
            )
            for badge in badges
        ),
        origin_commune=str(commune),
        origin_province=str(commune.parent or ""),
        producer_name=producer.name,
    )


def _reader(photo: Photo) -> Callable[[], bytes]:
    def read() -> bytes:
        with photo.large.open("rb") as file:
            data: bytes = file.read()
        if hashlib.sha256(data).hexdigest() != photo.sha256:
            raise OSError(f"photo {photo.pk} is damaged on disk")
        return data

    return read
