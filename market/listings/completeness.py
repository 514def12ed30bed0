"""What a listing still needs, per place where it is shown: our own shop by our rules, each platform by its adapter's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from core.kit import clock
from market.goods.queries import rules_in_force
from market.listings.models import Listing
from market.listings.registry import Need, needs_of_all
from market.listings.rules import concerns_of, missing_for_sale

OWN_PLACE = "Lên Sàn"


@dataclass(frozen=True)
class Place:
    """One place with what it misses; `is_ready` when nothing there blocks."""

    name: str
    needs: tuple[Need, ...]

    @property
    def is_ready(self) -> bool:
        return not any(need.blocks for need in self.needs)


def places_of_all(listings: Sequence[Listing]) -> dict[int, list[Place]]:
    """For each of these listings (from `listings_of`): our own place first, then each platform that misses something. A fixed
    number of queries."""
    prefetch_related_objects(list(listings), "papers")
    rules = rules_in_force(clock.today())
    by_platform = needs_of_all(listings)
    found = {}
    for listing in listings:
        advice = [each for each in concerns_of(listing, rules) if not each.blocks]
        own = (
            *(Need(OWN_PLACE, each.field, each.sentence, True) for each in missing_for_sale(listing, rules)),
            *(Need(OWN_PLACE, each.field, each.sentence, False) for each in advice),
        )
        names = dict.fromkeys(need.platform for need in by_platform[listing.pk])
        found[listing.pk] = [
            Place(OWN_PLACE, own),
            *(Place(name, tuple(need for need in by_platform[listing.pk] if need.platform == name)) for name in names),
        ]
    return found


def places_of(listing: Listing) -> list[Place]:
    """`places_of_all` of one listing."""
    return places_of_all([listing])[listing.pk]


def lines_of(listings: Sequence[Listing]) -> dict[int, str]:
    """For each listing what blocks it, in one line: the first sentence and how many more; "" when nothing does."""
    lines = {}
    for listing_id, places in places_of_all(listings).items():
        sentences = list(dict.fromkeys(need.sentence for place in places for need in place.needs if need.blocks))
        more = f" Và {len(sentences) - 1} mục nữa." if len(sentences) > 1 else ""
        lines[listing_id] = sentences[0] + more if sentences else ""
    return lines
