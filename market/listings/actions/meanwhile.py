"""Two people, or two windows, with one listing: what the one saved is not written over before the other has seen it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from django.db.models import Max, Model

from core.files.models import Photo
from market.listings.actions.facts import OWN, SHARED, ListingFacts
from market.listings.counting import MovedSince, moved_since, stock_to_be
from market.listings.models import Listing


class WrittenMeanwhile(Exception):
    """Somebody saved after the writer opened the page. `changed` are the fields that say something else now than the writer
    has, each with whether the writer changed it as well; `stock` is the number theirs would make and `move` the last
    StockMove of that moment."""

    def __init__(self, changed: Mapping[str, bool], stock: int, move: int) -> None:
        super().__init__(", ".join(changed))
        self.changed, self.stock, self.move = changed, stock, move


def stamp_of(listing: Listing) -> str:
    """What a page says it has seen of a listing: each field's name with a short sign of its content. Stock has its own
    word, the move that was seen, because orders change it all day long."""
    return ";".join(f"{name}:{_sign(value)}" for name, value in _held(listing).items())


def check_meanwhile(
    listing: Listing, facts: ListingFacts, photos: Sequence[Photo], *, content_seen: str, move_seen: int | None
) -> None:
    """With the listing held: raises WrittenMeanwhile when it says something else than its writer saw and writes. The same
    words sent again raise nothing: what stands there then is what they say."""
    if not content_seen:
        return
    seen = dict(part.partition(":")[::2] for part in content_seen.split(";"))
    written = _written(listing, facts, photos)
    changed = {}
    for name, value in _held(listing).items():
        now, mine = _sign(value), _sign(written[name])
        before = seen.get(name, now)
        if now not in (before, mine):
            changed[name] = mine != before
    since = MovedSince() if move_seen is None else moved_since({listing.pk: move_seen})[listing.pk]
    stock = stock_to_be(listing.stock, facts.stock, since)
    if since.units != since.by_orders and stock != listing.stock:
        changed["stock"] = True
    if changed:
        newest = listing.stock_moves.aggregate(pk=Max("pk"))["pk"]
        raise WrittenMeanwhile(changed, stock, newest or 0)


def _held(listing: Listing) -> dict[str, Any]:
    held = {name: getattr(listing, name) for name in OWN}
    if listing.main_id is None:
        held |= {name: getattr(listing, name) for name in SHARED}
        held["photos"] = list(listing.photos.order_by("position").values_list("photo_id", flat=True))
        held["papers"] = sorted(listing.papers.values_list("pk", flat=True))
    return held


def _written(listing: Listing, facts: ListingFacts, photos: Sequence[Photo]) -> dict[str, Any]:
    told: dict[str, Any] = {name: getattr(facts, name) for name in (*OWN, *SHARED)}
    told["photos"] = [photo.pk for photo in photos]
    papers = listing.papers.all() if facts.papers is None else facts.papers
    told["papers"] = sorted(paper.pk for paper in papers)
    return told


def _sign(value: Any) -> str:
    if isinstance(value, Model):
        value = value.pk
    elif isinstance(value, list):
        value = ",".join(str(part) for part in value)
    return sha256(str("" if value is None else value).encode()).hexdigest()[:10]
