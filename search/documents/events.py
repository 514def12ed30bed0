"""What happens to documents; the engine that answers questions follows them."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.registry import Event


@dataclass(frozen=True)
class DocumentStored(Event):
    """A document was written, new or again."""

    document_id: int


@dataclass(frozen=True)
class DocumentRemoved(Event):
    """A document is gone."""

    document_id: int
