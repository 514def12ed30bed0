"""What is still to be done for a household: every slice and storey may add an entry; lists and the field app ask once
for many households."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from onboarding.households.models import Household

FollowUpSource = Callable[[Collection[int]], Mapping[int, str]]


@dataclass(frozen=True)
class FollowUp:
    """One kind of open task. `label` is its name ("Chưa có gian hàng"); `source` takes ids of households and answers,
    for those that need it, with words that say why. It costs a fixed number of queries."""

    code: str
    label: str
    source: FollowUpSource
    order: int = 50


@dataclass(frozen=True)
class FollowUpMark:
    """One open task of one household."""

    code: str
    words: str


_kinds: dict[str, FollowUp] = {}


def register_follow_up(kind: FollowUp) -> None:
    """Add a kind of follow-up; called from `ready()`."""
    _kinds[kind.code] = kind


def follow_up_kinds() -> list[FollowUp]:
    """Every kind, in its order."""
    return sorted(_kinds.values(), key=lambda kind: (kind.order, kind.code))


def follow_ups_for(household_ids: Collection[int]) -> dict[int, list[FollowUpMark]]:
    """The open tasks of these households, in the order of the kinds; households without one are left out, and so are
    those that are no longer counted (ended, merged into another)."""
    living = set(Household.objects.filter(pk__in=household_ids, ended_on__isnull=True).values_list("pk", flat=True))
    found: dict[int, list[FollowUpMark]] = {}
    if not living:
        return found
    for kind in follow_up_kinds():
        for household_id, words in kind.source(living).items():
            if household_id in living:
                found.setdefault(household_id, []).append(FollowUpMark(kind.code, words))
    return found
