"""Snapshots in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.kit import clock, money
from core.places.queries import name_on
from ocop.indicators.registry import HAMLETS, HOUSEHOLDS, PRODUCTS
from ocop.snapshots.models import Snapshot, SnapshotFigure
from ocop.snapshots.queries import Difference

SUBJECT_WORDS = {
    PRODUCTS.name: gettext_lazy("sản phẩm"),
    HOUSEHOLDS.name: gettext_lazy("hộ"),
    HAMLETS.name: gettext_lazy("ấp, thôn"),
}
_SIDES = {
    "n": gettext_lazy("tử số"),
    "d": gettext_lazy("mẫu số"),
    "m": gettext_lazy("chưa rõ"),
    "-": gettext_lazy("không tính"),
}


@dataclass(frozen=True)
class State:
    """How far a snapshot is: the kind of `parts/status.html` and a sentence."""

    kind: str
    text: str


def area_name(snapshot: Snapshot) -> str:
    """ "Tỉnh Lâm Đồng", as it was called that day."""
    return capfirst(name_on(snapshot.unit, snapshot.on)) if snapshot.unit else _("Cả nước")


def maker_name(snapshot: Snapshot) -> str:
    """Who froze it; the operator's command has no name."""
    return str(snapshot.made_by) if snapshot.made_by else _("hệ thống")


def state_of(snapshot: Snapshot) -> State:
    """The state of one snapshot as a sentence. Reads `restated_by`."""
    if snapshot.frozen_at is None:
        return State("wait", _("Đang ghi các dòng, đã ghi %(count)s.") % {"count": snapshot.rows_count})
    later = getattr(snapshot, "restated_by", None)
    if later is not None:
        return State("info", _("Đã chốt lại thành bản %(number)s.") % {"number": later.number})
    if snapshot.signed_at is None:
        return State("wait", _("Đã chốt, chờ một cán bộ tỉnh khác ký."))
    words = _("%(name)s đã ký ngày %(day)s.")
    return State("good", words % {"name": snapshot.signed_by, "day": _day(snapshot.signed_at)})


def facts_of(snapshot: Snapshot) -> list[dict[str, str]]:
    """What is known of a snapshot as label and value."""
    pairs = [
        (_("Số bản chốt"), snapshot.number),
        (_("Địa bàn"), area_name(snapshot)),
        (_("Tính đến hết ngày"), f"{snapshot.on:%d/%m/%Y}"),
        (_("Người chốt"), f"{maker_name(snapshot)}, {_day(snapshot.made_at)}"),
    ]
    if snapshot.signed_at:
        pairs.append((_("Người ký"), f"{snapshot.signed_by}, {_day(snapshot.signed_at)}"))
    if snapshot.restates:
        pairs += [(_("Chốt lại của bản"), snapshot.restates.number), (_("Lý do chốt lại"), snapshot.note)]
    pairs += [
        (_("Bản đồ xã, phường"), snapshot.map_version),
        (_("Số dòng"), str(snapshot.rows_count)),
        (_("Mã kiểm tra các dòng"), snapshot.rows_sha256 or _("chưa có")),
        (_("Mã kiểm tra số liệu"), snapshot.figures_sha256 or _("chưa có")),
    ]
    return [{"label": label, "value": value} for label, value in pairs]


def figure_line(snapshot: Snapshot, figure: SnapshotFigure) -> dict[str, Any]:
    """One figure for a table: name, rate, whether the target of that day was reached."""
    target, n, d = figure.target_percent, figure.numerator, figure.denominator
    reached = money.reaches(n, d, target) if target is not None and d else None
    words = "" if target is None else _("Mục tiêu %(target)s %%.") % {"target": target}
    if reached is not None:
        words += " " + (_("Đã đạt.") if reached else _("Chưa đạt."))
    return {
        "code": figure.indicator,
        "name": snapshot.definitions[figure.indicator][1],
        "place": capfirst(figure.unit_name),
        "rate": money.rate(n, d) if d else "",
        "missing": figure.missing,
        "target": words,
    }


def difference_line(names: dict[str, list[Any]], each: Difference) -> dict[str, str]:
    """One figure before and after, for `parts/diff.html`."""
    name = names[each.indicator][1] if each.indicator in names else each.indicator
    return {"label": f"{capfirst(each.unit_name)}: {name}", "before": _told(each.before), "after": _told(each.after)}


def moved_line(codes: list[str], row: Any) -> dict[str, str]:
    """A row and the sides it moved between: "sản phẩm số 12" with "I2v: mẫu số → tử số"."""
    was = row.was or "-" * len(row.sides)
    moves = [
        f"{code}: {_SIDES[before]} → {_SIDES[after]}"
        for code, before, after in zip(codes, was, row.sides, strict=True)
        if before != after
    ]
    return {"title": capfirst(f"{SUBJECT_WORDS[row.subject]} số {row.subject_id}"), "meta": "; ".join(moves)}


def _told(numbers: tuple[int, int, int] | None) -> str:
    if numbers is None:
        return ""
    n, d, missing = numbers
    said = money.rate(n, d) if d else _("chưa có số liệu")
    return said + (_(", %(count)s chưa rõ") % {"count": missing} if missing else "")


def _day(at: datetime) -> str:
    return f"{clock.day_of(at):%d/%m/%Y}"
