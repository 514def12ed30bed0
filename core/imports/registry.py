"""The kinds of import the house knows; upper slices add theirs in `ready()`."""

from __future__ import annotations

from typing import Any

from core.imports.contract import ImportKind, Source
from core.imports.models import ImportAttachment, ImportBatch
from core.people.queries import Viewer

_kinds: dict[str, ImportKind[Any]] = {}


def register_import_kind(kind: ImportKind[Any]) -> None:
    """Add a kind under its code; called from `ready()`."""
    _kinds[kind.code] = kind


def import_kind(code: str) -> ImportKind[Any]:
    """The kind with this code. Raises LookupError."""
    if code not in _kinds:
        raise LookupError(f"no kind of import {code!r}")
    return _kinds[code]


def kind_of(batch: ImportBatch) -> ImportKind[Any]:
    """The batch's kind, knowing whose list it is and what came beside it. Raises LookupError."""
    kind = import_kind(batch.kind)
    attachment = ImportAttachment.objects.filter(batch=batch).first() if kind.attachment_bytes else None
    return kind.bound_to(Source(batch.owner, attachment))


def kinds_for(viewer: Viewer) -> list[ImportKind[Any]]:
    """The kinds this person may import somewhere, by label."""
    found = [kind for kind in _kinds.values() if kind.units_for(viewer).exists()]
    return sorted(found, key=lambda kind: kind.label)
