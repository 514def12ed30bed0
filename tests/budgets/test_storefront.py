"""How many queries the public pages cost, as literals: with one and with twenty-five of everything they show."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.kit import clock
from core.people.queries import SYSTEM
from market.listings.models import Listing, ListingBadge, ListingPhoto, Promotion
from market.platforms.models import Connection, PlatformListing
from market.shops.models import DeliveryRule, Shop, ShopMaker, ShopPhoto
from onboarding.accounts.models import Platform
from onboarding.consent.actions import record_consents
from onboarding.consent.models import Purpose
from onboarding.papers.models import Paper
from tests.people import People, make_listing, make_producer, make_shop


def cost(address: str, *, warm: bool) -> int:
    """The queries of one look by somebody who is not signed in; cold: what the process keeps for an hour is not there."""
    cache.clear()
    if warm:
        Client().get(address)
    with CaptureQueriesContext(connection) as queries:
        answer = Client().get(address)
    assert answer.status_code == 200
    return len([query for query in queries if "SAVEPOINT" not in query["sql"]])


def copies_of(first: Listing, count: int, **changes: object) -> list[Listing]:
    """More listings like this one, each with its photo and badge."""
    photo = first.photos.get().photo
    made = []
    for number in range(count):
        copy = Listing.objects.get(pk=first.pk)
        copy.pk, copy.sku, copy.slug = (
            None,
            f"X{first.pk}-{len(changes)}-{number}",
            f"x-{first.pk}-{len(changes)}-{number}",
        )
        for name, value in changes.items():
            setattr(copy, name, value)
        if "main" in changes:
            copy.variant_name = f"gói {number}"
        made.append(copy)
    Listing.objects.bulk_create(made)
    ListingPhoto.objects.bulk_create(ListingPhoto(listing=copy, photo=photo, position=0, alt="Ảnh") for copy in made)
    return made


def badge(listing: Listing, code: str) -> ListingBadge:
    today = clock.today()
    return ListingBadge.objects.create(
        listing=listing,
        check_code=code,
        label="OCOP",
        stars=4,
        valid_from=today,
        valid_until=today,
        check_path="/ocop/x",
    )


@pytest.fixture(params=[1, 25])
def full(people: People, request: pytest.FixtureRequest) -> Listing:
    """A listing with 1 or 25 photos, badges, papers, sizes, promotions, platforms and neighbours; its shop with as many
    gallery photos and makers, and all delivery rules."""
    count: int = request.param
    now, today = clock.now(), clock.today()
    producer = people.producer
    producer.phone = "+84912345678"
    producer.save()
    record_consents(producer=producer, answers={Purpose.CONTACT: True}, means="spoken", by=SYSTEM)
    listing = make_listing(make_shop(people))
    listing.maker, listing.origin = make_producer("Hộ Người Làm", people.hamlet), people.commune
    listing.save()
    ShopMaker.objects.create(shop=listing.shop, producer=listing.maker, valid_from=today, confirmed_at=now)
    photo = listing.photos.get().photo
    copies_of(listing, count)
    copies_of(listing, count, main=listing, maker=None)
    for place in range(count):
        ListingPhoto.objects.create(listing=listing, photo=photo, position=place + 1, alt="Ảnh")
        ShopPhoto.objects.create(shop=listing.shop, photo=photo, position=place, alt="Vườn")
        badge(listing, f"MA{place}")
        paper = Paper.objects.create(
            producer=producer, kind="vietgap", number=f"{place}", issuer="Sở", issued_on=today, recorded_at=now
        )
        listing.papers.add(paper)
        made = make_producer(f"Hộ Xã Viên {place}", people.hamlet)
        ShopMaker.objects.create(shop=listing.shop, producer=made, valid_from=today, confirmed_at=now)
        platform = Platform.objects.create(code=f"san-{place}", name=f"Sàn {place}")
        way = Connection.objects.create(platform=platform, adapter="voso")
        PlatformListing.objects.create(
            listing=listing, connection=way, revision=1, observed="live", seen_at=now, url=f"https://example.vn/{place}"
        )
    for row in Listing.objects.all():
        Promotion.objects.create(
            listing=row, price=40_000, starts_on=today, ends_on=today + timedelta(days=2), made_at=now
        )
    for zone in DeliveryRule.Zone:
        days = {"fee": 20_000, "days_from": 1, "days_to": 3}
        DeliveryRule.objects.update_or_create(shop=listing.shop, zone=zone, defaults=days)
    return listing


def test_product_page(full: Listing) -> None:
    # Listing with shop, maker, origin, consent; four neighbours; photos; badges; sizes; promotions
    # and whether the law of the day lets them be; papers; platforms.
    address = reverse("product", args=[full.slug])
    assert cost(address, warm=True) == 8
    # And once an hour what its commune was called and where its neighbours lie.
    assert cost(address, warm=False) == 10


def test_shop_page(full: Listing) -> None:
    # Shop with consent; a page of its goods and how many there are; photos; badges; sizes; promotions
    # and whether the law of the day lets them be; gallery; makers; delivery.
    address = reverse("shop", args=[full.shop.slug])
    assert cost(address, warm=True) == 10
    assert cost(address, warm=False) == 12


def test_shop_page_with_five_hundred_listings(people: People) -> None:
    shop: Shop = make_shop(people)
    listing = make_listing(shop)
    copies_of(listing, 499)
    assert shop.listings.count() == 500
    address = reverse("shop", args=[shop.slug])
    # The same questions, but for the law: there are no promotions to ask it about.
    assert cost(address, warm=False) == 11
    assert cost(f"{address}?page=21", warm=True) == 9


def test_sitemaps(people: People) -> None:
    listing = make_listing(make_shop(people))
    copies_of(listing, 24)
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        answer = Client().get("/sitemap-san-pham.xml")
    assert answer.content.count(b"<loc>") == 25
    assert len(queries) == 2  # how many; which
