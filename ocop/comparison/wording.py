"""A comparison in words: rates, differences in points, and what it can and cannot say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.kit import money
from ocop.comparison.queries import Comparison, Month, Pair, Part, PilotLine
from ocop.comparison.rules import FEWEST_COMMUNES, FEWEST_ROWS, is_thin, tenths_between
from ocop.indicators.registry import Indicator


@dataclass(frozen=True)
class PartWords:
    """A group in a month: "12/40 (30,0 %)" ("": no figures), and of how many communes."""

    rate: str
    communes: str


@dataclass(frozen=True)
class MonthWords:
    """A line of the table. `difference` "+12,3 điểm" ("": one of the two is missing)."""

    month: str
    on: date | None
    is_running: bool
    pilots: PartWords
    rest: PartWords
    difference: str


@dataclass(frozen=True)
class PilotWords:
    """A line of the pilots."""

    commune: str
    place: str
    period: str
    decision: str
    before: str
    first: str
    first_on: date | None
    last: str
    last_on: date | None
    difference: str


def points(first: Pair | None, second: Pair | None) -> str:
    """From the second rate up to the first: "+12,3 điểm", "−0,4 điểm", "bằng nhau"; "" where one is missing."""
    if first is None or second is None:
        return ""
    tenths = tenths_between(first, second)
    if not tenths:
        return _("bằng nhau") if first[0] * second[1] == second[0] * first[1] else _("lệch dưới 0,1 điểm")
    sign = "+" if tenths > 0 else "−"
    return _("%(points)s điểm") % {"points": f"{sign}{abs(tenths) // 10},{abs(tenths) % 10}"}


def month_words(month: Month) -> MonthWords:
    pilots, rest = month.pilots, month.rest
    return MonthWords(
        f"{month.first:%m/%Y}",
        month.on,
        month.is_running,
        _part(pilots),
        _part(rest),
        points(pilots.pair if pilots else None, rest.pair if rest else None),
    )


def pilot_words(found: PilotLine) -> PilotWords:
    line = found.line
    period = _("từ %(day)s") % {"day": f"{line.since:%d/%m/%Y}"}
    if line.until:
        period += _(" đến trước %(day)s") % {"day": f"{line.until:%d/%m/%Y}"}
    first, last = found.first, found.last
    return PilotWords(
        capfirst(str(line.commune)),
        line.commune.code,
        period,
        line.decision,
        ", ".join(line.before),
        money.rate(*first[1]) if first else "",
        first[0] if first else None,
        money.rate(*last[1]) if last else "",
        last[0] if last else None,
        points(last[1], first[1]) if first and last and first[0] != last[0] else "",
    )


def doubts(found: Comparison, indicator: Indicator) -> list[str]:
    """What makes the comparison weak, in sentences."""
    latest, said = found.latest, []
    if latest is not None and latest.pilots is not None and latest.rest is not None:
        for name, part in ((_("Nhóm thí điểm"), latest.pilots), (_("Nhóm còn lại"), latest.rest)):
            if is_thin(part.counted, part.denominator):
                words = _(
                    "%(group)s chỉ có %(communes)s xã có số liệu với %(count)s %(unit)s (dưới %(least)s xã hoặc dưới %(rows)s %(unit)s): thêm bớt "
                    "vài %(unit)s là tỷ lệ đổi nhiều điểm. Đừng kết luận từ chênh lệch này."
                )
                said.append(
                    words
                    % {
                        "group": name,
                        "communes": part.counted,
                        "count": part.denominator,
                        "unit": indicator.unit,
                        "least": FEWEST_COMMUNES,
                        "rows": FEWEST_ROWS,
                    }
                )
    if found.unplaced:
        words = _("%(count)s %(unit)s chưa rõ ở xã nào, nên không nằm ở nhóm nào.")
        said.append(words % {"count": found.unplaced, "unit": indicator.unit})
    if found.followed:
        words = _(
            "%(count)s xã cũ đã nhập vào xã đang thí điểm được tính chung với xã đó; xã bị chia thì theo phần mặc định."
        )
        said.append(words % {"count": found.followed})
    return said


def has_moved(months: Iterable[Month]) -> bool:
    """Whether the number of pilots was not the same in all months."""
    return len({month.pilots.communes for month in months if month.pilots}) > 1


def _part(part: Part | None) -> PartWords:
    if part is None:
        return PartWords("", "")
    counts = {"all": part.communes, "counted": part.counted}
    words = _("%(all)s xã, %(counted)s xã có số liệu") % counts if part.communes else _("không có xã nào")
    return PartWords(money.rate(*part.pair) if part.pair else "", words)
