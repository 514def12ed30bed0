"""What the commune's officer has done at the desk in the demo: some households verified, one sample drawn."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from core.kit import clock
from core.people.queries import Viewer
from onboarding.checks.actions.sampling import draw_sample
from onboarding.checks.actions.verifying import verify_households
from onboarding.households.models import Household, VerifiedHow
from onboarding.producers.models import Producer


def work_at_the_desk(producers: list[Producer], officer: Viewer) -> None:
    """The first two households are verified. The others were registered last month, and one of them is to be visited
    again; which one is left to chance, as it is for everybody."""
    households = [producer.household for producer in producers if producer.household]
    verify_households(
        seen={each.pk: each.version for each in households[:2]}, how=VerifiedHow.VISIT, by=officer,
    )  # fmt: skip
    this_month = clock.today().replace(day=1)
    last_month = clock.add_months(this_month, -1)
    for number, household in enumerate(households[2:]):
        day = datetime.combine(last_month + timedelta(days=7 + number), time(9, 30), clock.VIETNAM)
        Household.objects.filter(pk=household.pk).update(registered_at=day)
    draw_sample(
        commune=households[0].commune, period_from=last_month, period_to=this_month, per_mille=50, by=officer,
    )  # fmt: skip
