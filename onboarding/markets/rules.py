"""Who may see and write about markets, and what makes sense. Pure reading."""

from __future__ import annotations

from datetime import date, timedelta

from core.kit import clock
from core.kit.text import fold_words
from core.people.models import Role
from core.people.queries import Viewer
from core.places.models import Unit
from onboarding.markets.models import CodeCheck

AREA_READERS = (Role.COMMUNE, Role.PROVINCE)
READERS = (*AREA_READERS, Role.TEAM_LEAD)
CHECKERS = (Role.COMMUNE, Role.TEAM_LEAD)
# After so long a check still counts, but the desk asks for a new one: codes get pasted over.
CHECK_AGAIN_DAYS = 180
# What somebody remembers of a market is written for this month and so many before it.
MONTHS_BACK = 12
MOST_PAYMENTS = 100_000
# So few signs may differ in a name that a person, not the machine, says whether it is the same.
NEAR_SIGNS = 2


def can_run_markets(viewer: Viewer, commune: Unit) -> bool:
    """Whether this person keeps the register of markets of that commune: its officers, and operators."""
    return viewer.covers(commune, Role.COMMUNE)


def leads_in(viewer: Viewer) -> set[int]:
    """The communes in which this person leads a team, of the whole or of a hamlet: a market is everybody's there."""
    return {each.unit_id for each in viewer.grants if each.role == Role.TEAM_LEAD and each.unit_id is not None}


def can_check(viewer: Viewer, commune: Unit) -> bool:
    """Whether this person looks at payment codes in that commune and writes what stalls tell."""
    return can_run_markets(viewer, commune) or commune.pk in leads_in(viewer)


def can_decide_name(viewer: Viewer, check: CodeCheck) -> bool:
    """Whether this person may say if a nearly equal name is the holder's: an officer, and not the one who looked."""
    officer = viewer.covers(check.stall.market.commune, *AREA_READERS)
    return officer and viewer.user_id is not None and viewer.user_id != check.checked_by_id


def name_match(name: str, holder: str) -> CodeCheck.NameMatch:
    """How the name of an account agrees with the holder's, both folded: banks write names without marks.

    Equal is equal. Nearly equal (other order, a part left out or added such as «HKD», two signs different) is no answer:
    a person gives it.
    """
    said, ours = fold_words(name).split(), fold_words(holder).split()
    if not said or not ours:
        return CodeCheck.NameMatch.UNKNOWN
    if said == ours:
        return CodeCheck.NameMatch.SAME
    short, long = sorted((set(said), set(ours)), key=len)
    is_part = len(short) >= 2 and short <= long
    if is_part or _distance("".join(said), "".join(ours)) <= NEAR_SIGNS:
        return CodeCheck.NameMatch.NEAR
    return CodeCheck.NameMatch.OTHER


def _distance(one: str, other: str) -> int:
    """By how many signs two short texts differ (Levenshtein)."""
    row = list(range(len(other) + 1))
    for number, sign in enumerate(one, 1):
        before, row[0] = row[0], number
        for place, each in enumerate(other, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (sign != each))
    return row[-1]


def period_problem(valid_from: date) -> str:
    """Why a market, stall or holder cannot begin on that day; "" when it can."""
    if valid_from > clock.today():
        return "Ngày bắt đầu không thể sau hôm nay."
    return ""


def end_problem(end: date, valid_from: date) -> str:
    """Why `end` cannot be the first day without; "" when it can. What was there until today stays counted."""
    if end < clock.today():
        return "Ngày cuối cùng không thể trước hôm qua: những ngày đã qua vẫn được tính."
    if end < valid_from:
        return "Ngày cuối cùng không thể trước ngày bắt đầu."
    return ""


def month_problem(month: date) -> str:
    """Why nothing can be told about that month; "" when it can."""
    this = clock.today().replace(day=1)
    if month.day != 1 or not clock.add_months(this, -MONTHS_BACK) <= month <= this:
        return f"Chỉ ghi được cho tháng này và {MONTHS_BACK} tháng trước."
    return ""


def is_old(check: CodeCheck) -> bool:
    """Whether a check was made so long ago that the code should be looked at again."""
    return clock.day_of(check.at) < clock.today() - timedelta(days=CHECK_AGAIN_DAYS)
