"""Adding what was seen on a platform."""

from __future__ import annotations

from django.db import transaction

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.people.queries import Viewer
from onboarding.accounts.actions.refusals import OwnClaim
from onboarding.accounts.events import LinkSeen
from onboarding.accounts.models import Observation, OutsideLink
from onboarding.accounts.rules import evidence_hash


@transaction.atomic
def observe(
    *,
    link: OutsideLink,
    result: str,
    observer: str,
    by: Viewer,
    seen_title: str = "",
    seen_price: int | None = None,
    robot: str = "",
    reason: str = "",
) -> Observation:
    """Add what was seen at a link just now. The hash is over the facts kept, so a changed row shows.

    `robot`: name and version of what looked where it was no person; `reason`: why nothing could be concluded
    (`Observation.Reason`). Raises OwnClaim when a person would say "live" of a link, or of a link of an account, that they claimed themselves.
    """
    if observer == Observation.Observer.PERSON and result == Observation.Result.LIVE and is_claimant(by, link):
        raise OwnClaim
    seen = Observation(
        link=link,
        at=clock.now(),
        observer=observer,
        observed_by_id=by.user_id,
        result=result,
        seen_title=seen_title[:200],
        seen_price=seen_price,
        robot=robot,
        reason=reason,
    )
    seen.evidence_hash = evidence_hash(seen)
    seen.save()
    words = str(seen.get_result_display())
    record(
        "link.observed",
        actor_id=by.user_id,
        object_label=f"outside_link:{link.pk}",
        changes={"điều đã thấy": ("", f"{words}: {seen.get_reason_display()}" if reason else words)},
    )
    emit(LinkSeen(link.pk, link.account_id))
    return seen


def is_claimant(viewer: Viewer, link: OutsideLink) -> bool:
    """Whether this person claimed the link or the account it belongs to. (A trigger says the same.)"""
    return viewer.user_id is not None and viewer.user_id in {link.claimed_by_id, link.account.claimed_by_id}
