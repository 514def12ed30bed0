"""The panels of a screen: few words, large figures."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.kit import money
from ocop.indicators.registry import INDICATORS
from ocop.wall.queries import FIELD_RATES, HOUSEHOLD_RATES, PRODUCT_RATES, Rate, Wall


@dataclass(frozen=True)
class Figure:
    """A figure: `big` is what is read from afar ("80,0 %", "+3"; "": nothing to show, then `small` says why)."""

    label: str
    big: str
    small: str
    note: str = ""


@dataclass(frozen=True)
class Panel:
    """What is shown at a time: the first figure is the largest."""

    code: str
    title: str
    figures: list[Figure]
    note: str = ""


def panels(wall: Wall) -> list[Panel]:
    """Four panels, always the same ones."""
    return [
        Panel("san-pham", _("Sản phẩm OCOP lên sàn"), [_rate(wall, code) for code in PRODUCT_RATES]),
        Panel("ho", _("Hộ sản xuất lên sàn"), [_rate(wall, code) for code in HOUSEHOLD_RATES], _unframed(wall)),
        Panel("tuan", _("Bảy ngày qua"), [_change(wall, code) for code in ("I2both", "I1", "I3a")], _compared(wall)),
        Panel("to", _("Tổ công nghệ số và chợ 4.0"), [_rate(wall, code) for code in FIELD_RATES]),
    ]


def _names() -> dict[str, str]:
    return {
        "I2both": _("Trên cả VoSo và Postmart"),
        "I2v": _("Trên VoSo"),
        "I2p": _("Trên Postmart"),
        "I2any": _("Trên ít nhất một sàn"),
        "I1": _("Hộ có gian hàng đã xác minh"),
        "I1b": _("Hộ có hàng thật trên sàn"),
        "I1d": _("Hộ có đơn hàng trong 90 ngày"),
        "I3": _("Ấp, thôn có tổ"),
        "I3a": _("Ấp, thôn có tổ hoạt động trong 30 ngày"),
        "I4": _("Sạp có mã nhận tiền đúng chủ"),
    }


def _rate(wall: Wall, code: str) -> Figure:
    found, name = wall.now.get(code), _names()[code]
    if found is None or not found.denominator:
        return Figure(name, "", _("Chưa có số liệu"))
    if found.is_hidden:
        return Figure(name, "", _("Số quá nhỏ, không hiện ở đây"))
    whole, _bracket, share = money.rate(found.numerator, found.denominator).partition(" (")
    return Figure(name, share[:-1], f"{whole} {INDICATORS[code].unit}", _target(wall, code, found))


def _target(wall: Wall, code: str, found: Rate) -> str:
    aim = wall.targets.get(code)
    if aim is None:
        return ""
    words = _("Mục tiêu %(percent)s %%.") % {"percent": aim.percent}
    reached = money.reaches(found.numerator, found.denominator, aim.percent)
    return f"{words} {_('Đã đạt.') if reached else _('Chưa đạt.')}"


def _change(wall: Wall, code: str) -> Figure:
    now, then, name = wall.now.get(code), wall.then.get(code), _names()[code]
    if now is None or then is None or not now.denominator or not then.denominator:
        return Figure(name, "", _("Chưa có số liệu để so"))
    if now.is_hidden or then.is_hidden:
        return Figure(name, "", _("Số quá nhỏ, không hiện ở đây"))
    difference = now.numerator - then.numerator
    sign = "+" if difference > 0 else "−" if difference < 0 else ""
    words = _("từ %(then)s/%(then_whole)s lên %(now)s/%(now_whole)s %(unit)s")
    if difference < 0:
        words = _("từ %(then)s/%(then_whole)s xuống %(now)s/%(now_whole)s %(unit)s")
    if not difference:
        words = _("%(then)s/%(then_whole)s, nay %(now)s/%(now_whole)s %(unit)s")
    said = {
        "then": then.numerator,
        "then_whole": then.denominator,
        "now": now.numerator,
        "now_whole": now.denominator,
        "unit": INDICATORS[code].unit,
    }
    return Figure(name, f"{sign}{abs(difference)}", words % said)


def _unframed(wall: Wall) -> str:
    found = wall.now.get("I1")
    if found is None or not found.missing:
        return ""
    if found.is_missing_hidden:
        return _("Ngoài ra có hộ không nằm trong tỷ lệ. Số quá nhỏ, không hiện ở đây.")
    return _("Ngoài ra %(count)s hộ ở xã chưa chốt mẫu số, không nằm trong tỷ lệ.") % {"count": found.missing}


def _compared(wall: Wall) -> str:
    if wall.on is None or wall.before is None:
        return ""
    return _("Ngày %(on)s so với ngày %(before)s.") % {"on": f"{wall.on:%d/%m/%Y}", "before": f"{wall.before:%d/%m/%Y}"}
