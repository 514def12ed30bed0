"""The engine follows the documents."""

from __future__ import annotations

from search.documents.events import DocumentRemoved, DocumentStored
from search.engines.registry import current_engine


def document_stored(event: DocumentStored) -> None:
    """Handler: the engine learns of a document that was written."""
    current_engine().store(event.document_id)


def document_removed(event: DocumentRemoved) -> None:
    """Handler: the engine forgets a document."""
    current_engine().remove(event.document_id)


def sweep_engine() -> int:
    """Take out of the engine what has no document; returns how many entries."""
    return current_engine().sweep()
