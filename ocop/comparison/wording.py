"""A comparison in words: rates, differences in points, and what it can and cannot say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.kit import money
from ocop.comparison.lineage import Line
from ocop.comparison.queries import Comparison, Month, Pair, Part, PilotLine
from ocop.comparison.rules import FEWEST_COMMUNES, FEWEST_ROWS, TYPED_WITHIN, is_thin, tenths_between
from ocop.indicators.registry import Indicator

# Of many, so many by name: the list below has them all.
NAMED = 5


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
    recorded: str
    before: str
    first: str
    first_on: date | None
    is_late: bool
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


def latest_words(month: Month) -> str:
    """A month with figures of both groups in one sentence; what is no number of points is no «chênh lệch» either."""
    words = month_words(month)
    apart = words.difference
    if apart.startswith(("+", "−")):
        apart = _("chênh lệch %(difference)s") % {"difference": apart}
    sentence = _("Tháng %(month)s: xã thí điểm %(pilots)s, các xã còn lại %(rest)s, %(apart)s.")
    return sentence % {"month": words.month, "pilots": words.pilots.rate, "rest": words.rest.rate, "apart": apart}


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
        _recorded(line.recorded_on),
        ", ".join(line.before),
        money.rate(*first[1]) if first else "",
        first[0] if first else None,
        found.is_late,
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
    said += _chosen_late([each.line for each in found.pilots])
    if changed := _counted_changes(found.months, indicator):
        said.append(changed)
    if found.unplaced:
        words = _("%(count)s %(unit)s chưa rõ ở xã nào, nên không nằm ở nhóm nào.")
        said.append(words % {"count": found.unplaced, "unit": indicator.unit})
    if found.followed:
        words = _(
            "%(count)s xã cũ đã nhập vào xã đang thí điểm được tính chung với xã đó; xã bị chia thì theo phần mặc định."
        )
        said.append(words % {"count": found.followed})
    return said


def _chosen_late(lines: Iterable[Line]) -> list[str]:
    """Who is written down as a pilot later may be chosen by the figures: then the comparison shows the choice, not the trial."""
    rows, said = list(lines), []
    if late := [each for each in rows if each.is_afterthought]:
        words = _(
            "%(count)s xã được ghi là thí điểm hơn %(days)s ngày sau ngày bắt đầu (%(names)s): có thể được chọn khi đã biết số liệu, nên chênh "
            "lệch có thể chỉ là do cách chọn."
        )
        named = [f"{each.commune}, {_recorded(each.recorded_on)}" for each in late[:NAMED]]
        names = "; ".join([*named, "…"] if len(late) > NAMED else named)
        said.append(words % {"count": len(late), "days": TYPED_WITHIN.days, "names": names})
    if unknown := sum(each.recorded_on is None for each in rows):
        words = _("Không rõ %(count)s xã được ghi là thí điểm ngày nào, nên không biết được chọn trước hay sau khi có số liệu.")  # fmt: skip
        said.append(words % {"count": unknown})
    return said


def _recorded(day: date | None) -> str:
    return _("ghi ngày %(day)s") % {"day": f"{day:%d/%m/%Y}"} if day else _("không rõ ghi ngày nào")


def has_moved(months: Iterable[Month]) -> bool:
    """Whether the pilots were not the same communes in all months."""
    return len({month.pilots.members for month in months if month.pilots}) > 1


def _counted_changes(months: Iterable[Month], indicator: Indicator) -> str:
    """A sentence when not the same communes had figures in all months; of the rest only their number is known."""
    counted = [(month.pilots, month.rest) for month in months if month.pilots and month.rest]
    if len({pilots.known for pilots, _rest in counted}) <= 1 and len({rest.counted for _pilots, rest in counted}) <= 1:
        return ""
    words = _(
        "Không phải tháng nào cũng cùng những xã ấy có số liệu (nhóm thí điểm %(pilots)s, nhóm còn lại %(rest)s xã): tỷ lệ đổi cả khi "
        "không %(unit)s nào đổi."
    )
    return words % {
        "pilots": _span(pilots.counted for pilots, _rest in counted),
        "rest": _span(rest.counted for _pilots, rest in counted),
        "unit": indicator.unit,
    }


def _span(counts: Iterable[int]) -> str:
    found = sorted(counts)
    return f"{found[0]}" if found[0] == found[-1] else f"{found[0]}–{found[-1]}"


def _part(part: Part | None) -> PartWords:
    if part is None:
        return PartWords("", "")
    counts = {"all": part.communes, "counted": part.counted}
    words = _("%(all)s xã, %(counted)s xã có số liệu") % counts if part.communes else _("không có xã nào")
    return PartWords(money.rate(*part.pair) if part.pair else "", words)
