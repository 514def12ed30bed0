"""Entering a resolution: all of its lines or none, previewed by doing everything and taking it back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.places.actions.hamlets import ensure_end, ensure_hamlet, ensure_name, hamlet_on, show_hamlet_names_of_today
from core.places.actions.units import (
    Contradiction,
    Entry,
    end_unit,
    link_units,
    map_has_changed,
    one_map_at_a_time,
    open_unit,
    rename_unit,
    show_names_of_today,
    unit_on,
)
from core.places.events import HamletsChanged, MapTurned, UnitLinkFact, UnitsChanged
from core.places.models import Hamlet, HamletLink, HamletName, Level, Resolution, Unit, UnitLink, UnitName, in_force
from core.places.queries import Use, rows_in_use
from core.places.reading import Line, Refused, ResolutionFile, read_rows


@dataclass(frozen=True)
class Outcome:
    """What a resolution changes, or has changed: sentences, what to look at, and the rows that lean on what changed.
    Without sentences everything in it was on the map already."""

    sentences: tuple[str, ...]
    remarks: tuple[str, ...]
    uses: tuple[Use, ...]


def enter_resolution(file: ResolutionFile, *, actor_id: int | None, apply: bool) -> Outcome:
    """Bring the map to what the resolution says, from its day on; without `apply` only tell what would change.

    Closed units keep their rows, names and links, so whatever was reported about them stays as it was. Entering the same
    again changes nothing. Raises Refused, with nothing changed, when a line contradicts the map.
    """
    with transaction.atomic():
        one_map_at_a_time()
        _lock_communes(file)
        entry = _carry_out(file)
        _check_periods()
        outcome = Outcome(tuple(change.sentence for change in entry.changes), tuple(entry.remarks), tuple(_uses(entry)))
        if not apply:
            transaction.set_rollback(True)
        elif entry.changes:
            _keep(file, entry, actor_id)
    return outcome


def _lock_communes(file: ResolutionFile) -> None:
    """Nobody opens or renames a hamlet there meanwhile; in the order of keys, as imports do."""
    codes = {code for line in file.lines for code in (line.code, line.new_code)}
    communes = Unit.objects.filter(level=Level.COMMUNE, code__in=codes).order_by("pk")
    list(communes.select_for_update(no_key=True).values_list("pk", flat=True))


def _check_periods() -> None:
    """What PostgreSQL would check at the commit, checked now, so that the preview meets it too."""
    if connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS unit_code_once_at_a_date, hamlet_once_at_a_date IMMEDIATE")
            cursor.execute("SET CONSTRAINTS unit_code_once_at_a_date, hamlet_once_at_a_date DEFERRED")
    except IntegrityError as error:
        raise Refused(["Có hai nơi cùng mã hoặc cùng tên vào một ngày. Hãy xem lại các dòng mở, đổi tên."]) from error


@transaction.atomic
def turn_map() -> int:
    """Tell the upper slices of resolutions whose day has come, once each. Returns how many."""
    due = list(Resolution.objects.select_for_update().filter(on__lte=clock.today(), told_at=None).order_by("on", "pk"))
    for resolution in due:
        emit(
            MapTurned(resolution.on, resolution.decision, _facts(UnitLink, resolution), _facts(HamletLink, resolution))
        )
        resolution.told_at = clock.now()
        resolution.save(update_fields=["told_at"])
    return len(due) + show_names_of_today() + show_hamlet_names_of_today()


def enter_kept_resolutions() -> None:
    """Enter again what was entered here, after newer data files were loaded over it. Raises Refused when the files
    contradict it; the load is then taken back."""
    for kept in Resolution.objects.order_by("pk"):
        _carry_out(read_rows(kept.decision, kept.on, kept.lines))
    show_names_of_today()


def _keep(file: ResolutionFile, entry: Entry, actor_id: int | None) -> None:
    """What goes with the change: the lines, the trail, the news."""
    kept = Resolution.objects.create(
        decision=file.decision, on=file.on, lines=file.as_rows(), entered_at=clock.now(), entered_by=actor_id
    )
    record("resolution.entered", actor_id=actor_id, object_label=f"resolution:{kept.pk}")
    for change in entry.changes:
        record(change.word, actor_id=actor_id, object_label=change.object_label, unit_code=change.unit_code)
    map_has_changed()
    emit(UnitsChanged(file.on, file.decision, tuple(entry.unit_links)))
    if entry.hamlet_links:
        emit(HamletsChanged(file.on, file.decision, tuple(entry.hamlet_links)))
    turn_map()


def _carry_out(file: ResolutionFile) -> Entry:
    """All lines, in the order in which they can be done whatever their order in the file."""
    entry = Entry(file.decision, file.on)
    problems: list[str] = []
    for changes, step in _STEPS:
        for line in file.lines:
            if line.change in changes:
                try:
                    with transaction.atomic():
                        step(entry, line, file)
                except Contradiction as contradiction:
                    problems.append(f"Dòng {line.number}: {contradiction}")
    if not problems:
        problems = _left_over(entry)
    if problems:
        raise Refused(list(dict.fromkeys(problems)))
    return entry


def _end(entry: Entry, line: Line, file: ResolutionFile) -> None:
    end_unit(entry, line.level, line.code)


def _open(entry: Entry, line: Line, file: ResolutionFile) -> None:
    parent = unit_on(Level.PROVINCE, line.parent, entry.on) if line.parent else None
    open_unit(entry, line.level, line.code, kind=line.kind, name=line.name, parent=parent)


def _move(entry: Entry, line: Line, file: ResolutionFile) -> None:
    """To another province: the commune begins again there under its code, because a unit has one parent for life."""
    old = unit_on(line.level, line.code, entry.eve)
    last = UnitName.objects.filter(in_force(entry.eve), unit=old).get()
    parent = unit_on(Level.PROVINCE, line.parent, entry.on)
    new = open_unit(entry, line.level, line.code, kind=last.kind, name=last.name, parent=parent, like=old)
    link_units(entry, old, new, UnitLink.Kind.WHOLE)


def _link(entry: Entry, line: Line, file: ResolutionFile) -> None:
    old, new = unit_on(line.level, line.code, entry.eve), unit_on(line.level, line.new_code, entry.on)
    link_units(entry, old, new, line.share or UnitLink.Kind.WHOLE)


def _rename(entry: Entry, line: Line, file: ResolutionFile) -> None:
    rename_unit(entry, line.level, line.code, kind=line.kind, name=line.name)


def _take_hamlets_along(entry: Entry, line: Line, file: ResolutionFile) -> None:
    """The hamlets of an ended commune go on in its successor: of a split one in the default part, unless a line says."""
    if line.level != Level.COMMUNE or line.share == UnitLink.Kind.PART:
        return
    old = unit_on(line.level, line.code, entry.eve)
    target = unit_on(line.level, line.new_code or line.code, entry.on)
    said = {each.hamlet: each for each in file.lines if each.change == "hamlet_move" and each.code == line.code}
    for hamlet in Hamlet.objects.filter(in_force(entry.eve), commune=old).select_related("commune"):
        if HamletLink.objects.filter(old=hamlet, on=entry.on).exists():
            continue
        move = said.get(hamlet.name)
        if line.share and move is None:
            entry.remarks.append(f"{hamlet} của {old} đi theo phần mặc định, {target}. Hãy xem có đúng không.")
        commune = unit_on(line.level, move.new_code, entry.on) if move else target
        name = move.new_hamlet if move and move.new_hamlet else hamlet.name
        if hamlet_on(commune, name, entry.on) is not None and not (move and move.new_hamlet):
            raise Contradiction(
                f"{name} có ở cả {old} và {commune}. Hãy thêm dòng hamlet_move với tên mới cho {name} của {old}."
            )
        ensure_end(entry, hamlet, [(ensure_hamlet(entry, commune, name), UnitLink.Kind.WHOLE)])


def _check_move(entry: Entry, line: Line, file: ResolutionFile) -> None:
    old = unit_on(line.level, line.code, entry.eve)
    hamlet = _hamlet(entry, old, line.hamlet)
    target = unit_on(line.level, line.new_code, entry.on)
    if not HamletLink.objects.filter(old=hamlet, on=entry.on, new__commune=target).exists():
        raise Contradiction(f"{line.hamlet} chỉ chuyển được khi {old} được chia hoặc nhập trong cùng tệp này.")


def _open_hamlet(entry: Entry, line: Line, file: ResolutionFile) -> None:
    commune = unit_on(line.level, line.code, entry.on)
    renamed = HamletName.objects.filter(hamlet__commune=commune, name=line.hamlet, valid_from=entry.on)
    if renamed.exclude(hamlet__valid_from=entry.on).exists():
        raise Contradiction(f"một nơi khác của {commune} đổi tên thành {line.hamlet} đúng ngày ấy.")
    ensure_hamlet(entry, commune, line.hamlet)


def _rename_hamlet(entry: Entry, line: Line, file: ResolutionFile) -> None:
    ensure_name(entry, _hamlet(entry, unit_on(line.level, line.code, entry.on), line.hamlet), line.new_hamlet)


def _merge_hamlet(entry: Entry, line: Line, file: ResolutionFile) -> None:
    commune = unit_on(line.level, line.code, entry.on)
    old = _hamlet(entry, commune, line.hamlet)
    ensure_end(entry, old, [(ensure_hamlet(entry, commune, line.new_hamlet), UnitLink.Kind.WHOLE)])


def _split_hamlet(entry: Entry, line: Line, file: ResolutionFile) -> None:
    """All lines of one hamlet at its first line; the first part is the default."""
    group = [
        each for each in file.lines if (each.change, each.code, each.hamlet) == (line.change, line.code, line.hamlet)
    ]
    if group[0] != line:
        return
    if len(group) < 2:
        raise Contradiction(f"{line.hamlet}: chia thì phải có ít nhất hai dòng.")
    commune = unit_on(line.level, line.code, entry.on)
    old = _hamlet(entry, commune, line.hamlet)
    Hamlet.objects.filter(pk=old.pk, valid_to=None).update(valid_to=entry.on)
    old.refresh_from_db()
    shares = [UnitLink.Kind.DEFAULT, *([UnitLink.Kind.PART] * (len(group) - 1))]
    parts = [ensure_hamlet(entry, commune, each.new_hamlet) for each in group]
    ensure_end(entry, old, list(zip(parts, shares, strict=True)))


def _hamlet(entry: Entry, commune: Unit, name: str) -> Hamlet:
    found = hamlet_on(commune, name, entry.eve)
    if found is None:
        raise Contradiction(f"ngày {entry.eve:%d/%m/%Y} {commune} không có {name}.")
    return found


Step = Callable[[Entry, Line, ResolutionFile], None]
_STEPS: tuple[tuple[set[str], Step], ...] = (
    ({"merge", "split", "move"}, _end),
    ({"open"}, _open),
    ({"move"}, _move),
    ({"merge", "split"}, _link),
    ({"rename"}, _rename),
    ({"merge", "split", "move"}, _take_hamlets_along),
    ({"hamlet_move"}, _check_move),
    ({"hamlet_rename"}, _rename_hamlet),  # first: the name given up may be another's from the same day
    ({"hamlet_open"}, _open_hamlet),
    ({"hamlet_merge"}, _merge_hamlet),
    ({"hamlet_split"}, _split_hamlet),
)


def _left_over(entry: Entry) -> list[str]:
    """What the lines are each right about, but not together."""
    found = []
    orphans = Unit.objects.filter(in_force(entry.on), parent__valid_to__lte=entry.on).select_related("parent")
    for parent in sorted({str(unit.parent) for unit in orphans}):
        found.append(f"{parent} chấm dứt nhưng còn xã, phường bên trong. Hãy thêm dòng move cho từng đơn vị.")
    nowhere = UnitLink.objects.filter(on=entry.on, new__valid_to__lte=entry.on).select_related("old", "new")
    found += [f"{link.old} nhập vào {link.new}, nhưng {link.new} cũng chấm dứt ngày ấy." for link in nowhere]
    shares: dict[Unit, list[str]] = defaultdict(list)
    for link in UnitLink.objects.filter(on=entry.on, decision=entry.decision).select_related("old"):
        shares[link.old].append(link.kind)
    for old, kinds in shares.items():
        is_whole = kinds == [UnitLink.Kind.WHOLE]
        is_divided = len(kinds) > 1 and kinds.count(UnitLink.Kind.DEFAULT) == 1 and UnitLink.Kind.WHOLE not in kinds
        if not is_whole and not is_divided:
            found.append(
                f"{old} (mã {old.code}) phải nhập trọn vào một đơn vị, hoặc chia thành nhiều phần với đúng một phần default."
            )
    return found


def _uses(entry: Entry) -> list[Use]:
    units = {change.unit_id for change in entry.changes if change.unit_id}
    hamlets = {change.hamlet_id for change in entry.changes if change.hamlet_id}
    return rows_in_use(units, hamlets)


def _facts(table: type[UnitLink] | type[HamletLink], resolution: Resolution) -> tuple[UnitLinkFact, ...]:
    links = table._default_manager.filter(on=resolution.on, decision=resolution.decision).order_by("pk")
    return tuple(UnitLinkFact(*row) for row in links.values_list("old_id", "new_id", "kind"))
