"""The re-check in words."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.kit import clock
from ocop.indicators.registry import INDICATORS
from ocop.rechecks.drawing import FIRST_DAY, LAST_DAY
from ocop.rechecks.models import RecheckDraw, RecheckLook, RecheckPage
from ocop.rechecks.queries import State, survival_of
from ocop.rechecks.survival import Survival
from ocop.snapshots.models import Snapshot
from ocop.snapshots.registry import BesideLine
from onboarding.accounts.models import Observation

STATES = {
    State.THERE: ("good", gettext_lazy("còn thấy")),
    State.GONE: ("bad", gettext_lazy("không còn")),
    State.UNCLEAR: ("info", gettext_lazy("không kết luận được")),
    State.LATE: ("warn", gettext_lazy("không kiểm tra được trong hạn")),
    State.WAITING: ("wait", gettext_lazy("đang chờ")),
}


def survival_lines(snapshot: Snapshot) -> list[BesideLine]:
    """What stands beside the figures of a snapshot: the share that was still there, for each indicator drawn."""
    return [
        BesideLine(
            INDICATORS[code].name, each.words or _("Chưa xem dòng nào."), each.rest, reverse("recheck", args=[each.pk])
        )
        for code, each in survival_of(snapshot).items()
    ]


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


def look_words(look: RecheckLook | None) -> str:
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
    look = getattr(page, "look", None)
    return {
        "page": page,
        "platform": page.account.platform.name,
        "url": page.link.url if page.link else "",
        "name": page.name,
        "words": look_words(look),
        "note": look.note if look else "",
        "tone": STATES[State(look.result)][0] if look else "wait",
    }
