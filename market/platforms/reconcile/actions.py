"""What a person decides about a drift: ours, theirs, or neither."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from core.audit.actions import record
from core.kit import clock
from core.people.models import Role
from core.people.queries import Viewer
from market.listings.actions import ListingFacts, write_listing
from market.listings.models import Listing
from market.listings.rules import selling_price
from market.platforms.contract import PlatformFailure, RemoteIds, adapter_for
from market.platforms.engine.documents import settings_of
from market.platforms.models import Drift, PlatformListing
from onboarding.producers.queries import may_act_for

Work, Observed, Kind, Decision = PlatformListing.Work, PlatformListing.Observed, Drift.Kind, Drift.Decision
# Fields of a document that a seller may take over, and where they stand in a listing.
TAKEN = {
    "title": "name",
    "description": "description",
    "price": "price",
    "ingredients": "ingredients",
    "warnings": "warning",
}


class NotAllowed(PermissionError):
    """This is not for this person."""


class NotPossible(Exception):
    """It cannot be decided like this (any more); the message says why, in Vietnamese."""


def may_decide(viewer: Viewer, drift: Drift) -> bool:
    """Whether this person may keep ours or leave it: platform operators, and whoever acts for the producer."""
    return viewer.is_system or viewer.has_role(Role.PLATFORM_OPERATOR) or _is_seller(viewer, drift)


def may_take_theirs(viewer: Viewer, drift: Drift) -> bool:
    """Whether this person may take over what stands there. It changes the seller's own words or wish, so it is the seller's
    alone; that an object with our SKU is ours an operator may say as well."""
    if drift.row is None or drift.kind == Kind.DUPLICATE:
        return False
    if drift.kind == Kind.STRANGER:
        return may_decide(viewer, drift)
    if drift.kind == Kind.EDITED and not taken_over(drift):
        return False
    return viewer.is_system or _is_seller(viewer, drift)


def _is_seller(viewer: Viewer, drift: Drift) -> bool:
    return drift.row is not None and may_act_for(viewer, drift.row.listing.shop.producer_id)


def may_keep_ours(drift: Drift) -> bool:
    """Whether keeping ours means anything: what is nobody's of ours stays as it is."""
    return drift.row is not None


def taken_over(drift: Drift) -> tuple[str, ...]:
    """The fields that taking theirs would change here."""
    has_sizes = drift.row is not None and (drift.row.listing.main_id or drift.row.listing.variants.exists())
    names = (line["field"] for line in drift.fields)
    # A size's name on a platform is made of two of ours: nobody can say which of them was changed.
    return tuple(name for name in names if name in TAKEN and not (has_sizes and name == "title"))


def ignore(*, drift: Drift, by: Viewer) -> None:
    """Leave it as it is until it changes again. Raises NotAllowed, NotPossible."""
    with transaction.atomic():
        _decide(_held(drift, by), Decision.IGNORED, by)


def keep_ours(*, drift: Drift, by: Viewer) -> None:
    """Bring our version there again: over an edit, anew after a removal; a stray object with our SKU becomes ours and gets our
    words (or is taken down with a listing that is not on sale); of two the one we do not know is taken down, by one call
    now. Raises NotAllowed, NotPossible (also when the platform did not do it: nothing is decided then)."""
    if drift.kind == Kind.DUPLICATE:
        _take_down_twin(drift, by)
    with transaction.atomic():
        held = _held(drift, by)
        if not may_keep_ours(held) or held.row is None:
            raise NotPossible("Tin này không phải của gian hàng nào ở đây: chỉ có thể bỏ qua.")
        row = PlatformListing.objects.select_for_update().get(pk=held.row.pk)
        if held.kind == Kind.STRANGER:
            _adopt(row, held)
        if held.kind != Kind.DUPLICATE:
            _queue(row)
        _decide(held, Decision.OURS, by)


def take_theirs(*, drift: Drift, by: Viewer) -> None:
    """Take over what stands there: their words and price into the listing (what stands in no field of ours is brought back to
    ours), a removal as the wish not to sell there, a stray object as ours. Raises NotAllowed, NotPossible and what
    `write_listing` raises."""
    with transaction.atomic():
        held = _held(drift, by)
        if not may_take_theirs(by, held) or held.row is None:
            raise NotAllowed
        row = (
            PlatformListing.objects.select_for_update(of=("self",)).select_related("listing__shop").get(pk=held.row.pk)
        )
        if held.kind == Kind.EDITED:
            _write_theirs(row.listing, held, by)
        elif held.kind == Kind.REMOVED:
            row.is_off, row.wanted, row.work, row.cause, row.last_error = True, False, Work.IDLE, "", ""
            row.offer_work = Work.IDLE
            row.save(update_fields=["is_off", "wanted", "work", "cause", "last_error", "offer_work"])
        else:
            _adopt(row, held)
            _queue(row)
        _decide(held, Decision.THEIRS, by)


def _write_theirs(listing: Listing, drift: Drift, by: Viewer) -> None:
    theirs: dict[str, Any] = {line["field"]: line["theirs"] for line in drift.fields}
    names = ListingFacts.__dataclass_fields__.keys() - {"papers"}
    facts = {name: getattr(listing, name) for name in names}
    for name in taken_over(drift):
        if name == "price":
            if selling_price(listing) != listing.price:
                raise NotPossible("Sản phẩm đang có khuyến mại. Hãy kết thúc khuyến mại trước khi lấy giá của sàn.")
            facts["price"] = int(theirs[name])
        else:
            facts[TAKEN[name]] = theirs[name]
    photos = [each.photo for each in listing.photos.select_related("photo")]
    write_listing(shop=listing.shop, facts=ListingFacts(**facts), photos=photos, by=by, listing=listing)


def _take_down_twin(drift: Drift, by: Viewer) -> None:
    if not may_decide(by, drift):
        raise NotAllowed
    connection = drift.connection
    try:
        adapter_for(connection.adapter).withdraw(
            settings_of(connection), RemoteIds(drift.remote_id, drift.url), f"drift-{drift.pk}"
        )
    except PlatformFailure as failure:
        raise NotPossible(failure.message_vi) from failure


def _adopt(row: PlatformListing, drift: Drift) -> None:
    if row.remote_id and row.remote_id != drift.remote_id:
        raise NotPossible("Tin này đã có trang khác trên sàn. Hãy đối chiếu lại.")
    row.remote_id, row.url, row.observed = drift.remote_id, drift.url, Observed.PENDING
    row.submitted_at = clock.now()
    row.save(update_fields=["remote_id", "url", "observed", "submitted_at"])


def _queue(row: PlatformListing) -> None:
    """Both lanes start over, as if nothing were known of what is there."""
    now = clock.now()
    PlatformListing.objects.filter(pk=row.pk).exclude(work=Work.IN_FLIGHT).update(
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


def _held(drift: Drift, by: Viewer) -> Drift:
    held = (
        Drift.objects.select_for_update(of=("self",))
        .select_related("row__listing__shop", "connection__platform")
        .get(pk=drift.pk)
    )
    if not may_decide(by, held):
        raise NotAllowed
    if held.decision != Decision.OPEN:
        raise NotPossible("Việc này đã được quyết hoặc không còn lệch nữa.")
    return held


def _decide(drift: Drift, decision: Drift.Decision, by: Viewer) -> None:
    drift.decision, drift.decided_by_id, drift.decided_at = decision, by.user_id, clock.now()
    drift.save(update_fields=["decision", "decided_by", "decided_at"])
    record(
        "drift.decided",
        actor_id=by.user_id,
        object_label=f"drift:{drift.pk}",
        changes={str(drift.get_kind_display()): ("chưa quyết", str(decision.label))},
    )
