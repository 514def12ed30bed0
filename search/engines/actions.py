"""The engine follows the documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from search.documents.events import DocumentRemoved, DocumentStored
from search.engines.registry import current_engine, outside_engine


def document_stored(event: DocumentStored) -> None:
    """Handler: the engine learns of a document that was written."""
    current_engine().store(event.document_id)


def documents_stored(events: Sequence[DocumentStored]) -> None:
    """Handler of several at once."""
    current_engine().store_many([event.document_id for event in events])


def document_removed(event: DocumentRemoved) -> None:
    """Handler: the engine forgets a document."""
    current_engine().remove(event.document_id)


def sweep_engine() -> int:
    """Take out of the engine what has no document; returns how many entries."""
    return current_engine().sweep()


def rebuild_engine(*, told: Callable[[int], None] = lambda done: None) -> int | None:
    """Where a server beside the database answers: fill a new index and let it take the old one's place; returns how many documents it
    was told. None with the embedded engine, which is rebuilt with the documents. Raises EngineUnavailable and RebuildUnderWay."""
    engine = outside_engine()
    return engine.rebuild(told=told) if engine else None


def renew_engine() -> int | None:
    """`rebuild_engine` where the index was made for other fields or settings than this version's; None where it was not."""
    engine = outside_engine()
    return engine.rebuild() if engine and engine.is_outdated() else None
