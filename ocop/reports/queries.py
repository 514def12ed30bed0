"""Which reports a person sees, which one a code is of, what the last one said."""

from __future__ import annotations

from django.db.models import QuerySet

from core.jobs.models import Job
from core.jobs.queries import jobs_of
from core.people.queries import STAFF_ROLES, Viewer
from core.places.models import Unit
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
    """The digital signature, if there is one."""
    return getattr(report, "signature", None)


def signing_job(report: OfficialReport, name: str) -> Job | None:
    """The last job that was to sign it and has not, or not yet."""
    jobs = jobs_of(name, [*Job.OPEN, Job.State.FAILED, Job.State.CANCELLED]).filter(key=str(report.pk))
    return jobs.order_by("-made_at").first()


def newest_of(report: OfficialReport) -> OfficialReport:
    """The one that stands in its place now, itself if none."""
    seen = report
    while (later := OfficialReport.objects.filter(replaces=seen).first()) is not None:
        seen = later
    return seen


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
        "signature",
        "snapshot__unit",
        "snapshot__restates",
        "snapshot__restated_by",
    )
    return found.select_related(*related, *_PEOPLE).order_by("-issued_on", "-pk")
