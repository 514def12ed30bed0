"""Adding what was seen on a platform."""

from __future__ import annotations

import hashlib
import json

from django.db import transaction

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from onboarding.accounts.actions.refusals import OwnClaim
from onboarding.accounts.models import Observation, OutsideLink


@transaction.atomic
def observe(
    *,
    link: OutsideLink,
    result: str,
    observer: str,
    by: Viewer,
    seen_title: str = "",
    seen_price: int | None = None,
) -> Observation:
    """Add what was seen at a link just now. The hash is over the facts kept, so a changed row shows.

    Raises OwnClaim when a person would say "live" of a link, or of a link of an account, that they claimed themselves.
    """
    if observer == Observation.Observer.PERSON and result == Observation.Result.LIVE and is_claimant(by, link):
        raise OwnClaim
    now = clock.now()
    facts = [link.url, result, now.isoformat(), seen_title, seen_price]
    seen = Observation.objects.create(
        link=link,
        at=now,
        observer=observer,
        observed_by_id=by.user_id,
        result=result,
        seen_title=seen_title[:200],
        seen_price=seen_price,
        evidence_hash=hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest(),
    )
    record(
        "link.observed",
        actor_id=by.user_id,
        object_label=f"outside_link:{link.pk}",
        changes={"điều đã thấy": ("", str(seen.get_result_display()))},
    )
    return seen


def is_claimant(viewer: Viewer, link: OutsideLink) -> bool:
    """Whether this person claimed the link or the account it belongs to. (A trigger says the same.)"""
    return viewer.user_id is not None and viewer.user_id in {link.claimed_by_id, link.account.claimed_by_id}
