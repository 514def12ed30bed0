"""Reading what waits for a second look, and samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from core.kit import clock
from core.kit.text import sort_key
from core.people.queries import Viewer
from core.places.models import Unit
from onboarding.checks.drawing import draw, frame_hash, unpacked
from onboarding.checks.models import Revisit, RevisitSample, SampleFrame
from onboarding.checks.rules import OFFICERS, has_written, verifying_area
from onboarding.checks.teams import teams_of_person
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


def frame_of(commune: Unit, period_from: date, period_to: date, drawn_on: date) -> QuerySet[Household]:
    """What a sample is drawn from: the households of a commune registered in [period_from, period_to), days of Vietnam,
    without those that had ended before the day of the draw."""
    start, end = (datetime.combine(day, time(), clock.VIETNAM) for day in (period_from, period_to))
    lived = Q(ended_on__isnull=True) | Q(ended_on__gte=drawn_on)
    rows = Household.objects.filter(lived, commune=commune, registered_at__gte=start, registered_at__lt=end)
    return rows.order_by("pk")


def drawn_from_already(commune: Unit, period_from: date, period_to: date) -> set[UUID]:
    """The households of a period from which a sample was drawn in a commune that has become part of this one since."""
    frames = SampleFrame.objects.filter(
        sample__commune=commune, sample__period_from__lt=period_to, sample__period_to__gt=period_from
    )
    others = frames.exclude(sample__drawn_in=commune).values_list("record_ids", flat=True)
    return {each for kept in others for each in unpacked(kept)}


@dataclass(frozen=True)
class Redraw:
    """A sample drawn once more from its kept frame. `drawn` are record ids, in the order of the draw."""

    frame_size: int
    frame_hash: str
    drawn: tuple[UUID, ...]
    is_same_frame: bool
    is_same_sample: bool


def redraw(sample: RevisitSample) -> Redraw:
    """Draw with the seed of a sample again, from the record ids that were kept with it: whatever has become of the
    households and of the map, the same come out. The hash, which is in the trail as well, says whether the kept frame
    is the one of that day. (A sample from before frames were kept is drawn from the register as it is now.)"""
    kept = SampleFrame.objects.filter(sample=sample).values_list("record_ids", flat=True).first()
    if kept is None:
        drawn_on = sample.drawn_at.astimezone(clock.VIETNAM).date()
        frame = frame_of(sample.commune, sample.period_from, sample.period_to, drawn_on)
        ids = list(frame.values_list("record_id", flat=True))
    else:
        ids = unpacked(kept)
    drawn = tuple(draw(ids, seed=sample.seed, per_mille=sample.per_mille))
    was = set(sample.revisits.values_list("household__record_id", flat=True))
    found = frame_hash(ids)
    return Redraw(len(ids), found, drawn, found == sample.frame_hash, set(drawn) == was)


def samples_visible_to(viewer: Viewer) -> QuerySet[RevisitSample]:
    """Samples of an officer's place, and those in which a team of this person has somebody to visit; the latest first, with
    `drawn`, `visited` and `confirmed`."""
    officer = viewer.area(*OFFICERS, unit_field="commune")
    given = Revisit.objects.filter(team__in=teams_of_person(viewer.user_id)).values("sample")
    rows = RevisitSample.objects.filter(officer | Q(pk__in=given)).select_related("commune", "drawn_by")
    rows = rows.annotate(
        drawn=Count("revisits"),
        visited=Count("revisits", filter=~Q(revisits__result="")),
        confirmed=Count("revisits", filter=Q(revisits__result=Revisit.Result.CONFIRMED)),
    )
    return rows.order_by("-period_from", "commune__name", "pk")


def revisits_visible_to(viewer: Viewer) -> QuerySet[Revisit]:
    """All revisits of an officer's place; of others only those given to their teams: whoever registered households does not
    learn beforehand which are looked at again."""
    officer = viewer.area(*OFFICERS, unit_field="sample__commune")
    rows = Revisit.objects.filter(officer | Q(team__in=teams_of_person(viewer.user_id)))
    rows = rows.select_related("household__hamlet", "household__commune", "team", "visited_by", "sample__commune")
    return rows.order_by("household__hamlet__name", "household__folded_name", "pk")
