"""The re-check in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.kit import clock
from core.places.models import Level
from ocop.indicators.queries import Scope
from ocop.indicators.registry import INDICATORS
from ocop.rechecks.drawing import DRAWN, FIRST_DAY, LAST_DAY, LAST_DRAW
from ocop.rechecks.models import RecheckConclusion, RecheckDraw, RecheckLook, RecheckPage
from ocop.rechecks.queries import State, latest_survival, survival_of
from ocop.rechecks.survival import Survival
from ocop.snapshots.capturing import codes_of
from ocop.snapshots.models import Snapshot
from ocop.snapshots.registry import BesideLine
from ocop.snapshots.summing import whole_of
from onboarding.accounts.models import Observation

STATES = {
    State.THERE: ("good", gettext_lazy("còn thấy")),
    State.GONE: ("bad", gettext_lazy("không còn")),
    State.UNCLEAR: ("info", gettext_lazy("không kết luận được")),
    State.LATE: ("warn", gettext_lazy("không kiểm tra được trong hạn")),
    State.WAITING: ("wait", gettext_lazy("đang chờ")),
}


def survival_lines(snapshot: Snapshot) -> list[BesideLine]:
    """What stands beside the figures of a snapshot of a province: the share that was still there, or why nothing was drawn, for each
    indicator that is drawn from."""
    found, lines = survival_of(snapshot), []
    known = codes_of(snapshot)
    for code in DRAWN:
        if code in found:
            each = found[code]
            words = each.words or _("Chưa xem dòng nào.")
            lines.append(
                BesideLine(INDICATORS[code].name, words, _beside(snapshot, each), reverse("recheck", args=[each.pk]))
            )
        elif code in known and snapshot.unit is not None and snapshot.unit.level == Level.PROVINCE:
            lines.append(BesideLine(INDICATORS[code].name, why_not_drawn(snapshot, code), "", reverse("rechecks")))
    return lines


def latest_line(code: str, scope: Scope) -> BesideLine | None:
    """What stands beside a rate of today: of what share of the rows that were counted last, and looked at again, it was still true. None of
    a rate that is not drawn from, or where nothing was looked at yet. One query."""
    found = latest_survival(code, scope) if code in DRAWN else None
    if found is None:
        return None
    draw, survival = found
    return BesideLine(title_of(draw), survival.words, survival.rest, reverse("recheck", args=[draw.pk]))


def _beside(snapshot: Snapshot, found: Survival) -> str:
    other = "" if found.number == snapshot.number else _("Rút từ bản %(number)s.") % {"number": found.number}
    return f"{other} {found.rest}".strip()


def why_not_drawn(snapshot: Snapshot, code: str) -> str:
    """Why nothing was drawn from an indicator of a province's frozen snapshot: nobody gets out of the re-check unseen, as by freezing
    late. Reads the figures of the snapshot."""
    today, first, last = clock.today(), snapshot.on + timedelta(days=FIRST_DAY), snapshot.on + timedelta(days=LAST_DRAW)
    of_all = [
        each for each in snapshot.figures.all() if each.indicator == code and each.unit_code == whole_of(snapshot)
    ]
    if not any(each.numerator for each in of_all):
        return _("Không có dòng nào được tính, nên không có gì để rút.")
    if snapshot.frozen_at is not None and clock.day_of(snapshot.frozen_at) > last:
        return _("Không rút: chốt sau ngày thứ %(last)s, không còn đủ ngày để xem lại.") % {"last": LAST_DRAW}
    if today < first:
        return _("Chưa đến ngày rút (từ %(day)s).") % {"day": f"{first:%d/%m/%Y}"}
    if today <= last:
        return _("Đến ngày rút, máy chưa rút (hạn %(day)s).") % {"day": f"{last:%d/%m/%Y}"}
    return _("Không rút: máy không chạy trong các ngày rút, đến hết %(day)s.") % {"day": f"{last:%d/%m/%Y}"}


def title_of(draw: RecheckDraw) -> str:
    """ "Tỉnh Lâm Đồng, chốt ngày 31/10/2026: Hộ có gian hàng …"."""
    return _("%(area)s, chốt ngày %(day)s") % {"area": capfirst(str(draw.unit)), "day": f"{draw.on:%d/%m/%Y}"}


def indicator_name(draw: RecheckDraw) -> str:
    """The indicator as it was called in the snapshot."""
    found: str = draw.snapshot.definitions.get(draw.indicator, [0, draw.indicator])[1]
    return found


def progress(found: Survival) -> str:
    """How far it is, in one sentence."""
    numbers = {"drawn": found.drawn, "population": found.population, "day": f"{found.until:%d/%m/%Y}"}
    if found.is_over:
        return _("Rút %(drawn)s trong %(population)s dòng, hết hạn xem ngày %(day)s.") % numbers
    return _("Rút %(drawn)s trong %(population)s dòng, xem đến hết ngày %(day)s.") % numbers


def facts_of(draw: RecheckDraw) -> list[dict[str, str]]:
    """How it was drawn, so that anybody can draw again."""
    pairs = [
        (_("Rút từ bản chốt"), draw.snapshot.number, reverse("snapshot", args=[draw.snapshot.number])),
        (_("Rút lúc"), f"{draw.drawn_at.astimezone(clock.VIETNAM):%H:%M, %d/%m/%Y}", ""),
        (_("Dòng trong tử số"), str(draw.population), ""),
        (_("Dòng được rút"), str(draw.size), ""),
        (_("Xem trong các ngày"), _("từ ngày thứ %(first)s đến ngày thứ %(last)s sau ngày chốt") % {"first": FIRST_DAY, "last": LAST_DAY}, ""),
        (_("Hạt giống"), draw.seed, ""),
        (_("Mã kiểm tra các dòng"), draw.rows_sha256, ""),
    ]  # fmt: skip
    return [{"label": label, "value": value, "url": url} for label, value, url in pairs]


def look_words(look: RecheckLook | RecheckConclusion | None) -> str:
    """What became of a page, who or what said so and when."""
    if look is None:
        return ""
    day = f"{look.at.astimezone(clock.VIETNAM):%d/%m/%Y}"
    if look.observation is not None:
        who = str(look.looked_by or Observation.Observer(look.observation.observer).label)
    elif look.report is not None:
        who = str(look.looked_by or look.report.get_reporter_display())
    else:
        who = str(look.looked_by)
    words = _("%(result)s, %(who)s, %(day)s")
    return words % {"result": capfirst(look.get_result_display()), "who": who, "day": day}


def page_facts(page: RecheckPage) -> dict[str, Any]:
    """A page for a list: where it is, what was sold there, what became of it."""
    look: RecheckLook | None = getattr(page, "look", None)
    after: RecheckConclusion | None = getattr(look, "conclusion", None)
    said = [each for each in (look, after) if each is not None]
    return {
        "page": page,
        "platform": page.account.platform.name,
        "url": page.link.url if page.link else "",
        "name": page.name,
        "words": "; ".join(look_words(each) for each in said),
        "note": " · ".join(each.note for each in said if each.note),
        "tone": STATES[State(said[-1].result)][0] if said else "wait",
    }
