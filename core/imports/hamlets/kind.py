"""The kind of import: a commune's (or a province's) list of hamlets."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from core.imports.contract import Change, Effect, ImportKind, Outcome, RowVerdict, refused
from core.imports.hamlets.actions import (
    CHANGED,
    IN_USE,
    add_hamlet,
    give_new_name,
    has_name_still,
    remove_added_hamlet,
    take_name_back,
)
from core.imports.hamlets.names import HamletName, hamlet_name
from core.imports.rules import IMPORTERS
from core.imports.sheet import parsers
from core.imports.sheet.columns import Column, Values
from core.kit import clock
from core.kit.text import fold_words
from core.people.queries import Viewer
from core.places.finder import Finding, find_units
from core.places.models import Hamlet, Level, Unit, in_force

NAME_LABEL, PLACE_LABEL, SINCE_LABEL = "Tên thôn, ấp, khu phố", "Xã, phường, đặc khu", "Có tên này từ ngày"
# What stands in formulas and markup, never in the name of a place.
_NO_NAME = re.compile(r"[=<>{}\[\]|\\@#$%^*_~`]")


@dataclass
class HamletDesk:
    """The communes that may be meant and the hamlets known there, for some rows."""

    unit: Unit
    viewer: Viewer
    findings: dict[str, Finding]
    communes: dict[int, Unit]
    hamlets: dict[int, list[tuple[HamletName, Hamlet]]]


class HamletKind(ImportKind[HamletDesk]):
    """Adds hamlets, and renames those whose old name is given."""

    code = "thon-ap"
    rows_at_once = 25  # the actions look again at every name they give
    label = "Danh sách thôn, ấp, khu phố"
    lead = "Thêm thôn, ấp, khu phố còn thiếu và đổi tên những nơi đã đổi tên. Không xóa nơi nào."
    columns = (
        Column(
            "name",
            NAME_LABEL,
            parsers.text(80),
            (
                "thon", "ap", "khu pho", "ten thon", "ten ap", "ten khu pho", "thon ap", "thon ap khu pho", "thon ban",
                "ten thon ap", "ten thon ap khu pho", "ten thon khu pho", "ten thon to dan pho", "to dan pho", "khom ap",
                "ten to dan pho", "ten moi", "ten thon moi", "ten goi moi", "ten thon ap khu pho moi", "ten khom ap",
                "ten don vi", "thon xom", "khu dan cu", "ten khu dan cu",
            ),
            required=True,
            example="Thôn 1",
        ),
        Column(
            "old_name",
            "Tên cũ",
            parsers.text(80),
            ("ten thon cu", "ten ap cu", "ten truoc day", "ten goi cu", "thon cu", "ten thon ap khu pho cu", "ten hien tai"),
            example="Thôn Tân Lập",
            hint="Chỉ ghi khi nơi này đổi tên.",
        ),
        Column(
            "commune",
            PLACE_LABEL,
            parsers.text(120),
            ("xa", "phuong", "xa phuong", "phuong xa", "ten xa", "xa phuong dac khu", "xa phuong thi tran", "thuoc xa",
             "don vi hanh chinh", "ten xa phuong"),
            example="Xã Bắc Ruộng",
            hint="Cần có khi bảng gồm nhiều xã.",
        ),
        Column(
            "valid_from",
            SINCE_LABEL,
            parsers.day(),
            ("ngay thanh lap", "tu ngay", "ngay hieu luc", "hieu luc tu", "ngay quyet dinh", "thanh lap ngay", "co tu ngay", "ngay doi ten"),
            example="01/07/2025",
        ),
    )  # fmt: skip

    def units_for(self, viewer: Viewer) -> QuerySet[Unit]:
        """Today's communes and provinces in the viewer's grants as province or commune staff."""
        levels = [Level.PROVINCE, Level.COMMUNE]
        return Unit.objects.filter(viewer.units(*IMPORTERS), in_force(clock.today()), level__in=levels)

    def row_key(self, values: Values) -> str:
        """Commune and name; the old name when it is a renaming, so that one hamlet is renamed once."""
        name = hamlet_name(values["old_name"] or values["name"])
        return f"{fold_words(values['commune'] or '')}|{name.kind}|{name.bare}|{name.marks}"

    def open_desk(self, *, unit: Unit, viewer: Viewer, rows: Sequence[Values], locked: bool) -> HamletDesk:
        """Two queries: the communes that are named, and their hamlets in force. Locked: the communes are, so that two
        imports cannot add the same hamlet."""
        within = unit if unit.level == Level.PROVINCE else unit.parent
        written = {row["commune"] for row in rows if row["commune"]}
        findings = {each: find_units(each, level=Level.COMMUNE, within=within) for each in written}
        named = {finding.unit.id for finding in findings.values() if finding.unit is not None} | {unit.pk}
        here = Q(pk=unit.pk) | Q(parent=unit)
        found = Unit.objects.filter(in_force(clock.today()), here, level=Level.COMMUNE, pk__in=named)
        if locked:
            found = found.select_for_update(of=("self",)).order_by("pk")
        communes = {commune.pk: commune for commune in found}
        hamlets: defaultdict[int, list[tuple[HamletName, Hamlet]]] = defaultdict(list)
        for hamlet in (
            Hamlet.objects.filter(in_force(clock.today()), commune__in=list(communes))
            .select_related("commune")
            .order_by("pk")
        ):
            hamlets[hamlet.commune_id].append((hamlet_name(hamlet.name), hamlet))
        return HamletDesk(unit, viewer, findings, communes, dict(hamlets))

    def preview_row(self, values: Values, desk: HamletDesk) -> RowVerdict:
        """New, renamed, there already, or refused when it is not certain which place or hamlet is meant."""
        name = hamlet_name(values["name"])
        if _NO_NAME.search(name.written):
            return refused(
                f"«{name.written}» có dấu lạ trong tên. Hãy ghi tên bằng chữ, số và dấu cách.", title=name.written
            )
        if not name.bare or (name.bare.isdigit() and not name.kind):
            return refused(
                f"«{name.written}» chưa phải tên đầy đủ. Hãy ghi như «Thôn 1», «Ấp Tân Lập».", title=name.written
            )
        commune, doubts = _commune(values["commune"], desk)
        if commune is None:
            return refused(*doubts, title=name.written)
        known = desk.hamlets.get(commune.pk, [])
        if values["old_name"] and not hamlet_name(values["old_name"]).is_same_as(name):
            verdict = self._renamed(name, hamlet_name(values["old_name"]), values["valid_from"], known)
        else:
            verdict = self._listed(name, values, commune, known)
        return replace(verdict, warnings=(*doubts, *verdict.warnings))

    def _renamed(
        self, name: HamletName, old: HamletName, on: date | None, known: list[tuple[HamletName, Hamlet]]
    ) -> RowVerdict:
        has_name = [hamlet for each, hamlet in known if each.is_same_as(name)]
        has_old = [hamlet for each, hamlet in known if each.is_same_as(old)]
        if not has_old:
            if has_name:
                return RowVerdict(Outcome.UNCHANGED, name.written)
            return refused(
                f"Chưa có «{old.written}» để đổi tên. Hãy xem lại tên cũ, hoặc bỏ trống nếu là nơi mới.",
                title=name.written,
            )
        if has_name or len(has_old) > 1:
            return refused(
                f"Đã có «{name.written}» hoặc có nhiều nơi tên «{old.written}». Hãy sửa trong danh sách trước.",
                title=name.written,
            )
        changes: tuple[Change, ...] = (Change(NAME_LABEL, has_old[0].name, name.written),)
        if on:
            changes += (Change(SINCE_LABEL, "", f"{on:%d/%m/%Y}"),)
        return RowVerdict(Outcome.CHANGED, name.written, changes=changes, data=(has_old[0], name.written, on))

    def _listed(
        self, name: HamletName, values: Values, commune: Unit, known: list[tuple[HamletName, Hamlet]]
    ) -> RowVerdict:
        if any(each.is_same_as(name) for each, _ in known):
            return RowVerdict(Outcome.UNCHANGED, name.written)
        alike = [hamlet.name for each, hamlet in known if each.could_be(name)]
        if alike and not name.has_marks:
            warning = f"Ghi không dấu; hiểu là «{alike[0]}» đã có."
            if len(alike) > 1:
                names = ", ".join(f"«{each}»" for each in alike)
                return refused(f"«{name.written}» có thể là {names}. Hãy ghi có dấu.", title=name.written)
            return RowVerdict(Outcome.UNCHANGED, name.written, warnings=(warning,))
        warnings = tuple(f"Đã có «{each}» chỉ khác dấu. Nếu là một nơi, hãy bỏ dòng này." for each in alike)
        changes = [Change(NAME_LABEL, "", name.written), Change(PLACE_LABEL, "", str(commune))]
        if values["valid_from"]:
            changes.append(Change(SINCE_LABEL, "", f"{values['valid_from']:%d/%m/%Y}"))
        data = (commune, name.written, values["valid_from"])
        return RowVerdict(Outcome.CREATED, name.written, warnings=warnings, changes=tuple(changes), data=data)

    def write_row(self, verdict: RowVerdict, desk: HamletDesk) -> Effect:
        """Add or rename."""
        if verdict.outcome == Outcome.CREATED:
            commune, name, valid_from = verdict.data
            added = add_hamlet(commune=commune, name=name, valid_from=valid_from, by=desk.viewer)
            return {"added": added.pk, "name": name}
        hamlet, name, on = verdict.data
        before = hamlet.name
        day = give_new_name(hamlet=hamlet, name=name, on=on, by=desk.viewer)
        return {"renamed": hamlet.pk, "before": before, "name": name, "on": day.isoformat()}

    def undo_obstacle(self, effect: Effect) -> str:
        """Somebody has changed the name since, or the hamlet is in use."""
        hamlet = Hamlet.objects.filter(pk=effect["added"] if "added" in effect else effect["renamed"]).first()
        if hamlet is None:
            return CHANGED
        if "renamed" in effect:
            on = date.fromisoformat(effect["on"])
            return "" if has_name_still(hamlet, effect["name"], on) else CHANGED
        if hamlet.name != effect["name"]:
            return CHANGED
        return IN_USE if _is_used(hamlet) else ""

    def undo_row(self, effect: Effect, *, viewer: Viewer) -> None:
        """Remove what was added, give the old name back."""
        if "added" in effect:
            remove_added_hamlet(hamlet_id=effect["added"], by=viewer)
        else:
            day = date.fromisoformat(effect["on"])
            take_name_back(hamlet_id=effect["renamed"], name=effect["name"], on=day, by=viewer)


def _is_used(hamlet: Hamlet) -> bool:
    """Whether any row of any table points here, whichever storey it belongs to."""
    relations: list[Any] = [each for each in Hamlet._meta.get_fields(include_hidden=True) if each.one_to_many]
    return any(each.related_model._default_manager.filter(**{each.field.name: hamlet}).exists() for each in relations)


def _commune(written: str | None, desk: HamletDesk) -> tuple[Unit | None, tuple[str, ...]]:
    """The commune that is meant with what is doubtful about it, or None and why it is not certain."""
    if not written:
        if desk.unit.level == Level.COMMUNE:
            return desk.unit, ()
        return None, ("Thiếu tên xã, phường. Hãy điền rồi gửi lại dòng này.",)
    finding = desk.findings[written]
    doubts = tuple(warning.sentence for warning in finding.warnings)
    if finding.unit is not None and finding.unit.id in desk.communes:
        return desk.communes[finding.unit.id], doubts
    if finding.unit is not None:
        return None, (f"«{written}» không thuộc {desk.unit}. Hãy nhập ở đúng nơi, hoặc ghi tên hiện nay.", *doubts)
    return None, doubts or (f"Chưa rõ «{written}» là nơi nào. Hãy ghi đủ tên xã, phường hiện nay.",)
