"""Rows about a household that stay with it when it is merged into another: what was drawn, signed or sealed about exactly
this one. Upper slices say which of theirs are such, from `ready()`. Append-only tables stay without being named."""

from __future__ import annotations

from django.db.models import Model

from core.kit.append_only import AppendOnly

_staying: set[str] = set()


def register_staying(*labels: str) -> None:
    """Add tables ("onboarding.Revisit") whose rows keep pointing at the merged household."""
    _staying.update(label.lower() for label in labels)


def stays(model: type[Model]) -> bool:
    """Whether rows of this table keep pointing at the household they were written about."""
    return issubclass(model, AppendOnly) or model._meta.label_lower in _staying
