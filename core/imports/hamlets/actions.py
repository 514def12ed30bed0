"""Writing hamlets one at a time, and taking an import of them back."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import ProtectedError

from core.audit.actions import record
from core.imports.contract import UndoRefused
from core.people.queries import Viewer
from core.places.models import Hamlet, Unit

IN_USE = "đã có hộ, người hoặc việc gắn với thôn, ấp này."
CHANGED = "tên đã được sửa lại sau khi nhập."


@transaction.atomic
def add_hamlet(*, commune: Unit, name: str, valid_from: date | None, by: Viewer) -> Hamlet:
    """A hamlet that was not in the list; `valid_from` None: since before our records."""
    hamlet = Hamlet.objects.create(commune=commune, name=name, valid_from=valid_from)
    _note("hamlet.added", hamlet, by, ("", name))
    return hamlet


@transaction.atomic
def correct_hamlet_name(*, hamlet: Hamlet, name: str, by: Viewer) -> Hamlet:
    """Write the name as it should be; the hamlet stays the same one."""
    before = hamlet.name
    hamlet.name = name
    hamlet.save(update_fields=["name"])
    _note("hamlet.renamed", hamlet, by, (before, name))
    return hamlet


@transaction.atomic
def remove_added_hamlet(*, hamlet_id: int, by: Viewer) -> None:
    """Take back `add_hamlet`. Raises UndoRefused when something hangs on the hamlet."""
    hamlet = Hamlet.objects.select_for_update(of=("self",)).select_related("commune").get(pk=hamlet_id)
    _note("hamlet.removed", hamlet, by, (hamlet.name, ""))
    try:
        hamlet.delete()
    except ProtectedError as error:
        raise UndoRefused(IN_USE) from error


def _note(word: str, hamlet: Hamlet, by: Viewer, names: tuple[str, str]) -> None:
    record(
        word,
        actor_id=by.user_id,
        object_label=f"hamlet:{hamlet.pk}",
        unit_code=hamlet.commune.code,
        via="import",
        changes={"name": names},
    )
