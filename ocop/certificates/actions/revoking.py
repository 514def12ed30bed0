"""Withdrawing certificates."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.kit.text import squeeze
from core.people.queries import Viewer
from ocop.certificates.events import CertificatesChanged
from ocop.certificates.models import Certificate
from ocop.certificates.rules import can_revoke


class RevocationRefused(Exception):
    """The certificate cannot be revoked so; the message is for people."""


@transaction.atomic
def revoke_certificate(*, certificate: Certificate, on: date, reason: str, by: Viewer) -> Certificate:
    """Withdraw a certificate from a day on (Điều 8, 26/2026/QĐ-TTg). Raises PermissionError, RevocationRefused."""
    certificate = Certificate.objects.select_for_update(of=("self",)).select_related("product").get(pk=certificate.pk)
    if not can_revoke(by, certificate.product):
        raise PermissionError
    if certificate.revoked_on is not None:
        raise RevocationRefused("Giấy chứng nhận này đã được thu hồi trước đó.")
    if not squeeze(reason):
        raise RevocationRefused("Hãy ghi lý do thu hồi.")
    if on > clock.today() or (certificate.recognised_on is not None and on < certificate.recognised_on):
        raise RevocationRefused("Ngày thu hồi phải từ ngày công nhận đến hôm nay. Hãy chọn lại ngày.")
    certificate.revoked_on = on
    certificate.revoked_reason = squeeze(reason)[:200]
    certificate.save(update_fields=["revoked_on", "revoked_reason"])
    record(
        "certificate.revoked",
        actor_id=by.user_id,
        object_label=f"certificate:{certificate.pk}",
        unit_code=certificate.product.unit.code if certificate.product.unit else "",
        changes={"thu hồi từ ngày": ("", f"{on:%d/%m/%Y}"), "lý do": ("", certificate.revoked_reason)},
    )
    emit(CertificatesChanged(certificate.product_id))
    return certificate
