"""What grants register once, when the ground storey gets ready."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.audit.registry import register_vocabulary
from core.desk.grants.queries import grant_todos
from core.desk.registry import register_todos
from core.events.registry import subscribe
from core.people.account.registry import AccountPage, register_account_page
from core.people.grants.moving import follow_map
from core.people.keys.rules import can_have_keys
from core.places.events import MapTurned


def get_grants_ready() -> None:
    """To-dos of those who give grants, grants that follow the map, one's own page, API keys."""
    register_todos(grant_todos)
    subscribe(MapTurned, follow_map)
    register_account_page(
        AccountPage(_("Quyền của tôi"), _("Bạn được làm gì, ở đâu, đến khi nào."), "/tai-khoan/quyen-cua-toi/", 40)
    )
    register_vocabulary({"api_token.ended": "kết thúc khóa API"})
    register_account_page(
        AccountPage(_("Khóa API"), _("Cho phần mềm đọc số liệu thay bạn."), "/tai-khoan/khoa-api/", 45, can_have_keys)
    )
