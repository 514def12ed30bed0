"""Making official reports from signed snapshots, putting one in the place of another, signing their PDF, noting who took one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse

from core.audit.actions import record
from core.jobs.actions import enqueue
from core.kit import clock
from core.kit.text import squeeze
from core.people.queries import Viewer
from market.storefront.addresses import absolute
from ocop.reports import signing
from ocop.reports.files import PDF, XLSX, file_of, keep, made
from ocop.reports.gathering import compared_with, gathered
from ocop.reports.models import OfficialReport, ReportSignature, new_code
from ocop.reports.queries import lacks_signed_file
from ocop.reports.rules import (
    AUTHORITIES,
    MOST_AUTHORITIES,
    MOST_DAYS_AHEAD,
    can_make,
    can_replace,
    is_restated,
    numbered,
)
from ocop.reports.wording import joined, lines_in
from ocop.snapshots.models import Snapshot
from ocop.snapshots.summing import are_figures_untouched, whole_of

SIGN_JOB = "reports.sign"
NO_ROOM = "Máy chủ chưa cất được tệp báo cáo nên chưa lập báo cáo nào. Hãy thử lại sau ít phút, vẫn vậy thì báo người quản trị máy chủ."
RESTATED = "Bản chốt số này đã được chốt lại. Hãy lập báo cáo từ bản mới nhất."


class ReportRefused(ValueError):
    """It cannot be made so; `field` is what it is about ("": all of it), the message a Vietnamese sentence with what to do."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Said:
    """What a person enters for a report. `addressees`, `authority`, `recipients` and `remarks` are lines of plain text."""

    number: str
    issued_on: date
    place: str
    issuer: str
    subject: str
    title: str
    signer: str
    recipients: str
    superior: str = ""
    addressees: str = ""
    authority: str = ""
    remarks: str = ""


def make_report(
    *, snapshot: Snapshot, said: Said, by: Viewer, replaces: OfficialReport | None = None, reason: str = ""
) -> OfficialReport:
    """Draw both files of a report and keep them with what was entered. Signed (where a certificate is set) by a job once all is written.
    `replaces` is an older one of the same area, with `reason` saying why. Raises PermissionError, ReportRefused."""
    snapshot = Snapshot.objects.select_related(
        "unit", "made_by", "first_signed_by", "signed_by", "restates", "restated_by"
    ).get(pk=snapshot.pk)
    _refuse(snapshot, said, by, replaces, squeeze(reason))
    before = compared_with(snapshot, replaces)
    if before is not None and not are_figures_untouched(before):
        raise ReportRefused(
            f"Số liệu bản {before.number} dùng để so không còn khớp với mã kiểm tra lúc chốt. Hãy báo quản trị, đừng lập báo cáo."
        )
    report = OfficialReport(
        snapshot=snapshot,
        unit=snapshot.unit,
        year=said.issued_on.year,
        replaces=replaces,
        reason=squeeze(reason) if replaces else "",
        code=new_code(),
        frozen=gathered(snapshot, before),
        made_by_id=by.user_id,
        made_at=clock.now().replace(microsecond=0),  # files tell moments to the second
        **_clean(said),
    )
    report.address = absolute(reverse("official_report_check", args=[report.code]))
    # Drawing takes a second or two and belongs into no transaction; a file that no row names harms nobody.
    drawn = made(report)
    try:
        report.pdf_sha256, report.xlsx_sha256 = keep(drawn[PDF], PDF), keep(drawn[XLSX], XLSX)
    except OSError as error:
        raise ReportRefused(NO_ROOM) from error
    return _write(report, by)


@transaction.atomic
def _write(report: OfficialReport, by: Viewer) -> OfficialReport:
    # Whoever restates holds the same row: drawing took its time, and what was asked before it is asked again.
    held = (
        Snapshot.objects.select_for_update(no_key=True, of=("self",)).select_related("unit").get(pk=report.snapshot_id)
    )
    if not can_make(by, held):
        raise PermissionError
    if Snapshot.objects.filter(restates=held).exists():
        raise ReportRefused(RESTATED)
    _refuse_taken(report)
    try:
        with transaction.atomic():
            report.save()
    except IntegrityError:
        _refuse_taken(report)  # somebody else was first in this instant
        raise
    changes = {"số": ("", report.number), "bản chốt số": ("", report.snapshot.number)}
    if report.replaces is not None:
        changes |= {"thay báo cáo số": ("", report.replaces.number), "lý do": ("", report.reason)}
    _note("official_report.replaced" if report.replaces else "official_report.made", report, by.user_id, changes)
    if signing.is_wanted():
        enqueue(SIGN_JOB, {"report": report.pk}, key=str(report.pk))
    return report


def _refuse_taken(report: OfficialReport) -> None:
    if report.replaces is not None and OfficialReport.objects.filter(replaces=report.replaces).exists():
        raise ReportRefused("Báo cáo này đã có báo cáo khác thay. Hãy mở báo cáo mới nhất và thay báo cáo đó.")
    if OfficialReport.objects.filter(unit=report.unit, year=report.year, number=report.number).exists():
        sentence = "Số %s năm %s đã dùng cho một báo cáo khác. Hãy ghi số tiếp theo trong sổ văn bản đi."
        raise ReportRefused(sentence % (report.number, report.year), "number")


def sign_in_background(pk: int) -> None:
    """The job: sign the PDF once and keep it; again only where the kept file is lost. Raises signing.SigningRefused, FileLost."""
    report = OfficialReport.objects.select_related("snapshot").get(pk=pk)
    if not lacks_signed_file(report):
        return
    found = signing.signed(file_of(report, PDF), number=report.number, place=report.place)
    sha256 = keep(found.pdf, PDF)
    with transaction.atomic():
        held = OfficialReport.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)
        if not lacks_signed_file(held):
            return
        ReportSignature.objects.create(
            report=report,
            sha256=sha256,
            holder=found.holder,
            serial=found.serial,
            certificate_until=found.certificate_until,
            signed_at=clock.now(),
        )
        _note("official_report.signed", report, None, {"chứng thư của": ("", found.holder)})


@transaction.atomic
def ask_for_signature(*, report: OfficialReport, by: Viewer) -> None:
    """Have the PDF signed after all: the certificate was renewed, or set only now, or the signed file is lost. Raises PermissionError,
    ReportRefused."""
    if not can_replace(by, report):
        raise PermissionError
    if not signing.is_wanted():
        raise ReportRefused("Máy chủ chưa có chứng thư số. Hãy báo người quản trị máy chủ.")
    if lacks_signed_file(OfficialReport.objects.get(pk=report.pk)):
        enqueue(SIGN_JOB, {"report": report.pk}, key=str(report.pk))


@transaction.atomic
def note_taken(*, report: OfficialReport, kind: str, by: Viewer) -> None:
    """Note that somebody took a file of it away."""
    _note("official_report.taken", report, by.user_id, {"tệp": ("", kind)})


def _refuse(snapshot: Snapshot, said: Said, by: Viewer, replaces: OfficialReport | None, reason: str) -> None:
    if not can_make(by, snapshot) or (replaces is not None and not can_replace(by, replaces)):
        raise PermissionError
    if snapshot.signed_at is None:
        raise ReportRefused("Bản chốt số này chưa đủ chữ ký. Hãy ký bản chốt số rồi lập báo cáo.")
    if is_restated(snapshot):
        raise ReportRefused(RESTATED)
    if not are_figures_untouched(snapshot):
        raise ReportRefused("Số liệu không còn khớp với mã kiểm tra lúc chốt. Hãy báo quản trị, đừng lập báo cáo.")
    if replaces is not None and replaces.unit_id != snapshot.unit_id:
        raise ReportRefused("Bản chốt số này của địa bàn khác. Hãy chọn bản chốt số cùng địa bàn với báo cáo cần thay.")
    if replaces is not None and not reason:
        raise ReportRefused("Hãy ghi vì sao thay báo cáo. Lý do in trong báo cáo mới.", "reason")
    if numbered(said.number) is None:
        raise ReportRefused(
            "Số báo cáo viết như 125/BC-UBND: số thứ tự, /BC, gạch nối, chữ viết tắt nơi ban hành.", "number"
        )
    if said.issued_on < snapshot.on:
        raise ReportRefused(f"Ngày báo cáo không thể trước ngày chốt số {snapshot.on:%d/%m/%Y}.", "issued_on")
    signed_on = clock.day_of(snapshot.signed_at)
    if said.issued_on < signed_on:
        raise ReportRefused(f"Ngày báo cáo không thể trước ngày ký bản chốt số {signed_on:%d/%m/%Y}.", "issued_on")
    if replaces is not None and said.issued_on < replaces.issued_on:
        sentence = f"Ngày báo cáo không thể trước ngày của báo cáo cần thay {replaces.issued_on:%d/%m/%Y}."
        raise ReportRefused(sentence, "issued_on")
    if said.issued_on > clock.today() + timedelta(days=MOST_DAYS_AHEAD):
        raise ReportRefused("Ngày báo cáo quá xa. Hãy chọn ngày trong vòng một tháng tới.", "issued_on")
    if any(not line.upper().startswith(AUTHORITIES) for line in lines_in(said.authority)):
        raise ReportRefused(
            "Dòng thay mặt bắt đầu bằng TM., Q., KT., TL. hoặc TUQ. Nếu người ký là người đứng đầu thì để trống.",
            "authority",
        )
    if len(lines_in(said.authority)) > MOST_AUTHORITIES:
        raise ReportRefused(f"Nhiều nhất {MOST_AUTHORITIES} dòng thay mặt, ký thay. Hãy gộp bớt.", "authority")
    if not lines_in(said.recipients):
        raise ReportRefused("Hãy ghi ít nhất một nơi nhận, ví dụ: Lưu: VT.", "recipients")


def _clean(said: Said) -> dict[str, object]:
    lines = {"addressees", "authority", "recipients", "remarks"}
    found: dict[str, object] = {}
    for name, value in asdict(said).items():
        if isinstance(value, str):
            value = joined(lines_in(value)) if name in lines else squeeze(value)
        found[name] = value
    found["number"] = numbered(said.number)
    return found


def _note(word: str, report: OfficialReport, actor: int | None, changes: dict[str, tuple[str, str]]) -> None:
    label = f"official_report:{report.pk}"
    record(word, actor_id=actor, object_label=label, unit_code=whole_of(report.snapshot), changes=changes)
