"""Keeping what a certificate said."""

from __future__ import annotations

from django.db import transaction

from core.kit import clock
from ocop.certificates.frozen import digest, frozen_facts
from ocop.certificates.models import Certificate, CertificateCopy


@transaction.atomic
def freeze_certificate(*, certificate: Certificate, reason: str = "") -> CertificateCopy:
    """Keep a copy of what it says now; one that says the same as the last is not made again. `reason` tells why it was corrected.
    The caller holds the certificate's lock."""
    facts = frozen_facts(certificate)
    sha256 = digest(facts)
    last: CertificateCopy | None = CertificateCopy.objects.filter(certificate=certificate).order_by("-number").first()
    if last is not None and last.sha256 == sha256:
        return last
    made: CertificateCopy = CertificateCopy.objects.create(
        certificate=certificate,
        number=last.number + 1 if last else 1,
        facts=facts,
        sha256=sha256,
        made_at=clock.now(),
        reason=reason[:200],
    )
    return made
