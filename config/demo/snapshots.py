"""The last month's end of the demo province, frozen by the province and signed by a second person, and the report made of it."""

from __future__ import annotations

from datetime import timedelta

from core.kit import clock
from core.people.queries import Viewer
from core.places.models import Unit
from ocop.reports.actions import Said, make_report
from ocop.snapshots.actions import freeze, sign


def make_snapshot(*, province: Unit, officer: Viewer, second: Viewer) -> None:
    """What the register said that day: the demo's households and looks are younger, so their rates are still empty."""
    month_end = clock.today().replace(day=1) - timedelta(days=1)
    signed = sign(snapshot=freeze(unit=province, on=month_end, by=officer), by=second)
    said = Said(
        number="01/BC-UBND",
        issued_on=clock.today(),
        place=province.name,
        issuer=f"Ủy ban nhân dân {province}",
        subject=f"Kết quả đưa hộ sản xuất nông nghiệp và sản phẩm OCOP của {province} lên sàn thương mại điện tử",
        addressees="Bộ Nông nghiệp và Môi trường",
        authority="TM. ỦY BAN NHÂN DÂN",
        title="Chủ tịch",
        signer="(bản mẫu, không có người ký)",
        recipients="Như trên;\nCác xã, phường, đặc khu;\nLưu: VT.",
        remarks="Báo cáo này của thế giới mẫu, không phải số liệu của tỉnh.",
    )
    make_report(snapshot=signed, said=said, by=officer)
