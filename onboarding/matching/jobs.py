"""Looking for pairs in the background: after long lists, and again for what writers of one instant could not see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from core.kit import clock
from onboarding.households.models import Household, Source
from onboarding.matching.actions.finding import find_pairs, from_runs
from onboarding.matching.actions.phones import recount_everything

AT_ONCE = 200
LOOK_BACK = timedelta(hours=2)


def find(arguments: dict[str, Any]) -> None:
    """Pairs of the households named in the arguments."""
    _find(from_runs(arguments["ids"]))


def look_again() -> int:
    """Households that people registered lately are compared once more: of two written in the same instant neither saw the
    other. (Lists are compared by a job after they are written.) Returns how many were looked at."""
    lately = Household.objects.filter(registered_at__gte=clock.now() - LOOK_BACK, ended_on__isnull=True)
    ids = list(lately.exclude(source=Source.IMPORT).order_by("pk").values_list("pk", flat=True))
    _find(ids)
    return len(ids)


def recount_phones() -> int:
    """Every shared phone is counted anew."""
    return recount_everything()


def _find(ids: list[int]) -> None:
    for start in range(0, len(ids), AT_ONCE):
        find_pairs(ids=ids[start : start + AT_ONCE])
