"""Reading what waits for a second look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from core.kit.text import sort_key
from core.people.queries import Viewer
from onboarding.checks.rules import has_written, verifying_area
from onboarding.households.models import Household


@dataclass(frozen=True)
class Waiting:
    """How many households of a hamlet wait for this person."""

    hamlet_id: int
    name: str
    commune: str
    count: int


def households_to_verify(viewer: Viewer) -> QuerySet[Household]:
    """The living households that wait for verification in this person's area and that they did not write themselves,
    oldest first."""
    rows = Household.objects.filter(verifying_area(viewer), verified_by__isnull=True, ended_on__isnull=True)
    mine = Household.objects.filter(has_written(viewer)).values("pk")
    return rows.exclude(pk__in=mine).select_related("hamlet", "commune").order_by("registered_at", "pk")


def waiting_by_hamlet(viewer: Viewer) -> Sequence[Waiting]:
    """The same, counted by hamlet, by name; one query."""
    counted = (
        households_to_verify(viewer)
        .select_related(None)
        .order_by()
        .values_list("hamlet_id", "hamlet__name", "commune__name")
        .annotate(Count("pk"))
    )
    return sorted((Waiting(*row) for row in counted), key=lambda each: (sort_key(each.commune), sort_key(each.name)))
