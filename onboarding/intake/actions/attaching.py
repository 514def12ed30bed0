"""Giving photos to the household they were taken for."""

from __future__ import annotations

from collections.abc import Sequence

from core.kit import clock
from onboarding.households.models import Household, HouseholdPhoto
from onboarding.intake.actions.register import living_household
from onboarding.intake.models import IntakePart, Submission


def attach_photos(household: Household, submissions: Sequence[Submission]) -> None:
    """Every photo that has come for these submissions belongs to the household as it is now, and to no other."""
    wanted = {(each.submission_id, sha256) for each in submissions for sha256 in each.photos}
    if not wanted:
        return
    household = living_household(household)
    parts = IntakePart.objects.filter(submission_id__in={each for each, _ in wanted}, photo__isnull=False)
    photos = {part.photo_id for part in parts if part.photo_id and (part.submission_id, part.sha256) in wanted}
    now = clock.now()
    rows = list(HouseholdPhoto.objects.filter(photo_id__in=photos).order_by("pk"))
    there = {row.photo_id for row in rows if row.household_id == household.pk}
    # A merge or its undoing has taken the record elsewhere since it came.
    for row in rows:
        if row.household_id == household.pk:
            continue
        if row.photo_id in there:
            row.delete()
        else:
            row.household = household
            row.save(update_fields=["household"])
            there.add(row.photo_id)
    HouseholdPhoto.objects.bulk_create(
        HouseholdPhoto(household=household, photo_id=photo_id, added_at=now)
        for photo_id in sorted(photos - there, key=str)
    )
