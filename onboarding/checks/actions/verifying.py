"""Verifying households with four eyes, and taking a verification back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from onboarding.checks.rules import can_take_back, refusal_to_verify, verifying_area
from onboarding.households.models import Household, VerifiedHow


@dataclass(frozen=True)
class Outcome:
    """What became of one household that somebody wanted to verify; `refusal` is a sentence, "" when it was verified."""

    household: Household
    refusal: str


class VerificationRefused(PermissionError):
    """This person may not verify this household now; the message is a Vietnamese sentence."""


def verify_household(*, household: Household, how: str, by: Viewer, seen_version: int) -> Household:
    """Say that a household is what its row says, as seen at `seen_version`; `how` is a VerifiedHow.

    Raises PermissionError outside the person's area, VerificationRefused (registrar, wrote since the last verification, ended, changed
    since).
    """
    outcomes = verify_households(seen={household.pk: seen_version}, how=how, by=by)
    if not outcomes:
        raise PermissionError
    if outcomes[0].refusal:
        raise VerificationRefused(outcomes[0].refusal)
    return outcomes[0].household


@transaction.atomic
def verify_households(*, seen: Mapping[int, int], how: str, by: Viewer) -> list[Outcome]:
    """Verify many at once: `seen` is household id → the version this person saw. Each row stands for itself: what may not be
    verified comes back with the reason, the others are done. Households outside the area are passed over in silence.
    """
    how = VerifiedHow(how)
    # In key order, so that two people with overlapping lists do not wait for each other.
    rows = Household.objects.select_for_update(of=("self",)).select_related("commune", "hamlet").order_by("pk")
    rows = rows.prefetch_related("writers")
    outcomes = []
    for household in rows.filter(verifying_area(by), pk__in=seen):
        refusal = refusal_to_verify(by, household, seen_version=seen[household.pk])
        if not refusal:
            _verify(household, how, by)
        outcomes.append(Outcome(household, refusal))
    return outcomes


def _verify(household: Household, how: VerifiedHow, by: Viewer) -> None:
    household.verified_by_id, household.verified_at, household.verified_how = by.user_id, clock.now(), how
    household.save(update_fields=["verified_by", "verified_at", "verified_how"])
    record(
        "household.verified",
        actor_id=by.user_id,
        object_label=f"household:{household.pk}",
        unit_code=household.commune.code,
        changes={"cách xác minh": ("", str(how.label))},
    )


@transaction.atomic
def take_back_verification(*, household: Household, reason: str, by: Viewer) -> Household:
    """The household waits for verification again. Raises PermissionError; one that is not verified stays as it is."""
    rows = Household.objects.select_for_update(of=("self",)).select_related("commune")
    household = rows.get(pk=household.pk)
    if household.verified_by_id is None:
        return household
    if not can_take_back(by, household):
        raise PermissionError
    household.verified_by, household.verified_at, household.verified_how = None, None, ""
    household.save(update_fields=["verified_by", "verified_at", "verified_how"])
    record(
        "household.verification_taken_back",
        actor_id=by.user_id,
        object_label=f"household:{household.pk}",
        unit_code=household.commune.code,
        changes={"lý do": ("", reason)},
    )
    return household
