"""What a seller writes about a listing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.files.models import Photo
from core.places.models import Unit
from market.goods.models import Category
from market.listings.models import Listing
from onboarding.papers.models import Paper
from onboarding.producers.models import Producer


@dataclass(frozen=True)
class ListingFacts:
    """What the seller writes. `category` None and `price` 0 are not said yet. `price` is whole đồng, `net_weight` grams and `net_volume` millilitres of one unit or None,
    `stock` units, `alcohol` tenths of a per cent, months 1 to 12. `maker` None is the shop's producer, `origin` None the
    producer's commune; `papers` None leaves those ticked before."""

    name: str
    category: Category | None
    description: str
    price: int
    unit: str
    net_weight: int | None
    stock: int
    net_volume: int | None = None
    variant_name: str = ""
    maker: Producer | None = None
    origin: Unit | None = None
    ingredients: str = ""
    storage_note: str = ""
    warning: str = ""
    shelf_life_days: int | None = None
    season_from: int | None = None
    season_to: int | None = None
    alcohol: int | None = None
    papers: tuple[Paper, ...] | None = None


# What all sizes of the same goods share, and what each has for itself.
SHARED = (
    "name", "category", "description", "maker", "origin", "ingredients", "storage_note", "warning", "shelf_life_days",
    "season_from", "season_to", "alcohol",
)  # fmt: skip
OWN = ("price", "unit", "net_weight", "net_volume", "variant_name")


def as_written(facts: ListingFacts, photos: Sequence[Photo | str], papers: Sequence[Paper]) -> Listing:
    """The listing that would stand there once this is written, for the rules to look at; it is never saved. `photos` may
    be names of photos still to be made."""
    words = {name: getattr(facts, name) for name in ListingFacts.__dataclass_fields__ if name != "papers"}
    would_be = Listing(pk=0, **words)
    would_be._prefetched_objects_cache = {"photos": list(photos), "papers": list(papers)}  # type: ignore[attr-defined]
    return would_be
