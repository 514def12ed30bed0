"""A signed snapshot, a report of it, and what stands in a PDF."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pypdfium2

from core.people.models import Role, User
from ocop.reports.actions import Said, make_report
from ocop.reports.models import OfficialReport
from ocop.snapshots.actions import freeze, sign
from ocop.snapshots.models import Snapshot
from tests.ocop.conftest import Land, person, viewer

ON = date(2026, 10, 31)
SAID = Said(
    number="07/BC-SNNMT",
    issued_on=date(2026, 12, 5),  # after the figures were signed
    place="Lâm Đồng",
    superior="Ủy ban nhân dân tỉnh Lâm Đồng",
    issuer="Sở Nông nghiệp và Môi trường",
    subject="Kết quả đưa hộ sản xuất nông nghiệp và sản phẩm OCOP lên sàn thương mại điện tử",
    addressees="Bộ Nông nghiệp và Môi trường\nỦy ban nhân dân tỉnh Lâm Đồng",
    authority="KT. GIÁM ĐỐC",
    title="Phó Giám đốc",
    signer="Nguyễn Thị Phượng Vỹ",
    recipients="Như trên;\nVăn phòng UBND tỉnh;\nLưu: VT, KTHT.",
    remarks="Đề nghị các xã rà soát hộ chưa có gian hàng.\nKiến nghị bố trí kinh phí tập huấn quý sau.",
)


def signed_snapshot(land: Land, phuong: User, on: date = ON) -> Snapshot:
    """Frozen by Phương, signed by Lan."""
    made = freeze(unit=land.lam_dong, on=on, by=viewer(phuong))
    return sign(snapshot=made, by=viewer(person("Lan", Role.PROVINCE, land.lam_dong)))


def report_of(snapshot: Snapshot, by: User, **more: object) -> OfficialReport:
    """A report of it, with other words where they are given."""
    return make_report(snapshot=snapshot, said=replace(SAID, **more), by=viewer(by))  # type: ignore[arg-type]


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, as a program that reads it gets it."""
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf)]


def flat(text: str) -> str:
    """With single spaces, so that line ends do not matter."""
    return " ".join(text.split())
