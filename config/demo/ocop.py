"""Papers of the demo commune, entered by one person and confirmed by another: one in force, one with a file for renewal under way, one
revoked, one that waits. The products are made up and say so; they sell nowhere, so they stand in no numerator."""

from __future__ import annotations

from datetime import date, timedelta

from core.kit import clock
from core.people.queries import Viewer
from core.places.models import Unit
from ocop.certificates.actions import revoke_certificate
from ocop.certificates.actions.deciding import confirm_entry
from ocop.certificates.actions.entering import enter_paper
from ocop.certificates.actions.renewing import record_file
from ocop.certificates.entries import EntryFacts
from ocop.certificates.models import Certificate, IssuerLevel, Quality, RenewalFile


def make_papers(*, commune: Unit, officer: Viewer, second: Viewer) -> None:
    """What the commune's officer entered, and the province's second person confirmed."""
    today = clock.today()

    def confirmed(name: str, decision: str, on: date) -> Certificate:
        entry = enter_paper(facts=_facts(name, decision, on, commune), unit=commune, by=officer)
        return confirm_entry(entry=entry, by=second)

    confirmed("Gạo nếp (mẫu)", "01/QĐ-MAU", clock.add_months(today, -6))
    renewing = confirmed("Mật ong rừng (mẫu)", "02/QĐ-MAU", clock.add_months(today + timedelta(days=130), -36))
    record_file(
        certificate=renewing,
        kind=RenewalFile.Kind.RENEWAL,
        submitted_on=today - timedelta(days=3),
        note="Biên nhận 05 (mẫu)",
        by=officer,
    )
    revoked = confirmed("Bánh tráng (mẫu)", "03/QĐ-MAU", clock.add_months(today, -12))
    revoke_certificate(
        certificate=revoked,
        on=today - timedelta(days=20),
        reason="Quyết định 09/QĐ-MAU: đã ngừng sản xuất (mẫu)",
        by=second,
    )
    waiting = _facts("Cà phê bột (mẫu)", "04/QĐ-MAU", today - timedelta(days=15), commune)
    enter_paper(facts=waiting, unit=commune, by=officer)


def _facts(name: str, decision: str, on: date, commune: Unit) -> EntryFacts:
    return EntryFacts(
        name=name,
        producer=f"Hợp tác xã {commune.name} (mẫu)",
        producer_kind="hợp tác xã",
        stars="4",
        decision=decision,
        recognised_on=f"{on:%d/%m/%Y}",
        issuer_level=IssuerLevel.PROVINCE.value,
        issuer_name=f"UBND {commune.parent}",
        quality=Quality.SIGNED.value,
        note="Dữ liệu mẫu.",
    )
