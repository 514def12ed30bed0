"""What still keeps a listing from being shown somewhere, in plain sentences: our own shop's needs come from the rules here,
each platform's from the slices above, which register a source.

A source answers for many listings at once, so that a list of them costs a fixed number of queries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from market.listings.models import Listing


@dataclass(frozen=True)
class Need:
    """One thing to mend before `platform` (its name as people know it) shows a listing. `field` is a field of the listing's
    form ("" when it is none of ours); `blocks` is False for advice of the platform."""

    platform: str
    field: str
    sentence: str
    blocks: bool


# Needs by the listing's id; a listing without needs may be left out. The listings carry shop, producer, commune, category
# and photos already (`queries.listings_of`).
NeedsSource = Callable[[Sequence[Listing]], Mapping[int, Sequence[Need]]]
_sources: list[NeedsSource] = []


def register_needs(source: NeedsSource) -> None:
    """Ask this source as well; registering it twice is once."""
    if source not in _sources:
        _sources.append(source)


def needs_of_all(listings: Sequence[Listing]) -> dict[int, list[Need]]:
    """What the registered sources miss of each of these listings, by its id, in the order of the sources."""
    found: dict[int, list[Need]] = {listing.pk: [] for listing in listings}
    for source in _sources if listings else ():
        for listing_id, needs in source(listings).items():
            found[listing_id].extend(needs)
    return found


def needs_of(listing: Listing) -> list[Need]:
    """`needs_of_all` of one listing."""
    return needs_of_all([listing])[listing.pk]
