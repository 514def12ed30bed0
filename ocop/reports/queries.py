"""Which reports a person sees, which one a code is of, what the last one said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from core.jobs.models import Job
from core.jobs.queries import jobs_of
from core.people.queries import STAFF_ROLES, Viewer
from core.places.models import Unit
from ocop.reports.files import PDF, kept
from ocop.reports.models import CODE_LENGTH, OfficialReport, ReportSignature
from ocop.reports.wording import typed_code
from ocop.snapshots.models import Snapshot, SnapshotFigure
from ocop.snapshots.open_data import former_of_communes, hidden_in
from ocop.snapshots.queries import signed_of_provinces
from ocop.snapshots.summing import whole_of

_PEOPLE = ("made_by", "snapshot__made_by", "snapshot__first_signed_by", "snapshot__signed_by")


def reports_visible_to(viewer: Viewer) -> QuerySet[OfficialReport]:
    """Reports of areas wholly inside the area of a staff member, the latest day first."""
    return _told(OfficialReport.objects.filter(viewer.area(*STAFF_ROLES, unit_field="unit")))


def report_by_code(written: str) -> OfficialReport | None:
    """The report of a code as somebody typed it."""
    code = typed_code(written[:60])
    return _told(OfficialReport.objects.filter(code=code)).first() if len(code) == CODE_LENGTH else None


def reports_of(snapshot: Snapshot) -> QuerySet[OfficialReport]:
    """The reports made from a snapshot."""
    return _told(OfficialReport.objects.filter(snapshot=snapshot))


def last_report_of(unit: Unit | None) -> OfficialReport | None:
    """What was entered last for an area."""
    return OfficialReport.objects.filter(unit=unit).order_by("-pk").first()


def signature_of(report: OfficialReport) -> ReportSignature | None:
    """The last digital signature, if there is one."""
    return max(report.signatures.all(), key=lambda each: each.pk, default=None)


def lacks_signed_file(report: OfficialReport) -> bool:
    """Whether no signed PDF can be handed out: none was made, or the kept one is gone."""
    signature = signature_of(report)
    return signature is None or kept(signature.sha256, PDF) is None


def signing_job(report: OfficialReport, name: str) -> Job | None:
    """The last job that was to sign it and has not, or not yet."""
    jobs = jobs_of(name, [*Job.OPEN, Job.State.FAILED, Job.State.CANCELLED]).filter(key=str(report.pk))
    return jobs.order_by("-made_at").first()


@dataclass(frozen=True)
class Later:
    """What came in the place of reports and of their snapshots, each by the key of the one before."""

    reports: Mapping[int, OfficialReport]
    snapshots: Mapping[int, Snapshot]

    def report_after(self, report: OfficialReport) -> OfficialReport | None:
        """The one that stands in its place now, None when it stands itself."""
        found, seen = None, report.pk
        while (later := self.reports.get(seen)) is not None:
            found, seen = later, later.pk
        return found

    def snapshot_after(self, snapshot: Snapshot, *, signed: bool) -> Snapshot | None:
        """The last one (the last `signed` one) of those that restate it, one after the other."""
        found, seen = None, snapshot.pk
        while (later := self.snapshots.get(seen)) is not None:
            found, seen = later if later.signed_at is not None or not signed else found, later.pk
        return found


def later_of(reports: Iterable[OfficialReport]) -> Later:
    """For any number of reports: one query of each kind for every step of the longest chain."""
    listed = list(reports)
    after: dict[int, OfficialReport] = {}
    seen = {each.pk for each in listed}
    while seen and (found := list(OfficialReport.objects.filter(replaces__in=seen))):
        after |= {each.replaces_id: each for each in found if each.replaces_id is not None}
        seen = {each.pk for each in found}
    return Later(after, _restatements({each.snapshot_id for each in listed}))


def newest_signed(snapshot: Snapshot) -> Snapshot:
    """The last signed one of those that restate it, itself if none."""
    return Later({}, _restatements({snapshot.pk})).snapshot_after(snapshot, signed=True) or snapshot


def _restatements(seen: set[int]) -> dict[int, Snapshot]:
    after: dict[int, Snapshot] = {}
    while seen and (found := list(Snapshot.objects.filter(restates__in=seen).select_related("unit"))):
        after |= {each.restates_id: each for each in found if each.restates_id is not None}
        seen = {each.pk for each in found}
    return after


def public_figures(report: OfficialReport) -> dict[str, SnapshotFigure | None]:
    """The whole area's figures by indicator, in the order of the report, as the open data show them: None where a small one stays
    hidden. Those of communes and of the country stay inside, as there."""
    snapshot = report.snapshot
    versions = (
        list(signed_of_provinces().filter(unit=snapshot.unit).prefetch_related("figures")) if snapshot.unit else []
    )
    if snapshot.pk not in {each.pk for each in versions}:
        return {}
    hidden = hidden_in(versions, former_of_communes())[snapshot.pk]
    whole = whole_of(snapshot)
    figures = {each.indicator: each for each in snapshot.figures.filter(unit_code=whole, former_code="")}
    codes = [code for _heading, listed in report.frozen["columns"] for code in listed if code in figures]
    return {code: None if (code, f"{whole}/") in hidden else figures[code] for code in codes}


def _told(found: QuerySet[OfficialReport]) -> QuerySet[OfficialReport]:
    related = (
        "unit",
        "replaces",
        "replaced_by",
        "snapshot__unit",
        "snapshot__restates",
        "snapshot__restated_by",
    )
    return found.select_related(*related, *_PEOPLE).prefetch_related("signatures").order_by("-issued_on", "-pk")
