"""Where a platform differs from a seller's listing, and what they may do about it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet, prefetch_related_objects

from market.listings.models import Listing
from market.platforms.models import Drift
from market.platforms.reconcile.finding import is_still_removed
from market.platforms.reconcile.taking import taken_over
from market.platforms.reconcile.wording import field_words, lines_of, web_address

# What a seller decides; the rest is the operators'.
SELLERS = (Drift.Kind.EDITED, Drift.Kind.REMOVED, Drift.Kind.HIDDEN)


@dataclass(frozen=True)
class Difference:
    """One open drift: `lines` are (field, ours, theirs) in words, `taken` the fields that taking theirs would change here."""

    drift: Drift
    platform: str
    is_removed: bool
    is_hidden: bool
    lines: tuple[tuple[str, str, str], ...]
    taken: str
    url: str
    may_take: bool


def open_drifts_of(listings: QuerySet[Listing]) -> QuerySet[Drift]:
    """What the sellers of these listings may decide now."""
    found = Drift.objects.filter(decision=Drift.Decision.OPEN, kind__in=SELLERS, row__listing__in=listings)
    return found.select_related("connection__platform", "row__listing__shop").order_by("pk")


def differences_of(listing: Listing) -> list[Difference]:
    """What is open about one listing, for somebody who acts for its producer; two queries at most."""
    drifts = list(open_drifts_of(Listing.objects.filter(pk=listing.pk)))
    if drifts:
        prefetch_related_objects([listing], "variants")
    found = []
    for drift in drifts:
        assert drift.row is not None
        drift.row.listing = listing
        is_removed = drift.kind == Drift.Kind.REMOVED
        # Sent again, or taken off there, without a word about the drift: the next comparison closes it.
        if is_removed and not (drift.row.wanted and is_still_removed(drift.row)):
            continue
        taken = ", ".join(field_words(name).lower() for name in taken_over(drift))
        found.append(
            Difference(
                drift,
                platform=drift.connection.platform.name,
                is_removed=is_removed,
                is_hidden=drift.kind == Drift.Kind.HIDDEN,
                lines=lines_of(drift),
                taken=taken,
                url=web_address(drift),
                may_take=drift.kind != Drift.Kind.EDITED or bool(taken),
            )
        )
    return found
