"""The demo people of the log-in page, and where they work."""

from __future__ import annotations

from core.people.actions import give_grant, make_api_token
from core.people.models import Role, User
from core.people.queries import SYSTEM
from core.places.models import Hamlet, Unit

PASSWORD = "lensan-demo"  # noqa: S105 - printed on the demo's log-in page; production refuses the demo world
TOKEN = "demo-token-tinh"  # noqa: S105
PEOPLE = {
    "quantri": "Người quản trị (mẫu)",
    "tinh": "Lê Thị Phương",
    "xa": "Trần Thị Chi",
    "totruong": "Phạm Thị Hạnh",
    "to": "Võ Minh Tâm",
    "nguoiban": "Nguyễn Văn An",
    "hangxom": "Hồ Tiến Dũng",
    "sanops": "Đặng Thu Bưu (sàn)",
    "kiemtoan": "Bùi Kiểm",
    "nguoimua": "Mai Ngọc Lan",
}


def make_people(commune: Unit, hamlets: list[Hamlet]) -> dict[str, User]:
    """All demo people with the demo password and their grants; `commune` belongs to the demo province."""
    people = {}
    for username, full_name in PEOPLE.items():
        is_operator = username == "quantri"
        user = User(
            username=username, full_name=full_name, is_demo=True, is_staff=is_operator, is_superuser=is_operator
        )
        user.set_password(PASSWORD)
        user.save()
        people[username] = user
    grants: list[tuple[str, Role, Unit | None, Hamlet | None]] = [
        ("tinh", Role.PROVINCE, commune.parent, None),
        ("xa", Role.COMMUNE, commune, None),
        ("totruong", Role.TEAM_LEAD, commune, None),
        ("to", Role.TEAM_MEMBER, commune, hamlets[0]),
        ("to", Role.TEAM_MEMBER, commune, hamlets[1]),
        ("sanops", Role.PLATFORM_OPERATOR, None, None),
        ("kiemtoan", Role.AUDITOR, None, None),
    ]
    for username, role, unit, hamlet in grants:
        give_grant(user=people[username], role=role, unit=unit, hamlet=hamlet, given_by=SYSTEM)
    make_api_token(user=people["tinh"], name="Bản mẫu", by=SYSTEM, key=TOKEN)
    return people
