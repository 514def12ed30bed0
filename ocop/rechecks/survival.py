"""How many of those drawn are still there, as integers and in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from core.kit import money
from core.kit.wilson import wilson_tenths


@dataclass(frozen=True)
class Survival:
    """What was found of one draw. `there` and `gone` are those checked; `unclear` (somebody looked and could not tell), `late` (nobody
    looked in time) and `waiting` are counted apart and are never taken for survivors. `pk` is the draw's, `number` that of the snapshot
    it was drawn from."""

    pk: int
    indicator: str
    on: date
    until: date
    population: int
    drawn: int
    there: int
    gone: int
    unclear: int
    late: int
    waiting: int
    is_over: bool
    number: str = ""

    @property
    def checked(self) -> int:
        """Of how many it is known."""
        return self.there + self.gone

    @property
    def unchecked(self) -> int:
        """Of how many it is not, and will not be."""
        return self.unclear + self.late

    @property
    def words(self) -> str:
        """ "47/50 (94,0 %), khoảng tin cậy 95 %: 83,7–98,0 %"; "" while nothing was checked."""
        if not self.checked:
            return ""
        rate = money.rate(self.there, self.checked)
        words = _("%(rate)s, khoảng tin cậy 95 %%: %(interval)s") % {"rate": rate, "interval": self.interval}
        return f"{words}; {self.floor}" if self.floor else words

    @property
    def floor(self) -> str:
        """ "ít nhất 70/100 (70,0 %) nếu mọi dòng chưa rõ đều mất": who is measured also looks, and a row that nobody could or would
        judge must not make the share better than it may be. "" when every row is known."""
        if self.checked == self.drawn:
            return ""
        return _("ít nhất %(rate)s nếu mọi dòng chưa rõ đều mất") % {"rate": money.rate(self.there, self.drawn)}

    @property
    def interval(self) -> str:
        """ "83,7–98,0 %", rounded outwards; "" while nothing was checked."""
        return interval_words(self.there, self.checked)

    @property
    def rest(self) -> str:
        """What is counted apart, as sentences."""
        said = []
        if self.unclear:
            said.append(_("%(count)s không kết luận được.") % {"count": self.unclear})
        if self.late:
            said.append(_("%(count)s không kiểm tra được trong hạn.") % {"count": self.late})
        if self.waiting:
            said.append(
                _("%(count)s còn chờ, đến hết ngày %(day)s.") % {"count": self.waiting, "day": f"{self.until:%d/%m/%Y}"}
            )
        return " ".join(said)


def interval_words(there: int, checked: int) -> str:
    """ "83,7–98,0 %"; "" for nothing checked."""
    found = wilson_tenths(there, checked)
    if found is None:
        return ""
    low, high = (f"{tenths // 10},{tenths % 10}" for tenths in found)
    return f"{low}–{high}\u00a0%"
