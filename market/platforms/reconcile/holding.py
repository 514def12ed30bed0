"""A drift that is being decided, with everything it is about, as it stands and held until the transaction ends."""

from __future__ import annotations

from dataclasses import dataclass

from core.people.models import Role
from core.people.queries import Viewer
from market.listings.actions import locked_good
from market.listings.models import Listing
from market.platforms.models import Drift, PlatformListing
from onboarding.producers.queries import may_act_for

Work, Observed, Kind, Decision = PlatformListing.Work, PlatformListing.Observed, Drift.Kind, Drift.Decision
# Whoever brings this home would write over what is decided now.
IN_THE_AIR = {Work.IN_FLIGHT, Work.OUTCOME_UNKNOWN}


class NotAllowed(PermissionError):
    """This is not for this person."""


class NotPossible(Exception):
    """It cannot be decided like this (any more); the message says why, in Vietnamese."""


@dataclass(frozen=True)
class Held:
    """A drift, and its row with the listing where it has one."""

    drift: Drift
    row: PlatformListing | None
    listing: Listing | None


def may_decide(viewer: Viewer, drift: Drift) -> bool:
    """Whether this person may keep ours or leave it: platform operators, and whoever acts for the producer."""
    return viewer.is_system or viewer.has_role(Role.PLATFORM_OPERATOR) or is_seller(viewer, drift)


def is_seller(viewer: Viewer, drift: Drift) -> bool:
    """Whether this person acts for the producer of the listing."""
    return drift.row is not None and may_act_for(viewer, drift.row.listing.shop.producer_id)


def hold(drift: Drift, by: Viewer) -> Held:
    """Lock an undecided drift in the order of every change: the listing (with its sizes), its row there, then the drift.
    Raises NotAllowed, NotPossible."""
    seen = Drift.objects.select_related("row__listing").get(pk=drift.pk)
    row, listing = None, None
    if seen.row is not None:
        good = {each.pk: each for each in locked_good(seen.row.listing)}
        listing = good[seen.row.listing_id]
        row = PlatformListing.objects.select_for_update(of=("self",)).get(pk=seen.row.pk)
        row.listing = listing
    held = Drift.objects.select_for_update(of=("self",)).select_related("connection__platform").get(pk=drift.pk)
    if held.row_id == seen.row_id:
        held.row = row
    if not may_decide(by, held):
        raise NotAllowed
    if held.decision != Decision.OPEN or held.row_id != seen.row_id:
        raise NotPossible("Việc này đã được quyết hoặc không còn lệch nữa.")
    return Held(held, row, listing)


def check_at_rest(row: PlatformListing) -> None:
    """Raises NotPossible while somebody is sending it."""
    if IN_THE_AIR & {row.work, row.offer_work}:
        raise NotPossible("Tin đang được gửi, hãy thử lại sau ít phút.")
