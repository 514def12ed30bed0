"""Who may give or end which role where. Pure reading of the viewer's grants; nothing here asks the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from core.people.models import Grant, Role
from core.people.queries import Viewer
from core.places.models import Hamlet, Level, Unit

TEAM_ROLES = (Role.TEAM_LEAD, Role.TEAM_MEMBER)
# Who hands out what: a role of the left may give the roles of the right inside its own unit. Operators and the national
# level give everything; a team lead, a platform's staff and an auditor give nothing.
GIVES: dict[str, tuple[Role, ...]] = {
    Role.NATIONAL: tuple(Role),
    Role.PROVINCE: (Role.PROVINCE, Role.COMMUNE, *TEAM_ROLES),
    Role.COMMUNE: TEAM_ROLES,
}
GIVERS = tuple(GIVES)
# What kind of place a role belongs to. None: the whole country.
LEVELS: dict[str, tuple[str | None, ...]] = {
    Role.NATIONAL: (None,),
    Role.PLATFORM_OPERATOR: (None,),
    Role.ACCOUNTANT: (None,),
    Role.AUDITOR: (None, Level.PROVINCE, Level.COMMUNE),
    Role.PROVINCE: (Level.PROVINCE,),
    Role.COMMUNE: (Level.COMMUNE,),
    Role.TEAM_LEAD: (Level.COMMUNE,),
    Role.TEAM_MEMBER: (Level.COMMUNE,),
}
USUAL_PERIOD = timedelta(days=365)
# Two years at most, so that nobody is forgotten; a longer need is met by renewing.
LONGEST_PERIOD = timedelta(days=731)
# TCVN 14423: rights are looked through every six months.
REVIEW_MONTHS = 6


@dataclass(frozen=True)
class Place:
    """Where a grant holds: a unit (None: the whole country), or one hamlet of it."""

    unit: Unit | None
    hamlet: Hamlet | None = None


def place_problem(role: str, place: Place) -> str:
    """Why this role cannot be held there, as a sentence with what to do; "" when it can."""
    level = place.unit.level if place.unit else None
    if role not in LEVELS:
        return "Không có vai trò này."
    if level not in LEVELS[role]:
        return LEVEL_SENTENCES[role]
    if place.hamlet is None:
        return "Hãy chọn ấp, thôn hoặc khu phố mà thành viên tổ phụ trách." if role == Role.TEAM_MEMBER else ""
    if role not in TEAM_ROLES:
        return "Chỉ quyền của tổ công nghệ số mới giới hạn theo ấp. Hãy bỏ trống ô ấp."
    if place.unit is None or place.hamlet.commune_id != place.unit.pk:
        return "Ấp này không thuộc xã đã chọn. Hãy chọn lại."
    return ""


def period_problem(valid_from: date, valid_to: date | None, today: date) -> str:
    """Why a person cannot give a grant for this period; "" when they can. `valid_to` is the first day without it."""
    if valid_from < today:
        return "Quyền không thể bắt đầu trước hôm nay. Hãy chọn hôm nay hoặc một ngày sau."
    if valid_to is None:
        return "Hãy ghi ngày kết thúc. Quyền nào cũng có hạn."
    if valid_to <= valid_from:
        return "Ngày kết thúc phải sau ngày bắt đầu."
    if valid_to - max(valid_from, today) > LONGEST_PERIOD:
        return "Mỗi lần cấp nhiều nhất hai năm. Hết hạn thì gia hạn tiếp."
    return ""


def roles_given_by(viewer: Viewer) -> tuple[Role, ...]:
    """The roles this person may hand out somewhere, in the order of the list of roles."""
    if viewer.is_operator or viewer.is_system:
        return tuple(Role)
    given = {role for grant in viewer.grants for role in GIVES.get(grant.role, ())}
    return tuple(role for role in Role if role in given)


def can_give(viewer: Viewer, *, role: str, unit: Unit | None, to_user_id: int | None) -> bool:
    """Whether this person may give that role there to that person: never to themselves, only inside their own area.

    A giver's own grant need not outlast what it gives, and ending it ends nothing given before: an officer who moves
    on must not take a commune's teams along. What stays is seen in the review every six months.
    """
    if viewer.is_system:
        return True
    if viewer.user_id is None or viewer.user_id == to_user_id:
        return False
    givers = [giver for giver, roles in GIVES.items() if role in roles]
    return viewer.covers(unit, *givers)


def can_end(viewer: Viewer, grant: Grant) -> bool:
    """Whether this person may end the grant: who could give it, and everybody their own (that narrows rights)."""
    if grant.user_id == viewer.user_id and viewer.user_id is not None:
        return True
    return can_give(viewer, role=grant.role, unit=grant.unit, to_user_id=grant.user_id)


def can_see_grants(viewer: Viewer) -> bool:
    """Whether this person may look at who holds what somewhere: who gives, and auditors, who only read."""
    return viewer.has_role(*GIVERS, Role.AUDITOR)


LEVEL_SENTENCES: dict[str, str] = {
    Role.NATIONAL: "Cán bộ trung ương làm việc cho cả nước. Hãy bỏ trống ô nơi làm việc.",
    Role.PLATFORM_OPERATOR: "Nhân viên sàn làm việc cho cả nước. Hãy bỏ trống ô nơi làm việc.",
    Role.ACCOUNTANT: "Kế toán làm việc cho cả nước. Hãy bỏ trống ô nơi làm việc.",
    Role.AUDITOR: "Kiểm toán viên xem cả nước, một tỉnh hoặc một xã. Hãy chọn lại nơi.",
    Role.PROVINCE: "Hãy chọn một tỉnh hoặc thành phố cho cán bộ tỉnh.",
    Role.COMMUNE: "Hãy chọn một xã, phường hoặc đặc khu cho cán bộ xã.",
    Role.TEAM_LEAD: "Hãy chọn xã, phường hoặc đặc khu của tổ.",
    Role.TEAM_MEMBER: "Hãy chọn xã, phường hoặc đặc khu của tổ.",
}
