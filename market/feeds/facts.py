"""What the feeds say of a good: of our own words, without any platform's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from core.kit import clock
from market.feeds.text import cut, line, plain
from market.goods.tree import nodes
from market.listings.models import Listing, ListingBadge, SaleUnit
from market.listings.rules import maker_shown, promotion_of
from onboarding.consent.models import Purpose

LONGEST_DESCRIPTION = 9_000
_MEASURES = {SaleUnit.KILOGRAM.value: 1000, SaleUnit.HUNDRED_GRAMS.value: 100}
_VOLUMES = {SaleUnit.LITRE.value: 1000}


@dataclass(frozen=True)
class Certificate:
    """A badge in force; days are ISO, both included. `path` is where it is checked."""

    label: str
    stars: int | None
    code: str
    path: str
    valid_from: str
    valid_until: str


@dataclass(frozen=True)
class Reduction:
    """A promotion in force: whole đồng for one unit, on these days (ISO, both included)."""

    price: int
    starts_on: str
    ends_on: str


@dataclass(frozen=True)
class Facts:
    """A good on sale. `price` is whole đồng for one `unit`, `stock` what can be bought of it; `weight` (grams) and `volume`
    (millilitres) of one unit, 0 where nobody said. `path` and `photos` are addresses without the site where they are ours."""

    sku: str
    name: str
    size: str
    group: str
    path: str
    description: str
    price: int
    reduction: Reduction | None
    stock: int
    unit: str
    weight: int
    volume: int
    category: tuple[str, ...]
    category_code: str
    photos: tuple[str, ...]
    certificates: tuple[Certificate, ...]
    shop: str
    shop_path: str
    maker: str
    commune: str
    province: str

    def on(self, day: date) -> Facts:
        """The same on a day: a certificate or a promotion that has ended before it is no longer told, however late the entry
        follows."""
        held = tuple(each for each in self.certificates if each.valid_until >= day.isoformat())
        reduction = self.reduction if self.reduction and self.reduction.ends_on >= day.isoformat() else None
        if held == self.certificates and reduction == self.reduction:
            return self
        return Facts(**{**vars(self), "certificates": held, "reduction": reduction})

    @property
    def title(self) -> str:
        """The name with its size or packing."""
        return f"{self.name}, {self.size}" if self.size else self.name


def facts_of(listing: Listing) -> Facts:
    """What is told today of a listing from `queries.goods_in_feeds`; costs no query."""
    maker = maker_shown(listing, Purpose.PLATFORM)
    commune = listing.origin or maker.commune
    category = listing.category
    assert category is not None, "what is on sale has a category"
    node = nodes().get(category.code)
    name = line(listing.name) or listing.sku
    size = line(listing.variant_name)
    head = listing.main or listing
    has_told_sizes: bool = listing.has_told_sizes  # type: ignore[attr-defined]
    return Facts(
        sku=listing.sku,
        name=name,
        size=size,
        # Sizes of one good must tell themselves apart: one without a name of its own stands alone, like the only one told.
        group=head.sku if size and has_told_sizes else "",
        path=reverse("product", args=[listing.slug]),
        description=cut(plain(listing.description), LONGEST_DESCRIPTION) or name,
        price=listing.price,
        reduction=_reduction(listing),
        stock=max(0, listing.stock),
        unit=str(listing.get_unit_display()),
        weight=_MEASURES.get(listing.unit) or listing.net_weight or 0,
        volume=_VOLUMES.get(listing.unit) or listing.net_volume or 0,
        category=tuple(line(each) for each in (node.path if node else (category.sector, category.name)) if line(each)),
        category_code=category.code,
        photos=tuple(row.photo.large.url for row in listing.photos.all()),
        certificates=tuple(_certificate(badge) for badge in _badges(listing) if badge.valid_from <= clock.today()),
        shop=line(listing.shop.name) or listing.shop.slug,
        shop_path=reverse("shop", args=[listing.shop.slug]),
        maker=line(maker.name),
        commune=str(commune),
        province=str(commune.parent or ""),
    )


def holds_until(listing: Listing, day: date) -> date | None:
    """The last day, from the one on which the listing was read, on which `facts_of` says the same if nobody touches anything; None:
    no end in sight."""
    eve = timedelta(days=1)
    turns = [badge.valid_until for badge in _badges(listing)]
    turns += [badge.valid_from - eve for badge in _badges(listing)]
    promotions = listing.current_promotions  # type: ignore[attr-defined]
    turns += [row.ends_on for row in promotions]
    turns += [row.starts_on - eve for row in promotions]
    return min((turn for turn in turns if turn >= day), default=None)


def as_json(facts: Facts) -> dict[str, Any]:
    """As an entry keeps it."""
    return asdict(facts)


def from_json(kept: Mapping[str, Any]) -> Facts:
    """Back from an entry."""
    reduction = kept["reduction"]
    return Facts(
        **{
            **kept,
            "reduction": Reduction(**reduction) if reduction else None,
            "category": tuple(kept["category"]),
            "photos": tuple(kept["photos"]),
            "certificates": tuple(Certificate(**each) for each in kept["certificates"]),
        }
    )


def digest_of(kept: Mapping[str, Any]) -> str:
    """Equal for equal facts: SHA-256 (hex)."""
    return hashlib.sha256(json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _badges(listing: Listing) -> list[ListingBadge]:
    found: list[ListingBadge] = listing.badges_ahead  # type: ignore[attr-defined]
    return found


def _reduction(listing: Listing) -> Reduction | None:
    found = promotion_of(listing)
    return Reduction(found.price, found.starts_on.isoformat(), found.ends_on.isoformat()) if found else None


def _certificate(badge: ListingBadge) -> Certificate:
    return Certificate(
        line(badge.label),
        badge.stars,
        badge.check_code,
        badge.check_path,
        badge.valid_from.isoformat(),
        badge.valid_until.isoformat(),
    )
