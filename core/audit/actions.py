"""Writing the trail. The vocabulary is fixed: each slice registers its words, others are refused."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from core.audit.chain import changes_text, digest
from core.audit.models import AuditDetail, AuditEntry
from core.audit.registry import is_known, register_vocabulary
from core.kit import clock
from core.kit.bulk import insert_many
from core.kit.origin import origin

__all__ = ["Noted", "erase_details", "note_export", "read_detail", "record", "record_many", "register_vocabulary"]

_AT_ONCE = 500


def record(
    action: str,
    *,
    actor_id: int | None,
    object_label: str,
    unit_code: str = "",
    on_behalf_of_id: int | None = None,
    on_behalf_of_label: str = "",
    via: str = "",
    changes: Mapping[str, tuple[str, str]] | None = None,
) -> None:
    """Write one entry in the caller's transaction. `object_label` is "model:id", never personal text.

    `on_behalf_of_id` is the person and `on_behalf_of_label` the object ("producer:12") that somebody else acted for.
    `changes` maps what a person calls a value → (old, new); it goes encrypted into an erasable row, the entry keeps a
    salted digest. `via` is told by where the code runs (web, api, worker, command) unless it is given.
    Raises ValueError for a word outside the vocabulary, RuntimeError outside a transaction.
    """
    _refuse_outside(action)
    text, salt = changes_text(changes or {}), secrets.token_hex(16)
    here = origin()
    entry = AuditEntry.objects.create(
        at=clock.now(),
        actor_id=actor_id,
        on_behalf_of_id=on_behalf_of_id,
        on_behalf_of_label=on_behalf_of_label,
        via=via or here.via,
        action=action,
        object_label=object_label,
        unit_code=unit_code,
        request_id=here.request_id,
        digest=digest(salt, text) if text else "",
    )
    if text:
        AuditDetail.objects.create(entry=entry, salt=salt, text=text)


@dataclass(frozen=True)
class Noted:
    """One entry of many: see `record`."""

    object_label: str
    unit_code: str = ""
    changes: Mapping[str, tuple[str, str]] | None = None


def record_many(action: str, noted: Iterable[Noted], *, actor_id: int | None, via: str = "") -> None:
    """`record` for many objects to which one person did the same: an entry each, in the order given, in few statements.

    Raises ValueError for a word outside the vocabulary, RuntimeError outside a transaction.
    """
    _refuse_outside(action)
    at, here = clock.now(), origin()
    entries, told = [], []
    for each in noted:
        text = changes_text(each.changes or {})
        salt = secrets.token_hex(16) if text else ""
        entries.append(
            AuditEntry(
                at=at,
                actor_id=actor_id,
                via=via or here.via,
                action=action,
                object_label=each.object_label,
                unit_code=each.unit_code,
                request_id=here.request_id,
                digest=digest(salt, text) if text else "",
            )
        )
        told.append((salt, text))
    insert_many(entries)
    AuditDetail.objects.bulk_create(
        (
            AuditDetail(entry=entry, salt=salt, text=text)
            for entry, (salt, text) in zip(entries, told, strict=True)
            if text
        ),
        batch_size=_AT_ONCE,
    )


def _refuse_outside(action: str) -> None:
    if not is_known(action):
        raise ValueError(f"unknown audit action {action!r}")
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an audit entry belongs into the transaction of its change")


@transaction.atomic
def erase_details(*, object_labels: Iterable[str], actor_id: int | None) -> int:
    """Erase what changed in words about these objects ("producer:12"); the entries stay, their digests say nothing
    any more. Returns how many were erased."""
    erased = 0
    for label in sorted(set(object_labels)):
        count = AuditDetail.objects.filter(entry__object_label=label).delete()[0]
        if count:
            record("audit.details_erased", actor_id=actor_id, object_label=label)
        erased += count
    return erased


@transaction.atomic
def read_detail(*, entry: AuditEntry, actor_id: int | None) -> dict[str, tuple[str, str]]:
    """What an entry's change was in words, name → (old, new); reading it is an entry of its own. The caller has asked
    the rule. Empty for an entry without a text, or whose text was erased."""
    detail = AuditDetail.objects.filter(entry=entry).first()
    if detail is None:
        return {}
    record("audit.detail_read", actor_id=actor_id, object_label=entry.object_label, unit_code=entry.unit_code)
    return {name: (old, new) for name, (old, new) in json.loads(detail.text).items()}


@transaction.atomic
def note_export(*, count: int, actor_id: int | None) -> None:
    """Note that this many entries were taken away as a file."""
    record("audit.exported", actor_id=actor_id, object_label=f"rows:{count}")
