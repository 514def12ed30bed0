"""What ended the verification of households that had one, read from the trail."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from core.audit.models import AuditEntry
from onboarding.households.facts import VERIFIED_FACTS
from onboarding.households.wording import fact_label

_VERIFIED, _TAKEN_BACK = "household.verified", "household.verification_taken_back"
_LABELS = {fact_label(name) for name in VERIFIED_FACTS}


@dataclass(frozen=True)
class LostVerification:
    """Who had verified a household and when (UTC); who ended that, when, by changing what ("" when it was taken back)."""

    verified_by: int | None
    verified_at: datetime
    changed_by: int | None
    changed_at: datetime
    what: str


def lost_verifications(unverified: Collection[int]) -> dict[int, LostVerification]:
    """Those of these households, none of them verified now, that once were; one query."""
    if not unverified:
        return {}
    about = AuditEntry.objects.filter(object_label__in=[f"household:{pk}" for pk in unverified])
    verified: dict[int, AuditEntry] = {}
    found: dict[int, LostVerification] = {}
    for entry in about.filter(action__startswith="household.").select_related("detail").order_by("pk"):
        pk = int(entry.object_label.removeprefix("household:"))
        if entry.action == _VERIFIED:
            verified[pk] = entry
        elif pk in verified:
            what = [label for label in _changed(entry) if label in _LABELS]
            if what or entry.action == _TAKEN_BACK:
                was = verified.pop(pk)
                words = ", ".join(label[:1].lower() + label[1:] for label in what)
                found[pk] = LostVerification(was.actor_id, was.at, entry.actor_id, entry.at, words)
    return found


def _changed(entry: AuditEntry) -> list[str]:
    detail = getattr(entry, "detail", None)  # it may have been erased
    try:
        return list(json.loads(detail.text)) if detail is not None else []
    except ValueError:
        return []
