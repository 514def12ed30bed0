"""What every step begins with: the batch, locked, looked at again."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import Storage
from django.db import transaction

from core.audit.actions import record
from core.imports.contract import ImportKind
from core.imports.models import ImportAttachment, ImportBatch
from core.imports.registry import import_kind
from core.imports.rules import may_act
from core.people.queries import Viewer


class StepRefused(Exception):
    """This step cannot be taken now; the message is a Vietnamese sentence."""


def locked(batch_id: int) -> ImportBatch:
    """The batch, locked until the transaction ends."""
    # Its units and people need no lock, and PostgreSQL cannot lock the empty side of an outer join.
    return ImportBatch.objects.select_for_update(of=("self",)).select_related("unit").get(pk=batch_id)


def locked_for(batch: ImportBatch, viewer: Viewer) -> tuple[ImportBatch, ImportKind[Any]]:
    """The batch, locked, and its kind. Raises PermissionError when the viewer may not (or no longer) import it."""
    fresh = locked(batch.pk)
    if not may_act(viewer, fresh):
        raise PermissionError
    return fresh, import_kind(fresh.kind)


def let_attachment_go(batch: ImportBatch) -> None:
    """Forget the file that came beside the sheet: its row now, the file when the transaction is through."""
    storage: Storage = ImportAttachment._meta.get_field("file").storage
    for attachment in ImportAttachment.objects.filter(batch=batch):
        name = attachment.file.name
        attachment.delete()
        transaction.on_commit(lambda name=name: storage.delete(name))  # type: ignore[misc]


def note(word: str, batch: ImportBatch, actor_id: int | None, via: str = "web") -> None:
    """One line in the trail."""
    record(word, actor_id=actor_id, object_label=f"import_batch:{batch.pk}", unit_code=batch.unit.code, via=via)
