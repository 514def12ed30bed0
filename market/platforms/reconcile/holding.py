"""A drift that is being decided, with everything it is about, as it stands and held until the transaction ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from core.audit.actions import record
from core.kit import clock
from core.people.models import Role
from core.people.queries import Viewer
from market.listings.actions import locked_good
from market.listings.models import Listing
from market.platforms.models import Drift, PlatformListing
from onboarding.producers.queries import may_act_for, on_behalf_of

Work, Observed, Kind, Decision = PlatformListing.Work, PlatformListing.Observed, Drift.Kind, Drift.Decision
# After this time a job that was to do it has been given up.
ASKED_FOR = timedelta(minutes=30)


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


def is_asked(drift: Drift) -> bool:
    """Whether a job is doing what somebody decided."""
    return drift.asked_at is not None and clock.now() - drift.asked_at < ASKED_FOR


def hold(drift: Drift, by: Viewer, *, is_the_job: bool = False) -> Held:
    """Lock an undecided drift in the order of every change: the listing (with its sizes), its row there, then the drift.
    What a job is at nobody else may decide. Raises NotAllowed, NotPossible."""
    seen = Drift.objects.select_related("row__listing").get(pk=drift.pk)
    row, listing = None, None
    if seen.row is not None:
        good = {each.pk: each for each in locked_good(seen.row.listing)}
        listing = good[seen.row.listing_id]
        row = PlatformListing.objects.select_for_update(of=("self",), no_key=True).get(pk=seen.row.pk)
        row.listing = listing
    held = Drift.objects.select_for_update(of=("self",)).select_related("connection__platform").get(pk=drift.pk)
    if held.row_id == seen.row_id:
        held.row = row
    if not may_decide(by, held):
        raise NotAllowed
    if held.decision != Decision.OPEN or held.row_id != seen.row_id:
        raise NotPossible("Việc này đã được quyết hoặc không còn lệch nữa.")
    if is_asked(held) and not is_the_job:
        raise NotPossible("Việc này đang được làm. Hãy xem lại sau ít phút.")
    return Held(held, row, listing)


def is_in_the_air(row: PlatformListing) -> bool:
    """Whether somebody is speaking to the platform about it."""
    return Work.IN_FLIGHT in {row.work, row.offer_work}


def write_decision(drift: Drift, decision: Drift.Decision, by: Viewer) -> None:
    """Close a held drift, and note by whom; nothing is asked of a job any more."""
    drift.decision, drift.decided_by_id, drift.decided_at = decision, by.user_id, clock.now()
    drift.asked_at, drift.trouble = None, ""
    drift.save(update_fields=["decision", "decided_by", "decided_at", "asked_at", "trouble"])
    record(
        "drift.decided",
        actor_id=by.user_id,
        object_label=f"drift:{drift.pk}",
        changes={str(drift.get_kind_display()): ("chưa quyết", str(decision.label))},
        **(on_behalf_of(by, drift.row.listing.shop.producer_id) if drift.row is not None else {}),
    )
