"""What the field app enters into the registries; called once from `AppConfig.ready()`."""

from __future__ import annotations

from onboarding.fieldwork.bundle import stamp_of
from onboarding.intake.registry import register_bundle_stamp


def register() -> None:
    """The stamp by which devices know that their bundle is old."""
    register_bundle_stamp(stamp_of)
