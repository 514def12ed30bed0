"""What happens to certificates."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.registry import Event


@dataclass(frozen=True)
class CertificatesChanged(Event):
    """A product has a new, corrected or revoked certificate, or its own facts have changed."""

    product_id: int
