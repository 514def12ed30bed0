"""What a person decides about a drift: ours, theirs, or neither."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F

from core.kit import clock
from core.people.queries import Viewer
from market.listings.models import Listing
from market.platforms.engine.desired import bring_up_to_date
from market.platforms.models import Connection, Drift, PlatformListing
from market.platforms.reconcile.finding import is_still_removed
from market.platforms.reconcile.holding import (
    Held,
    NotAllowed,
    NotPossible,
    hold,
    is_in_the_air,
    is_seller,
    may_decide,
    write_decision,
)
from market.platforms.reconcile.taking import taken_over, write_theirs
from market.platforms.reconcile.twins import ask_to_take_down

Work, Observed, Kind, Decision = PlatformListing.Work, PlatformListing.Observed, Drift.Kind, Drift.Decision
__all__ = ["NotAllowed", "NotPossible", "ignore", "keep_ours", "may_keep_ours", "may_take_theirs", "take_theirs"]


def may_take_theirs(viewer: Viewer, drift: Drift) -> bool:
    """Whether this person may take over what stands there. It changes the seller's own words or wish, so it is the seller's
    alone; that an object with our SKU is ours an operator may say as well."""
    if drift.row is None or drift.kind == Kind.DUPLICATE:
        return False
    if drift.kind == Kind.STRANGER:
        return may_decide(viewer, drift)
    if drift.kind == Kind.EDITED and not taken_over(drift):
        return False
    return viewer.is_system or is_seller(viewer, drift)


def may_keep_ours(drift: Drift) -> bool:
    """Whether keeping ours means anything: what is nobody's of ours stays as it is."""
    return drift.row is not None


def ignore(*, drift: Drift, by: Viewer) -> None:
    """Leave it as it is until it changes again. Raises NotAllowed, NotPossible."""
    with transaction.atomic():
        write_decision(hold(drift, by).drift, Decision.IGNORED, by)


def keep_ours(*, drift: Drift, by: Viewer) -> None:
    """Bring our version there again: over an edit, shown where it was hidden, anew after a removal; a stray object with our SKU
    becomes ours and gets our words (or is taken down with a listing that is not on sale); of two the one we do not know is
    taken down by a job, which then writes the decision. What is just being sent goes out again when it is back. Raises
    NotAllowed, NotPossible."""
    with transaction.atomic():
        held = hold(drift, by)
        if held.drift.kind == Kind.DUPLICATE:
            ask_to_take_down(held, by)
            return
        if not may_keep_ours(held.drift) or held.row is None:
            raise NotPossible("Tin này không phải của gian hàng nào ở đây: chỉ có thể bỏ qua.")
        _check_stands(held)
        if held.drift.kind == Kind.STRANGER:
            _adopt(held.row, held.drift)
        if held.drift.kind == Kind.REMOVED:
            held.row.sent_revision = 0
            held.row.save(update_fields=["sent_revision"])
        if held.drift.kind == Kind.HIDDEN:
            PlatformListing.objects.filter(pk=held.row.pk).update(shall_show=True)
        _queue(held.row, anew=held.drift.kind != Kind.HIDDEN)
        write_decision(held.drift, Decision.OURS, by)


def take_theirs(*, drift: Drift, by: Viewer) -> None:
    """Take over what stands there: their words and price into the listing (what stands in no field of ours is brought back to
    ours), a removal or a hiding as the wish not to sell there, a stray object as ours. Raises NotAllowed, NotPossible."""
    with transaction.atomic():
        held = hold(drift, by)
        row = held.row
        if not may_take_theirs(by, held.drift) or row is None or held.listing is None:
            raise NotAllowed
        _check_stands(held)
        if held.drift.kind == Kind.EDITED:
            write_theirs(held.listing, held.drift, by)
            _queue(row)  # what was not taken over is brought back, although nothing of ours has changed
        elif held.drift.kind == Kind.REMOVED:
            row.is_off, row.wanted, row.work, row.cause, row.last_error = True, False, Work.IDLE, "", ""
            row.offer_work = Work.IDLE
            row.save(update_fields=["is_off", "wanted", "work", "cause", "last_error", "offer_work"])
        elif held.drift.kind == Kind.HIDDEN:
            _sell_no_more(row, held.listing)
        else:
            _adopt(row, held.drift)
            _queue(row)
        write_decision(held.drift, Decision.THEIRS, by)


def _check_stands(held: Held) -> None:
    """Raises NotPossible when what was found is no longer so, as far as we know, or is about to become ours by itself."""
    assert held.row is not None
    if held.drift.kind == Kind.STRANGER and is_in_the_air(held.row):
        # Whoever is sending it looks by SKU, or makes one: two ids at once would be one too many.
        raise NotPossible("Tin đang được gửi, hãy thử lại sau ít phút.")
    if held.drift.kind == Kind.REMOVED and not is_still_removed(held.row):
        raise NotPossible("Tin này đã được gửi lại từ đó. Hãy xem trạng thái mới nhất của tin.")
    if held.drift.kind in {Kind.EDITED, Kind.HIDDEN} and held.row.remote_id not in {"", held.drift.remote_id}:
        raise NotPossible("Trang này không còn là trang của tin. Hãy đợi lần đối chiếu sau.")


def _adopt(row: PlatformListing, drift: Drift) -> None:
    if row.remote_id and row.remote_id != drift.remote_id:
        raise NotPossible("Tin này đã có trang khác trên sàn. Hãy đối chiếu lại.")
    row.remote_id, row.url, row.observed = drift.remote_id, drift.url, Observed.PENDING
    row.submitted_at = clock.now()
    row.save(update_fields=["remote_id", "url", "observed", "submitted_at"])


def _sell_no_more(row: PlatformListing, listing: Listing) -> None:
    row.is_off, row.shall_show = True, False
    row.save(update_fields=["is_off", "shall_show"])
    bring_up_to_date([listing.pk], Connection.objects.filter(pk=row.connection_id))


def _queue(row: PlatformListing, *, anew: bool = True) -> None:
    """Both lanes of a held row start over, `anew` as if nothing were known of what is there. What is in the air stays there:
    whoever brings it home sees the newer wish and queues it again, and believes nothing of what they have sent."""
    now = clock.now()
    changes: dict[str, Any] = {"wish": F("wish") + 1, "waiting_since": now}
    changes |= {"next_try_at": now, "attempts": 0, "last_error": "", "cause": ""}
    changes |= {"offer_next_try_at": now, "offer_attempts": 0, "offer_error": "", "offer_cause": ""}
    if row.work not in {Work.IN_FLIGHT, Work.OUTCOME_UNKNOWN}:
        changes["work"] = Work.QUEUED
    if row.offer_work != Work.IN_FLIGHT:
        changes["offer_work"] = Work.QUEUED
    if anew:
        unknown = PlatformListing.ANEW if is_in_the_air(row) else ""
        changes |= {"confirmed_hash": unknown, "confirmed_offer_hash": unknown}
    PlatformListing.objects.filter(pk=row.pk).update(**changes)
