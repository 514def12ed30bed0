"""Files for re-assessment and upgrade: handed in, and what came of them."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.kit.text import squeeze
from core.people.queries import Viewer
from ocop.certificates.events import CertificatesChanged
from ocop.certificates.models import Certificate, RenewalFile
from ocop.certificates.renewals import is_recorded_after_end, lateness, window_before
from ocop.certificates.rights import can_decide_file, can_file

UNDER_WAY = "Đã có một hồ sơ đang xét cho giấy này. Hãy ghi kết quả của hồ sơ đó trước."


class FileRefused(Exception):
    """The file cannot be recorded so; the message is for people."""


@transaction.atomic
def record_file(
    *, certificate: Certificate, kind: str, submitted_on: date, note: str, by: Viewer
) -> RenewalFile:  # fmt: skip
    """Record that a file was handed in on a day; when it was recorded is our own clock. Raises PermissionError, FileRefused."""
    certificate = _locked(certificate.pk)
    if not can_file(by, certificate.product):
        raise PermissionError
    _check(certificate, kind, submitted_on, squeeze(note), by)
    try:
        with transaction.atomic():
            file = RenewalFile.objects.create(
                certificate=certificate,
                kind=kind,
                submitted_on=submitted_on,
                note=squeeze(note)[:200],
                recorded_by_id=by.user_id,
                recorded_at=clock.now(),
            )
    except IntegrityError as error:
        raise FileRefused(UNDER_WAY) from error
    _after("renewal.recorded", file, certificate, by, {"nộp ngày": ("", f"{submitted_on:%d/%m/%Y}")})
    return file


@transaction.atomic
def record_result(*, file: RenewalFile, result: str, on: date, note: str, by: Viewer) -> RenewalFile:
    """Record what came of a file, and on which day. Raises PermissionError, FileRefused."""
    certificate = _locked(file.certificate_id)
    file = RenewalFile.objects.select_for_update().get(pk=file.pk)
    if not can_decide_file(by, certificate.product):
        raise PermissionError
    if file.result != RenewalFile.Result.PENDING:
        raise FileRefused("Hồ sơ này đã có kết quả. Hãy tải lại trang.")
    if result not in set(RenewalFile.Result.values) - {RenewalFile.Result.PENDING}:
        raise FileRefused("Hãy chọn kết quả.")
    if not file.submitted_on <= on <= clock.today():
        raise FileRefused("Ngày có kết quả phải từ ngày nộp đến hôm nay. Hãy chọn lại ngày.")
    file.result, file.result_on = result, on
    file.note = squeeze(f"{file.note} {note}")[:200]
    file.save(update_fields=["result", "result_on", "note"])
    told = {"kết quả": ("", str(file.get_result_display())), "ngày": ("", f"{on:%d/%m/%Y}")}
    _after("renewal.decided", file, certificate, by, told)
    return file


def _check(certificate: Certificate, kind: str, submitted_on: date, note: str, by: Viewer) -> None:
    if kind not in RenewalFile.Kind.values:
        raise FileRefused("Hãy chọn loại hồ sơ.")
    if certificate.recognised_on is None or certificate.earliest_end is None:
        raise FileRefused("Giấy này chưa rõ ngày công nhận. Hãy sửa giấy trước khi ghi hồ sơ.")
    if certificate.revoked_on is not None:
        raise FileRefused("Giấy này đã được thu hồi, không có hồ sơ đánh giá lại.")
    if not certificate.recognised_on <= submitted_on <= clock.today():
        raise FileRefused("Ngày nộp phải từ ngày công nhận đến hôm nay. Hãy chọn lại ngày.")
    end = certificate.earliest_end
    if kind == RenewalFile.Kind.RENEWAL and lateness(end, submitted_on) < 0:
        opens = window_before(end).opens
        raise FileRefused(f"Hồ sơ đánh giá lại chỉ nộp được từ {opens:%d/%m/%Y}, 180 ngày trước khi hết hạn.")
    if is_recorded_after_end(end, submitted_on, clock.today()):
        if not can_decide_file(by, certificate.product):
            raise FileRefused("Giấy đã hết hạn nên chỉ cán bộ tỉnh ghi được hồ sơ nộp trước đó. Hãy báo tỉnh.")
        if not note:
            raise FileRefused("Giấy đã hết hạn. Hãy ghi số biên nhận cho thấy hồ sơ đã nộp trước đó.")
    if certificate.renewal_files.filter(result_on__isnull=True).exists():
        raise FileRefused(UNDER_WAY)


def _locked(pk: int) -> Certificate:
    rows = Certificate.objects.select_for_update(of=("self",)).select_related("product__unit")
    return rows.get(pk=pk)


def _after(
    word: str, file: RenewalFile, certificate: Certificate, by: Viewer, changes: dict[str, tuple[str, str]]
) -> None:  # fmt: skip
    record(
        word,
        actor_id=by.user_id,
        object_label=f"certificate:{certificate.pk}",
        unit_code=certificate.product.unit.code if certificate.product.unit else "",
        changes={"hồ sơ": ("", str(file.get_kind_display()))} | changes,
    )
    emit(CertificatesChanged(certificate.product_id))
