"""Who may see and run teams, and what makes sense. Pure reading."""

from __future__ import annotations

from datetime import date

from core.kit import clock
from core.people.models import Role
from core.people.queries import Viewer
from core.places.models import Hamlet, Unit

# The commune's chair founds teams; the province reads; a lead sees the own team.
READERS = (Role.COMMUNE, Role.PROVINCE, Role.TEAM_LEAD)
AREA_READERS = (Role.COMMUNE, Role.PROVINCE)
# Without visit or session for so long, a team exists but is not active (a proposal of our own, no rule of law).
ACTIVE_DAYS = 30
LONGEST_TERM_YEARS = 10


def can_run_teams(viewer: Viewer, commune: Unit) -> bool:
    """Whether this person founds teams of that commune and changes them: its officers, and operators."""
    return viewer.covers(commune, Role.COMMUNE)


def term_problem(decision_on: date, valid_from: date, valid_to: date | None) -> str:
    """Why a team cannot have this term, as a sentence; "" when it can. `valid_to` is the first day without it."""
    if decision_on > clock.today():
        return "Ngày quyết định không thể sau hôm nay. Hãy xem lại tờ quyết định."
    if valid_from < decision_on:
        return "Tổ không thể hoạt động trước ngày quyết định. Hãy xem lại ngày bắt đầu."
    if valid_to is not None and valid_to <= valid_from:
        return "Ngày kết thúc phải sau ngày bắt đầu."
    if valid_to is not None and valid_to > clock.add_months(valid_from, 12 * LONGEST_TERM_YEARS):
        return f"Mỗi quyết định nhiều nhất {LONGEST_TERM_YEARS} năm. Hãy xem lại ngày kết thúc."
    return ""


def hamlet_problem(hamlet: Hamlet, commune: Unit, on: date) -> str:
    """Why a team of this commune cannot look after this hamlet from that day; "" when it can."""
    if hamlet.commune_id != commune.pk:
        return f"{hamlet.name} không thuộc {commune}. Hãy chọn lại."
    if (hamlet.valid_from and hamlet.valid_from > on) or (hamlet.valid_to and hamlet.valid_to <= on):
        return f"{hamlet.name} không còn hiệu lực vào ngày bắt đầu. Hãy chọn lại."
    return ""


def earlier(*days: date | None) -> date | None:
    """The first of these ends; None is no end."""
    known = [day for day in days if day is not None]
    return min(known) if known else None
