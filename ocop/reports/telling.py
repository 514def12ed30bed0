"""What pages say of a report: its state, what is known of it, how it is checked."""

from __future__ import annotations

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.kit import clock
from ocop.reports.models import OfficialReport
from ocop.reports.queries import Later, signature_of
from ocop.reports.wording import spelled_code
from ocop.snapshots.wording import State


def title_of(report: OfficialReport) -> str:
    """ "Báo cáo số 125/BC-UBND ngày 23/11/2026"."""
    return _("Báo cáo số %(number)s ngày %(day)s") % {"number": report.number, "day": f"{report.issued_on:%d/%m/%Y}"}


def state_of(report: OfficialReport, chains: Later, *, is_public: bool = False) -> State:
    """Whether it still stands, and what does. In public only a restatement that is signed is told."""
    later = chains.reports.get(report.pk)
    if later is not None:
        words = _("Báo cáo này đã được thay bằng báo cáo số %(number)s ngày %(day)s. Lý do: %(reason)s")
        day = f"{later.issued_on:%d/%m/%Y}"
        told = words % {"number": later.number, "day": day, "reason": later.reason}
        newest = chains.report_after(later)
        if newest is not None:
            more = _("Báo cáo mới nhất là báo cáo số %(number)s ngày %(day)s.")
            told = told.rstrip(" .") + ". " + more % {"number": newest.number, "day": f"{newest.issued_on:%d/%m/%Y}"}
        return State("warn", told)
    restated = chains.snapshot_after(report.snapshot, signed=is_public)
    if restated is not None:
        words = _("Số liệu của báo cáo này đã được chốt lại ở bản %(number)s. Lý do: %(reason)s")
        return State("warn", words % {"number": restated.number, "reason": restated.note})
    return State("good", _("Báo cáo này có thật và chưa bị báo cáo nào thay."))


def facts_of(report: OfficialReport) -> list[dict[str, str]]:
    """What is known of it, for the staff."""
    people = report.frozen["people"]
    pairs = [
        *_head(report),
        (_("Người lập"), f"{report.made_by or _('hệ thống')}, {clock.day_of(report.made_at):%d/%m/%Y}"),
        (_("Người ký bản chốt số"), f"{people['signer']}, {people['signed_on']}"),
        (_("Mã kiểm tra"), spelled_code(report.code)),
        (_("Địa chỉ kiểm tra"), report.address),
        *_digests(report),
    ]
    return [{"label": label, "value": value} for label, value in pairs]


def public_facts(report: OfficialReport) -> list[dict[str, str]]:
    """What everybody with the code may know; no person is named."""
    pairs = [*_head(report), (_("Mã kiểm tra số liệu"), report.snapshot.figures_sha256), *_digests(report)]
    return [{"label": label, "value": value} for label, value in pairs]


def _head(report: OfficialReport) -> list[tuple[str, str]]:
    pairs = [
        (_("Cơ quan ban hành"), report.issuer),
        (_("Trích yếu"), report.subject),
        (_("Địa bàn"), capfirst(report.frozen["area"])),
        (_("Số liệu tính đến hết ngày"), f"{report.snapshot.on:%d/%m/%Y}"),
        (_("Bản chốt số"), report.snapshot.number),
    ]
    if report.replaces is not None:
        pairs.append((_("Thay báo cáo số"), f"{report.replaces.number}. {report.reason}"))
    return pairs


def _digests(report: OfficialReport) -> list[tuple[str, str]]:
    signature = signature_of(report)
    pairs = [(_("SHA-256 của tệp PDF"), report.pdf_sha256), (_("SHA-256 của tệp Excel"), report.xlsx_sha256)]
    if signature is not None:
        pairs.insert(0, (_("SHA-256 của tệp PDF đã ký số"), signature.sha256))
        pairs.append((_("Chứng thư số của"), signature.holder))
    return pairs
