"""From our rows to the documents that adapters carry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from core.files.models import Photo
from core.kit import clock
from market.goods.tree import nodes
from market.listings.models import Listing, ListingBadge, ListingPhoto
from market.listings.queries import maker_named, papers_on_show, with_promotions
from market.listings.rules import maker_shown, selling_price
from market.platforms.categories.queries import category_codes
from market.platforms.contract import (
    BadgeDocument,
    ConnectionSettings,
    FreeGate,
    Gate,
    ListingDocument,
    ListingReference,
    PaperDocument,
    PhotoReference,
)
from market.platforms.models import Connection
from onboarding.accounts.models import Platform
from onboarding.consent.models import Purpose
from onboarding.papers.models import Paper
from onboarding.papers.rules import public_number


def settings_of(
    connection: Connection, gate: Gate | None = None, options: Mapping[str, Any] | None = None
) -> ConnectionSettings:
    """Address and secrets of a connection; no query. The simulated platform's address and key come from the settings as
    long as nobody has entered others."""
    credentials = json.loads(connection.credentials) if connection.credentials else {}
    base_url, public_url, is_double = connection.base_url, connection.public_url, connection.platform.is_simulation
    if is_double:
        double = settings.SANDBOX_MARKET
        base_url = base_url or double["url"]
        credentials = credentials or {"key": double["key"]}
    return ConnectionSettings(
        base_url=base_url,
        public_url=public_url or base_url,
        credentials=credentials,
        allow_private=is_double,
        read_timeout=float(settings.SANDBOX_MARKET.get("read_timeout", 10)) if is_double else 20.0,
        options=options or {},
        gate=gate or FreeGate(),
    )


def documents_of(listing_ids: Sequence[int], platform: Platform | None = None) -> dict[int, ListingDocument]:
    """These listings as they are now, in the category codes of a platform (None: in our own); a fixed number of queries, and one for each listing with papers.
    The photos' bytes are read only when an adapter asks for them."""
    listings = with_promotions(
        Listing.objects.filter(pk__in=listing_ids)
        .select_related(
            *("shop", "shop__producer__commune__parent", "category"),
            *("maker__commune__parent", "origin__parent"),
        )
        .prefetch_related(
            Prefetch("photos", ListingPhoto.objects.select_related("photo")), Prefetch("badges", _badges())
        )
        .annotate(maker_named_platform=maker_named(Purpose.PLATFORM))
    )
    with_papers = set(
        Listing.papers.through.objects.filter(listing_id__in=listing_ids).values_list("listing_id", flat=True)
    )
    code_of = category_codes(platform) if platform else None
    found = {}
    for listing in listings:
        papers = papers_on_show(listing) if listing.pk in with_papers else ()
        document = document_with(listing, listing.photos.all(), listing.badges.all(), papers)
        code = code_of(document.category_code) if code_of else ""
        found[listing.pk] = replace(document, category_code=code) if code else document
    return found


def document_of(listing: Listing, platform: Platform | None = None) -> ListingDocument:
    """One listing as it is now; see `documents_of`."""
    return documents_of([listing.pk], platform)[listing.pk]


def _badges() -> QuerySet[ListingBadge]:
    today = clock.today()
    held = ListingBadge.objects.filter(valid_from__lte=today, valid_until__gte=today, revoked_on__isnull=True)
    return held.order_by("check_code")


def document_with(
    listing: Listing,
    photos: Iterable[ListingPhoto],
    badges: Iterable[ListingBadge] = (),
    papers: Iterable[Paper] = (),
) -> ListingDocument:
    """The document of a listing from rows at hand, with our own category code."""
    producer = maker_shown(listing, Purpose.PLATFORM)
    commune = listing.origin or producer.commune
    code = listing.category.code if listing.category else ""
    node = nodes().get(code)
    return ListingDocument(
        reference=ListingReference(str(listing.pk), listing.sku, listing.shop.slug),
        revision=listing.revision,
        title=listing.full_name,
        description=listing.description,
        category_code=code,
        category_path=" › ".join(node.path) if node else code,
        price=selling_price(listing),
        unit=str(listing.get_unit_display()),
        net_weight_grams=listing.net_weight,
        stock=max(0, listing.stock),
        photos=tuple(
            PhotoReference(
                row.photo.sha256,
                f"{listing.sku}-{row.position + 1}.jpg",
                "image/jpeg",
                _reader(row.photo),
                row.alt,
                settings.BASE_URL + row.photo.large.url,
            )
            for row in photos
        ),
        badges=tuple(_badge(badge) for badge in badges),
        origin_commune=str(commune),
        origin_province=str(commune.parent or ""),
        producer_name=producer.name,
        papers=tuple(_paper(paper) for paper in papers),
        ingredients=listing.ingredients,
        warnings=listing.warning,
        shelf_life=f"{listing.shelf_life_days} ngày" if listing.shelf_life_days else "",
    )


def _badge(badge: ListingBadge) -> BadgeDocument:
    return BadgeDocument(
        badge.check_code,
        badge.decision_number,
        badge.stars,
        badge.issued_on,
        badge.valid_from,
        badge.valid_until,
        settings.BASE_URL + badge.check_path,
    )


def _paper(paper: Paper) -> PaperDocument:
    name, number = str(paper.get_kind_display()), public_number(paper)
    return PaperDocument(str(paper.kind), name, number, paper.issuer, paper.valid_until)


def _reader(photo: Photo) -> Callable[[], bytes]:
    def read() -> bytes:
        with photo.large.open("rb") as file:
            data: bytes = file.read()
        if hashlib.sha256(data).hexdigest() != photo.sha256:
            raise OSError(f"photo {photo.pk} is damaged on disk")
        return data

    return read
