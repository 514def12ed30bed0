"""Whose words a household's verified facts are: kept by everything that writes them, so that nobody verifies their own.

Lowest of the writing rooms of this slice: called inside the callers' transactions, which hold the households' locks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from core.kit.bulk import insert_many
from onboarding.households.models import Household, HouseholdWriter

Writers = list[tuple[int, bool]]  # (person, is_past), by person


def note_first_writer(households: Sequence[Household], user_id: int | None) -> None:
    """This person (None: the system) has just put these new households into the register."""
    if user_id is not None:
        insert_many([HouseholdWriter(household=household, user_id=user_id) for household in households])


def note_writers(written: Mapping[int, bool], user_ids: Collection[int | None]) -> None:
    """These persons' words (None: the system's) have just gone into the verified facts of these households: household →
    whether it was verified until now. Then another has vouched for what was there before."""
    verified = [pk for pk, was_verified in written.items() if was_verified]
    if verified:
        HouseholdWriter.objects.filter(household__in=verified).update(is_past=True)
    rows = [
        HouseholdWriter(household_id=pk, user_id=user_id)
        for pk in written
        for user_id in sorted({user_id for user_id in user_ids if user_id is not None})
    ]
    HouseholdWriter.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["household", "user"], update_fields=["is_past"]
    )


def writers_of(household_ids: Collection[int]) -> dict[int, Writers]:
    """Who wrote each of these, in one query; what `put_writers` takes back."""
    found: dict[int, Writers] = {pk: [] for pk in household_ids}
    rows = HouseholdWriter.objects.filter(household__in=household_ids).order_by("household", "user")
    for pk, user_id, is_past in rows.values_list("household", "user", "is_past"):
        found[pk].append((user_id, is_past))
    return found


def put_writers(household: Household, writers: Sequence[Sequence[int]]) -> None:
    """The facts are again what they were when `writers_of` was asked: so are their writers. Before the household is stored,
    as its verifier of then may have written since."""
    household.writers.all().delete()
    HouseholdWriter.objects.bulk_create(
        HouseholdWriter(household=household, user_id=user_id, is_past=bool(is_past)) for user_id, is_past in writers
    )
