"""The demo people of the log-in page, and where they work."""

from __future__ import annotations

from core.people.actions import give_grant, make_api_token
from core.people.models import Role, User
from core.people.queries import SYSTEM
from core.people.second_factor.actions import enrol_second_factor
from core.people.second_factor.queries import code_at, current_step
from core.places.models import Hamlet, Unit

PASSWORD = "lensan-demo"  # noqa: S105 - printed on the demo's log-in page; production refuses the demo world
TOKEN = "demo-token-tinh"  # noqa: S105
# A phone each, all made up, and the second factor of staff: known to everybody, so only good in the demo.
PHONES = {
    "to": "+84912345610", "totruong": "+84912345611", "nguoiban": "+84912345601", "hangxom": "+84912345602",
    "nguoimua": "+84912345612", "xa": "+84912345613", "tinh": "+84912345614",
}  # fmt: skip
SECRETS = {
    "xa": "DEMOXALENSANDEMOXALENSAN22222222", "tinh": "DEMOTINHLENSANDEMOTINHLENSAN2222",
    "sanops": "DEMOSANOPSLENSANDEMOSANOPSLS2222", "kiemtoan": "DEMOKIEMTOANLENSANDEMOKIEM222222",
    "quantri": "DEMOQUANTRILENSANDEMOQUANTRI2222", "ketoan": "DEMOKETOANLENSANDEMOKETOANLS2222",
    "ketoan2": "DEMOKETOANHAILENSANDEMOKETOAN222",
}  # fmt: skip
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
    "ketoan": "Đỗ Thu Ngân",
    "ketoan2": "Phan Văn Tính",
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
        user.phone = PHONES.get(username, "")
        user.save()
        if username in SECRETS:
            secret = SECRETS[username]
            enrol_second_factor(user=user, secret=secret, code=code_at(secret, current_step()))
        people[username] = user
    grants: list[tuple[str, Role, Unit | None, Hamlet | None]] = [
        ("tinh", Role.PROVINCE, commune.parent, None),
        ("xa", Role.COMMUNE, commune, None),
        ("totruong", Role.TEAM_LEAD, commune, None),
        ("to", Role.TEAM_MEMBER, commune, hamlets[0]),
        ("to", Role.TEAM_MEMBER, commune, hamlets[1]),
        ("sanops", Role.PLATFORM_OPERATOR, None, None),
        ("ketoan", Role.ACCOUNTANT, None, None),
        ("ketoan2", Role.ACCOUNTANT, None, None),
        ("kiemtoan", Role.AUDITOR, None, None),
    ]
    for username, role, unit, hamlet in grants:
        give_grant(user=people[username], role=role, unit=unit, hamlet=hamlet, given_by=SYSTEM)
    make_api_token(user=people["tinh"], name="Bản mẫu", by=SYSTEM, key=TOKEN)
    return people
