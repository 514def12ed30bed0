"""What a person decides about a drift: ours, theirs, or neither."""

from __future__ import annotations

from django.db import transaction

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from market.platforms.models import Drift, PlatformListing
from market.platforms.reconcile.finding import is_still_removed
from market.platforms.reconcile.holding import (
    Held,
    NotAllowed,
    NotPossible,
    check_at_rest,
    hold,
    is_seller,
    may_decide,
)
from market.platforms.reconcile.taking import taken_over, write_theirs
from market.platforms.reconcile.twins import take_down_twin
from onboarding.producers.queries import on_behalf_of

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
        _decide(hold(drift, by).drift, Decision.IGNORED, by)


def keep_ours(*, drift: Drift, by: Viewer) -> None:
    """Bring our version there again: over an edit, anew after a removal; a stray object with our SKU becomes ours and gets our
    words (or is taken down with a listing that is not on sale); of two the one we do not know is taken down, by one call
    now. Raises NotAllowed, NotPossible (also when the platform did not do it: nothing is decided then)."""
    if drift.kind == Kind.DUPLICATE:
        take_down_twin(drift=drift, by=by, decided=lambda held: _decide(held, Decision.OURS, by))
        return
    with transaction.atomic():
        held = hold(drift, by)
        if not may_keep_ours(held.drift) or held.row is None:
            raise NotPossible("Tin này không phải của gian hàng nào ở đây: chỉ có thể bỏ qua.")
        _check_stands(held)
        if held.drift.kind == Kind.STRANGER:
            _adopt(held.row, held.drift)
        if held.drift.kind == Kind.REMOVED:
            held.row.sent_revision = 0
            held.row.save(update_fields=["sent_revision"])
        _queue(held.row)
        _decide(held.drift, Decision.OURS, by)


def take_theirs(*, drift: Drift, by: Viewer) -> None:
    """Take over what stands there: their words and price into the listing (what stands in no field of ours is brought back to
    ours), a removal as the wish not to sell there, a stray object as ours. Raises NotAllowed, NotPossible."""
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
        else:
            _adopt(row, held.drift)
            _queue(row)
        _decide(held.drift, Decision.THEIRS, by)


def _check_stands(held: Held) -> None:
    """Raises NotPossible when what was found is no longer so, as far as we know, or somebody is at it."""
    assert held.row is not None
    check_at_rest(held.row)
    if held.drift.kind == Kind.REMOVED and not is_still_removed(held.row):
        raise NotPossible("Tin này đã được gửi lại từ đó. Hãy xem trạng thái mới nhất của tin.")
    if held.drift.kind == Kind.EDITED and held.row.remote_id not in {"", held.drift.remote_id}:
        raise NotPossible("Trang này không còn là trang của tin. Hãy đợi lần đối chiếu sau.")


def _adopt(row: PlatformListing, drift: Drift) -> None:
    if row.remote_id and row.remote_id != drift.remote_id:
        raise NotPossible("Tin này đã có trang khác trên sàn. Hãy đối chiếu lại.")
    row.remote_id, row.url, row.observed = drift.remote_id, drift.url, Observed.PENDING
    row.submitted_at = clock.now()
    row.save(update_fields=["remote_id", "url", "observed", "submitted_at"])


def _queue(row: PlatformListing) -> None:
    """Both lanes start over, as if nothing were known of what is there."""
    now = clock.now()
    PlatformListing.objects.filter(pk=row.pk).update(
        **{"work": Work.QUEUED, "next_try_at": now, "attempts": 0, "last_error": "", "cause": ""},
        **{
            "offer_work": Work.QUEUED,
            "offer_next_try_at": now,
            "offer_attempts": 0,
            "offer_error": "",
            "offer_cause": "",
        },
        **{"confirmed_hash": "", "confirmed_offer_hash": "", "waiting_since": now},
    )


def _decide(drift: Drift, decision: Drift.Decision, by: Viewer) -> None:
    drift.decision, drift.decided_by_id, drift.decided_at = decision, by.user_id, clock.now()
    drift.save(update_fields=["decision", "decided_by", "decided_at"])
    record(
        "drift.decided",
        actor_id=by.user_id,
        object_label=f"drift:{drift.pk}",
        changes={str(drift.get_kind_display()): ("chưa quyết", str(decision.label))},
        **(on_behalf_of(by, drift.row.listing.shop.producer_id) if drift.row is not None else {}),
    )
