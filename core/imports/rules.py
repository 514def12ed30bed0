"""What may be done with an import, by whom, and how long what it says about people is kept."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from core.imports.models import ImportBatch
from core.imports.registry import import_kind
from core.kit import clock
from core.people.models import Role
from core.people.queries import Viewer

IMPORTERS = (Role.PROVINCE, Role.COMMUNE)
# Time to mend refused rows and to notice that a whole import was wrong; then the file and the cells are erased.
KEPT_FOR = timedelta(days=90)
DRAFTS_KEPT_FOR = timedelta(days=14)
# So many imports of one owner may be unfinished; each holds its sheet and the file beside it on our disk.
UNFINISHED_MAXIMUM = 5
# Up to this many rows the person waits for the preview; more are looked at in the background.
PREVIEW_AT_ONCE = 500

State = ImportBatch.State
_OPEN = {State.DRAFT, State.PREVIEWING, State.PREVIEWED}


UNFINISHED = Q(state__in=[*_OPEN, State.APPLYING]) | Q(state=State.FAILED, applied_at=None)
"""Imports that still hold what came with them, for queries."""


def may_act(viewer: Viewer, batch: ImportBatch) -> bool:
    """Whether the viewer may still import this kind for this unit (a right may have ended since)."""
    try:
        return import_kind(batch.kind).may_import(viewer, batch.unit, batch.owner)
    except LookupError:
        return False


def is_stopped_half_way(batch: ImportBatch) -> bool:
    """Whether writing stopped after something was written (without that, it has no time of applying either)."""
    return batch.state == State.FAILED and batch.applied_at is not None


def _is_open(batch: ImportBatch) -> bool:
    """Whether nothing has been written yet and it may still be."""
    return batch.state in _OPEN or (batch.state == State.FAILED and batch.applied_at is None)


def can_map(batch: ImportBatch) -> bool:
    """Whether columns may be chosen (again)."""
    return _is_open(batch) and batch.erased_at is None


def can_apply(batch: ImportBatch) -> bool:
    """Whether the previewed rows may be written."""
    return batch.state == State.PREVIEWED and batch.created + batch.changed > 0


def can_cancel(batch: ImportBatch) -> bool:
    """Whether nothing has been written yet."""
    return _is_open(batch)


def can_undo(batch: ImportBatch) -> bool:
    """Whether the whole import may be taken back: written (if only half), something changed by it, and not erased."""
    is_written = batch.state == State.APPLIED or is_stopped_half_way(batch)
    return is_written and batch.erased_at is None and batch.created + batch.changed > 0


def is_running(batch: ImportBatch) -> bool:
    """Whether the worker has something to do for it."""
    return batch.state in {State.PREVIEWING, State.APPLYING, State.UNDOING}


def is_too_old(batch: ImportBatch) -> bool:
    """Whether its personal data must go now."""
    kept_for = DRAFTS_KEPT_FOR if _is_open(batch) else KEPT_FOR
    return batch.made_at < clock.now() - kept_for and batch.state not in {State.APPLYING, State.UNDOING}
