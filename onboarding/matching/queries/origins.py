"""Whose a producer was before households were merged."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from onboarding.matching.models import HouseholdMerge
from onboarding.producers.models import Producer


def producers_before(household_ids: Collection[int], at: datetime) -> dict[int, int]:
    """The producers that belonged to these households at a moment, whatever was merged since: producer id → household id. Merges that
    were undone are as if they had not been."""
    wanted = set(household_ids)
    # Each merge that is read is decrypted: those of other households say nothing about these.
    ours = Q(absorbed__in=wanted) | Q(kept__in=wanted)
    merges = HouseholdMerge.objects.filter(ours, merged_at__gte=at, undone_at__isnull=True)
    moved: dict[int, int] = {}
    # From the last to the first: of a producer that went along twice, the first merge says whose it was.
    for absorbed_id, text in merges.order_by("-merged_at", "-pk").values_list("absorbed_id", "snapshot"):
        for each in json.loads(text)["moved"]:
            if each["model"] == "onboarding.producer" and each["link"] == "household":
                moved |= dict.fromkeys(map(int, each["ids"]), absorbed_id)
    now = dict(Producer.objects.filter(household__in=wanted).values_list("pk", "household_id"))
    return {producer: home for producer, home in {**now, **moved}.items() if home in wanted}
