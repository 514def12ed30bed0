"""Which snapshots a person sees, what differs between two of them, and which ones speak in public."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from core.jobs.models import Job
from core.jobs.queries import jobs_of
from core.people.queries import STAFF_ROLES, Viewer
from core.places.models import Level
from ocop.snapshots.models import Snapshot, SnapshotFigure, SnapshotRow
from ocop.snapshots.rules import SIGNERS
from ocop.snapshots.summing import whole_of


@dataclass(frozen=True)
class Difference:
    """A figure of two snapshots, as (numerator, denominator, missing); None: not there."""

    indicator: str
    unit_name: str
    before: tuple[int, int, int] | None
    after: tuple[int, int, int] | None


def snapshots_visible_to(viewer: Viewer) -> QuerySet[Snapshot]:
    """Snapshots of areas wholly inside the area of a staff member, the latest day first."""
    return _told(Snapshot.objects.filter(viewer.area(*STAFF_ROLES, unit_field="unit")))


def waiting_for(viewer: Viewer) -> QuerySet[Snapshot]:
    """Snapshots that wait for this person's signature."""
    waiting = Snapshot.objects.filter(frozen_at__isnull=False, signed_at__isnull=True, restated_by__isnull=True)
    mine = waiting.filter(viewer.area(*SIGNERS, unit_field="unit"))
    return _told(mine.exclude(Q(made_by=viewer.user_id) | Q(first_signed_by=viewer.user_id)))


def _told(found: QuerySet[Snapshot]) -> QuerySet[Snapshot]:
    people = ("made_by", "first_signed_by", "signed_by")
    return found.select_related("unit", *people, "restates", "restated_by").order_by("-on", "-pk")


def previous_of(snapshot: Snapshot) -> Snapshot | None:
    """What it is compared with: the one it restates, else the area's last one of an earlier day that was not restated."""
    if snapshot.restates is not None:
        return snapshot.restates
    earlier = Snapshot.objects.filter(unit=snapshot.unit, on__lt=snapshot.on, frozen_at__isnull=False)
    return earlier.filter(restated_by__isnull=True).order_by("-on", "-pk").first()


def failure_of(snapshot: Snapshot, job_name: str) -> Job | None:
    """The job that was to freeze it and failed, unless it is frozen or another one is under way."""
    if snapshot.frozen_at is not None:
        return None
    jobs = list(jobs_of(job_name, [*Job.OPEN, Job.State.FAILED, Job.State.CANCELLED]).filter(key=str(snapshot.pk)))
    if any(job.state in Job.OPEN for job in jobs):
        return None
    return max(jobs, key=lambda job: job.made_at, default=None)


def inner_figures_of(snapshot: Snapshot) -> QuerySet[SnapshotFigure]:
    """The figures of the units inside the area."""
    inside = snapshot.figures.exclude(unit_code=whole_of(snapshot))
    return inside.order_by("former_code", "unit_code", "indicator")


def figure_differences(before: Snapshot, after: Snapshot) -> list[Difference]:
    """The figures that are not the same, those of the whole area first."""
    old, new = _by_place(before), _by_place(after)
    whole = whole_of(after)
    keys = sorted(old.keys() | new.keys(), key=lambda key: (key[1] != whole, key[2], key[1], key[0]))
    changed = (key for key in keys if _numbers(old.get(key)) != _numbers(new.get(key)))
    return [
        Difference(key[0], (new.get(key) or old[key]).unit_name, _numbers(old.get(key)), _numbers(new.get(key)))
        for key in changed
    ]


def are_rows_comparable(before: Snapshot, after: Snapshot) -> bool:
    """Whether the letters of both mean the same indicators."""
    return sorted(before.definitions) == sorted(after.definitions)


def changed_rows(before: Snapshot, after: Snapshot) -> QuerySet[Any]:
    """The rows of `after` that stood on other sides in `before` (`was`) or were not there (`was` None)."""
    same = before.rows.filter(subject=OuterRef("subject"), subject_id=OuterRef("subject_id"))
    rows = after.rows.annotate(was=Subquery(same.values("sides")[:1]))
    return rows.filter(Q(was__isnull=True) | ~Q(was=F("sides"))).order_by("subject", "subject_id")


def lost_rows(before: Snapshot, after: Snapshot) -> QuerySet[SnapshotRow]:
    """The rows of `before` that are no longer there."""
    same = after.rows.filter(subject=OuterRef("subject"), subject_id=OuterRef("subject_id"))
    return before.rows.filter(~Exists(same)).order_by("subject", "subject_id")


def public_snapshots() -> QuerySet[Snapshot]:
    """The snapshots that may be published: signed ones of whole provinces, of each area and day the last signed one.

    Those of communes and of the country stay inside: beside a province's own they would give hidden cells away.
    """
    later = Snapshot.objects.filter(
        unit=OuterRef("unit"), on=OuterRef("on"), signed_at__isnull=False, pk__gt=OuterRef("pk")
    )
    return signed_of_provinces().filter(~Exists(later))


def signed_of_provinces() -> QuerySet[Snapshot]:
    """What is or once was public, by day; of one day the last one comes last."""
    found = Snapshot.objects.filter(signed_at__isnull=False, unit__level=Level.PROVINCE)
    return found.select_related("unit", "restates").order_by("on", "pk")


def _by_place(snapshot: Snapshot) -> dict[tuple[str, str, str], SnapshotFigure]:
    return {(each.indicator, each.unit_code, each.former_code): each for each in snapshot.figures.all()}


def _numbers(figure: SnapshotFigure | None) -> tuple[int, int, int] | None:
    return (figure.numerator, figure.denominator, figure.missing) if figure else None
