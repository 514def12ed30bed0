"""Snapshots in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.kit import clock, money
from core.places.queries import name_on
from ocop.indicators.registry import HAMLETS, HOUSEHOLDS, PRODUCTS, STALLS, Beside
from ocop.snapshots.models import Snapshot, SnapshotFigure
from ocop.snapshots.queries import Difference
from ocop.snapshots.rules import takes_first

SUBJECT_WORDS = {
    PRODUCTS.name: gettext_lazy("sản phẩm"),
    HOUSEHOLDS.name: gettext_lazy("hộ"),
    HAMLETS.name: gettext_lazy("ấp, thôn"),
    STALLS.name: gettext_lazy("sạp"),
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
        return State("wait", _running(snapshot))
    later = getattr(snapshot, "restated_by", None)
    if later is not None:
        return State("info", _("Đã chốt lại thành bản %(number)s.") % {"number": later.number})
    if snapshot.signed_at is None:
        return State("wait", _waiting(snapshot))
    words = _("%(name)s đã ký ngày %(day)s.")
    return State("good", words % {"name": snapshot.signed_by, "day": _day(snapshot.signed_at)})


def _running(snapshot: Snapshot) -> str:
    if not snapshot.rows_expected:
        return _("Đang chốt…, chưa ghi dòng nào.")
    numbers = {"done": _count(snapshot.rows_count), "total": _count(snapshot.rows_expected)}
    return _("Đang chốt…, đã ghi %(done)s trong %(total)s dòng.") % numbers


def _waiting(snapshot: Snapshot) -> str:
    if takes_first(snapshot):
        return _("Đã chốt bằng lệnh của hệ thống, chờ hai cán bộ ký.")
    if snapshot.first_signed_by:
        return _("%(name)s đã ký thứ nhất, chờ một cán bộ khác ký.") % {"name": snapshot.first_signed_by}
    return _("Đã chốt, chờ một cán bộ tỉnh khác ký.")


def facts_of(snapshot: Snapshot) -> list[dict[str, str]]:
    """What is known of a snapshot as label and value."""
    pairs = [
        (_("Số bản chốt"), snapshot.number),
        (_("Địa bàn"), area_name(snapshot)),
        (_("Tính đến hết ngày"), f"{snapshot.on:%d/%m/%Y}"),
        (_("Người chốt"), f"{maker_name(snapshot)}, {_day(snapshot.made_at)}"),
    ]
    if snapshot.first_signed_at:
        pairs.append((_("Người ký thứ nhất"), f"{snapshot.first_signed_by}, {_day(snapshot.first_signed_at)}"))
    if snapshot.signed_at:
        pairs.append((_("Người ký"), f"{snapshot.signed_by}, {_day(snapshot.signed_at)}"))
    if snapshot.restates:
        pairs += [(_("Chốt lại của bản"), snapshot.restates.number), (_("Lý do chốt lại"), snapshot.note)]
    pairs += [
        (_("Bản đồ xã, phường"), _map(snapshot)),
        *_coverage(snapshot),
        (_("Số dòng"), _count(snapshot.rows_count)),
        (_("Mã kiểm tra các dòng"), snapshot.rows_sha256 or _("chưa có")),
        (_("Mã kiểm tra số liệu"), snapshot.figures_sha256 or _("chưa có")),
    ]
    return [{"label": label, "value": value} for label, value in pairs]


def signatures_of(snapshot: Snapshot) -> list[dict[str, str]]:
    """The two people who answer for it, for paper: who they are, when, and room for their hands."""
    first = (
        (snapshot.made_by, snapshot.made_at)
        if snapshot.made_by
        else (snapshot.first_signed_by, snapshot.first_signed_at)
    )
    second = snapshot.signed_by, snapshot.signed_at
    words = (_("Người chốt") if snapshot.made_by else _("Người ký thứ nhất"), _("Người ký"))
    return [
        {
            "title": f"{word}: {who}, {_day(at)}" if who and at else f"{word}: {_('chưa ký')}",
            "meta": _("Ký, ghi rõ họ tên: ……………………………………………………"),
        }
        for word, (who, at) in zip(words, (first, second), strict=True)
    ]


def _map(snapshot: Snapshot) -> str:
    """ "3.321 xã, phường; đổi gần nhất ngày 20/09/2026"."""
    changed, _slash, communes = snapshot.map_version.partition("/")
    if not communes.isdecimal():
        return snapshot.map_version
    words = _("%(count)s xã, phường cả nước") % {"count": _count(int(communes))}
    return words + (
        _("; đổi gần nhất ngày %(day)s") % {"day": f"{date.fromisoformat(changed):%d/%m/%Y}"} if changed else ""
    )


def _coverage(snapshot: Snapshot) -> list[tuple[str, str]]:
    if snapshot.communes is None or snapshot.communes_framed is None:
        return []
    words = _("%(framed)s trong %(all)s xã có hộ") % {
        "framed": _count(snapshot.communes_framed),
        "all": _count(snapshot.communes),
    }
    return [(_("Xã đã chốt mẫu số hộ"), words)]


def _beside(figure: SnapshotFigure) -> str:
    """What stands beside the rate, as it was frozen."""
    said, n, d = [], figure.numerator, figure.denominator
    extended, service = (figure.beside.get(part.value) for part in (Beside.EXTENDED, Beside.SERVICE))
    if extended:
        said.append(_("Trong đó giấy được gia hạn: %(rate)s.") % {"rate": money.rate(*extended)})
    if service:
        goods = money.rate(n - service[0], d - service[1]) if d > service[1] else "0"
        words = _("Hàng hóa: %(goods)s. Dịch vụ: %(service)s.")
        said.append(words % {"goods": goods, "service": money.rate(*service)})
    return " ".join(said)


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
        "beside": _beside(figure),
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


def _count(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _told(numbers: tuple[int, int, int] | None) -> str:
    if numbers is None:
        return ""
    n, d, missing = numbers
    said = money.rate(n, d) if d else _("chưa có số liệu")
    return said + (_(", %(count)s chưa rõ") % {"count": missing} if missing else "")


def _day(at: datetime) -> str:
    return f"{clock.day_of(at):%d/%m/%Y}"
