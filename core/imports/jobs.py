"""Background work of imports: each job names an import, the actions do the rest."""

from __future__ import annotations

from typing import Any

from core.imports.actions.applying import apply_rows
from core.imports.actions.previewing import make_preview
from core.imports.actions.undoing import undo_rows


def preview(arguments: dict[str, Any]) -> None:
    """{"batch": id, "revision": n}."""
    make_preview(batch_id=arguments["batch"], revision=arguments["revision"])


def apply(arguments: dict[str, Any]) -> None:
    """{"batch": id}."""
    apply_rows(batch_id=arguments["batch"])


def undo(arguments: dict[str, Any]) -> None:
    """{"batch": id}."""
    undo_rows(batch_id=arguments["batch"])
