"""Writing a hamlet of a sheet, and taking it back."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import ProtectedError

from core.audit.actions import record
from core.events.registry import emit
from core.imports.contract import RowRefused, UndoRefused
from core.kit import clock
from core.people.queries import Viewer
from core.places.actions.hamlets import named_since, open_hamlet, rename_hamlet
from core.places.actions.units import Contradiction
from core.places.events import HamletOpened
from core.places.models import Hamlet, HamletName, Unit, in_force

IN_USE = "đã có hộ, người hoặc việc gắn với thôn, ấp này."
CHANGED = "tên đã được sửa lại sau khi nhập."
NAME_TAKEN = "tên cũ đã được đặt cho nơi khác."


@transaction.atomic
def add_hamlet(*, commune: Unit, name: str, valid_from: date | None, by: Viewer) -> Hamlet:
    """A hamlet that is not in the list yet; without a day it is there since before our records. Raises RowRefused."""
    if valid_from is not None:
        try:
            opened = open_hamlet(commune=commune, name=name, on=valid_from, actor_id=by.user_id)
        except Contradiction as contradiction:
            raise RowRefused(str(contradiction)) from contradiction
        emit(HamletOpened(commune.pk))
        return opened
    Unit.objects.select_for_update().get(pk=commune.pk)
    if named_since(commune, name, None) is not None:
        raise RowRefused(f"Đã có hoặc từng có nơi tên «{name}». Nếu đây là nơi khác, hãy ghi từ ngày nào có tên này.")
    hamlet = Hamlet.objects.create(commune=commune, name=name)
    _note("hamlet.opened", hamlet, by, ("", name))
    emit(HamletOpened(commune.pk))
    return hamlet


@transaction.atomic
def give_new_name(*, hamlet: Hamlet, name: str, on: date | None, by: Viewer) -> date:
    """Another name from a day on (today, if the sheet names none); the old one stays on record until then. Returns the
    day. Raises RowRefused."""
    day = on or clock.today()
    try:
        rename_hamlet(hamlet=hamlet, name=name, on=day, actor_id=by.user_id)
    except Contradiction as contradiction:
        raise RowRefused(str(contradiction)) from contradiction
    return day


@transaction.atomic
def remove_added_hamlet(*, hamlet_id: int, by: Viewer) -> None:
    """Take back `add_hamlet`. Raises UndoRefused when something hangs on the hamlet."""
    hamlet = Hamlet.objects.select_for_update(of=("self",)).select_related("commune").get(pk=hamlet_id)
    _note("hamlet.removed", hamlet, by, (hamlet.name, ""))
    try:
        hamlet.delete()
    except ProtectedError as error:
        raise UndoRefused(IN_USE) from error
    emit(HamletOpened(hamlet.commune_id))


def has_name_still(hamlet: Hamlet, name: str, on: date) -> bool:
    """Whether the latest name, perhaps dated ahead, is still the one given from that day."""
    return HamletName.objects.filter(hamlet=hamlet, name=name, valid_from=on, valid_to=None).exists()


@transaction.atomic
def take_name_back(*, hamlet_id: int, name: str, on: date, by: Viewer) -> None:
    """Take back `give_new_name`, as if it had never been. Raises UndoRefused when the name has changed again."""
    hamlet = Hamlet.objects.select_for_update(of=("self",)).select_related("commune").get(pk=hamlet_id)
    if not has_name_still(hamlet, name, on):
        raise UndoRefused(CHANGED)
    last = HamletName.objects.get(hamlet=hamlet, valid_to=on)
    if named_since(hamlet.commune, last.name, on, besides=hamlet) is not None:
        raise UndoRefused(NAME_TAKEN)
    HamletName.objects.filter(hamlet=hamlet, valid_from=on).delete()
    HamletName.objects.filter(pk=last.pk).update(valid_to=None)
    hamlet.name = (HamletName.objects.filter(in_force(clock.today()), hamlet=hamlet).first() or last).name
    if HamletName.objects.filter(hamlet=hamlet).count() == 1:
        HamletName.objects.filter(pk=last.pk).delete()  # a hamlet that was never renamed has none
        hamlet.is_renamed = False
    hamlet.save(update_fields=["name", "is_renamed"])
    _note("hamlet.name_taken_back", hamlet, by, (name, last.name))


def _note(word: str, hamlet: Hamlet, by: Viewer, names: tuple[str, str]) -> None:
    record(
        word,
        actor_id=by.user_id,
        object_label=f"hamlet:{hamlet.pk}",
        unit_code=hamlet.commune.code,
        via="import",
        changes={"name": names},
    )
