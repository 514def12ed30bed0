"""Writing single documents; everything else about documents goes through here."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest

from core.events.registry import emit
from core.kit import clock
from core.kit.bulk import insert_many
from search.documents.events import DocumentRemoved, DocumentStored
from search.documents.facts import Facts
from search.documents.models import SearchDocument


def store(kind: str, object_id: int, facts: Facts, *, known: SearchDocument | None = None) -> bool:
    """Write a document; whether it is new. One that is `known` and says the same is neither written nor locked.

    Its version is the time in milliseconds, and more than before: also a document that comes back after it was removed, or a
    clock that was set back, does not look older than a copy that is under way.
    """
    if known is not None and is_in_step(known, facts):
        return False
    now = clock.now()
    version = int(now.timestamp() * 1000)
    values = {**facts, "indexed_at": now}
    later = {**values, "version": Greatest(F("version") + 1, Value(version))}
    with transaction.atomic(savepoint=False):
        if known is not None and SearchDocument.objects.filter(pk=known.pk).update(**later):
            emit(DocumentStored(known.pk))
            return False
        document, is_new = SearchDocument.objects.update_or_create(
            kind=kind, object_id=object_id, defaults=later, create_defaults={**values, "version": version}
        )
        emit(DocumentStored(document.pk))
        return is_new


def store_new(kind: str, facts: Mapping[int, Facts]) -> set[int]:
    """Write the documents of things that seem to have none, by the things' ids, in few statements; returns the ids of those that
    had none. In the caller's transaction."""
    if len(facts) > 1:
        now = clock.now()
        version = int(now.timestamp() * 1000)
        rows = [
            SearchDocument(kind=kind, object_id=object_id, version=version, indexed_at=now, **said)
            for object_id, said in sorted(facts.items())
        ]
        try:
            with transaction.atomic():
                insert_many(rows)
        except IntegrityError:
            pass  # somebody wrote one of them in this instant: one by one
        else:
            for row in rows:
                emit(DocumentStored(row.pk))
            return set(facts)
    return {object_id for object_id, said in sorted(facts.items()) if store(kind, object_id, said)}


def remove(kind: str, object_id: int) -> bool:
    """Whether there was a document."""
    with transaction.atomic(savepoint=False):
        documents = list(SearchDocument.objects.filter(kind=kind, object_id=object_id))
        for document in documents:
            document_id = document.pk
            document.delete()
            emit(DocumentRemoved(document_id))
    return bool(documents)


def is_in_step(document: SearchDocument, facts: Facts) -> bool:
    """Whether a document says just this."""
    return all(getattr(document, name) == value for name, value in facts.items())
