"""A small market for the search tests, made through the market's own actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from core.files.models import Photo
from core.kit import clock
from core.people.queries import SYSTEM
from core.places.models import Level, Unit
from core.places.queries import unit_by_code
from market.goods.models import Category
from market.listings.actions import BadgeFacts, ListingFacts, publish_listing, set_badges, write_listing
from market.listings.models import Listing
from market.shops.models import Shop
from onboarding.producers.models import Producer, ProducerKind

_numbers = count(1)


@dataclass(frozen=True)
class Places:
    """Two communes of today."""

    phan_thiet: Unit
    loc_ninh: Unit


def make_places() -> Places:
    """Phường Phan Thiết (Lâm Đồng, once in TP. Phan Thiết, Bình Thuận) and phường Lộc Ninh (Đồng Nai)."""
    return Places(_commune("22945"), _commune("25270"))


def make_shop(commune: Unit, name: str = "Gian hàng thử") -> Shop:
    """An open shop of a new cooperative with the same name; nothing is for sale there yet."""
    producer = Producer.objects.create(
        kind=ProducerKind.COOPERATIVE, name=name, commune=commune, registered_at=clock.now()
    )
    return Shop.objects.create(
        producer=producer, slug=f"thu-{next(_numbers)}", name=name, state=Shop.State.OPEN, opened_at=clock.now()
    )


def make_category(code: str, name: str) -> Category:
    """A category of our list."""
    category, _ = Category.objects.get_or_create(
        code=code, defaults={"name": name, "sector": "Thực phẩm", "position": next(_numbers)}
    )
    return category


def put_on_sale(shop: Shop, name: str, *, description: str = "Hàng nhà làm.", **facts: Any) -> Listing:
    """A published listing. Facts: category (default "Thử"), price, stock, stars (a badge valid for years)."""
    stars = facts.pop("stars", None)
    listing = write_listing(
        shop=shop,
        facts=ListingFacts(
            name=name,
            category=facts.get("category") or make_category("thu", "Thử"),
            description=description,
            price=facts.get("price", 50_000),
            unit="bottle",
            net_weight=500,
            stock=facts.get("stock", 10),
        ),
        photos=[_photo()],
        by=SYSTEM,
    )
    if stars:
        certify(listing, stars)
    return publish_listing(listing=listing, by=SYSTEM)


def certify(listing: Listing, stars: int, since: date = date(2020, 1, 1), until: date = date(2099, 12, 31)) -> None:
    """Give a listing exactly one badge for a period, both days included."""
    badge = BadgeFacts(f"MA{next(_numbers)}", f"OCOP {stars} sao", stars, "", None, since, until, "/ocop/thu")
    set_badges(listing=listing, badges=[badge], by=SYSTEM)


def _photo() -> Photo:
    number = next(_numbers)
    names = {field: f"photos/{number}-{field}" for field in ("large", "small", "large_webp", "small_webp")}
    return Photo.objects.create(sha256=f"{number:064}", width=1600, height=1200, uploaded_at=clock.now(), **names)


def _commune(code: str) -> Unit:
    found = unit_by_code(Level.COMMUNE, code, clock.today())
    assert found is not None, "the reference data is not loaded"
    return found
