"""Listings on their way to a platform, and the calls that it takes: what the parts about platforms share."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from PIL import Image

from core.files.actions import store_photo
from core.files.pipeline import render
from core.kit import clock, outbound
from core.people.queries import SYSTEM
from core.places.queries import communes_of, unit_by_code
from market.goods.models import Category
from market.listings.models import Listing, ListingPhoto
from market.platforms.engine.push import push_due
from market.platforms.models import Connection, PlatformListing
from market.shops.models import Shop
from onboarding.producers.models import Producer

PHOTOS = 20


def listings_on(way: Connection, number: int) -> list[int]:
    """That many on sale in one shop, with twenty photos between them, wished onto this connection and no other."""
    province = unit_by_code("province", "68", date(2026, 1, 1))
    assert province is not None, "load_reference first"
    commune = next(iter(communes_of(province)))
    producer = Producer.objects.create(kind="cooperative", name="Đo", commune=commune, registered_at=clock.now())
    slug = f"do-{way.pk}"
    shop = Shop.objects.create(
        producer=producer, slug=slug, name="Đo", state="open", made_at=clock.now(), opened_at=clock.now()
    )
    Connection.objects.exclude(pk=way.pk).update(is_enabled=False)
    photos = [store_photo(render(_jpeg(shade)), by=SYSTEM) for shade in range(PHOTOS)]
    category = Category.objects.get(code="che-bien-rau-qua")
    now = clock.now()
    made = Listing.objects.bulk_create(
        Listing(
            shop=shop, sku=f"DO{way.pk}-{each:06d}", slug=f"{slug}-{each}", name=f"Hàng đo {each}", category=category, description="Ngon.",
            price=50_000, unit="kg", net_weight=1000, stock=9, state="published", made_at=now, changed_at=now, published_at=now,
        )
        for each in range(number)
    )  # fmt: skip
    ListingPhoto.objects.bulk_create(
        ListingPhoto(listing=each, photo=photos[at % PHOTOS], position=0, alt="Hàng đo") for at, each in enumerate(made)
    )
    PlatformListing.objects.bulk_create(PlatformListing(listing=each, connection=way, revision=1) for each in made)
    return [each.pk for each in made]


def wish(listings: list[int]) -> None:
    """As if each had been saved: both lanes are queued."""
    now = clock.now() - timedelta(seconds=1)
    for start in range(0, len(listings), 500):
        rows = PlatformListing.objects.filter(listing__in=listings[start : start + 500])
        rows.update(work="queued", offer_work="queued", next_try_at=now, offer_next_try_at=now)


def pushed() -> float:
    """Seconds until everything that waits is done."""
    began = time.perf_counter()
    waiting = PlatformListing.objects.exclude(work__in=["idle", "dead", "blocked"])
    while push_due() or waiting.exists():
        assert time.perf_counter() - began < 1800, "this takes for ever"
    return time.perf_counter() - began


class Calls:
    """Calls that left, and those of them that were no GET."""

    total = 0
    writes = 0


@contextmanager
def counted() -> Iterator[Calls]:
    """Counts what leaves through the door for outgoing calls."""
    calls, lock, real = Calls(), threading.Lock(), outbound.send

    def send(method: str, *arguments: Any, **options: Any) -> outbound.Answer:
        with lock:
            calls.total += 1
            calls.writes += method != "GET"
        return real(method, *arguments, **options)

    outbound.send = send
    try:
        yield calls
    finally:
        outbound.send = real


def _jpeg(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), (shade * 10, 120, 60)).save(out, "JPEG")
    return out.getvalue()
