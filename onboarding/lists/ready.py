"""What this slice tells the registries of others; called once from `ready()`."""

from __future__ import annotations

from core.imports.registry import register_import_kind
from onboarding.lists.kind import HouseholdKind


def register() -> None:
    """The kind of import of households."""
    register_import_kind(HouseholdKind())
