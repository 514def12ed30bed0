"""Withdrawing a certificate."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from core.audit.models import AuditEntry
from core.people.models import User
from market.listings.models import ListingBadge
from ocop.certificates.actions import RevocationRefused, revoke_certificate
from ocop.certificates.models import Certificate
from ocop.presence.actions import link_listing
from tests.ocop.conftest import Land, listing, paper, product, viewer

NOON = "2026-11-22T05:00:00+00:00"


@time_machine.travel(NOON, tick=False)
def test_phuong_withdraws_and_the_badge_is_marked(land: Land, phuong: User) -> None:
    made = product(unit=land.phu_thuy)
    certificate = paper(made, 4, "2025-01-01")
    sold = listing("Nước mắm nhĩ", land.phu_thuy)
    link_listing(product=made, listing=sold, by=viewer(phuong))
    assert list(ListingBadge.objects.values_list("listing", "stars", "revoked_on")) == [(sold.pk, 4, None)]

    revoke_certificate(certificate=certificate, on=date(2026, 11, 1), reason=" Dùng sai dấu ", by=viewer(phuong))

    certificate.refresh_from_db()
    assert (certificate.revoked_on, certificate.revoked_reason) == (date(2026, 11, 1), "Dùng sai dấu")
    assert ListingBadge.objects.get().revoked_on == date(2026, 11, 1)
    assert AuditEntry.objects.filter(action="certificate.revoked", actor_id=phuong.pk).count() == 1


def test_a_commune_officer_and_a_neighbour_may_not(land: Land, chi: User, dung: User) -> None:
    certificate = paper(product(unit=land.phu_thuy), 4, "2025-01-01")
    for user in (chi, dung):
        with pytest.raises(PermissionError):
            revoke_certificate(certificate=certificate, on=date(2026, 1, 1), reason="x", by=viewer(user))
    assert Certificate.objects.get().revoked_on is None
    assert not AuditEntry.objects.exists()


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize(
    ("on", "reason"),
    [(date(2026, 11, 23), "x"), (date(2024, 12, 31), "x"), (date(2026, 1, 1), "  ")],
)
def test_not_for_a_day_that_cannot_be_or_without_a_reason(land: Land, phuong: User, on: date, reason: str) -> None:
    certificate = paper(product(unit=land.phu_thuy), 4, "2025-01-01")
    with pytest.raises(RevocationRefused):
        revoke_certificate(certificate=certificate, on=on, reason=reason, by=viewer(phuong))
    assert Certificate.objects.get().revoked_on is None


@time_machine.travel(NOON, tick=False)
def test_only_once(land: Land, phuong: User) -> None:
    certificate = paper(product(unit=land.phu_thuy), 4, "2025-01-01")
    revoke_certificate(certificate=certificate, on=date(2026, 1, 1), reason="x", by=viewer(phuong))
    with pytest.raises(RevocationRefused):
        revoke_certificate(certificate=certificate, on=date(2026, 2, 1), reason="y", by=viewer(phuong))
    assert Certificate.objects.get().revoked_on == date(2026, 1, 1)
