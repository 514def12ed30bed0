"""What grants register once, when the ground storey gets ready."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.desk.grants.queries import grant_todos
from core.desk.registry import register_todos
from core.people.account.registry import AccountPage, register_account_page


def get_grants_ready() -> None:
    """To-dos of those who give grants, and one's own page."""
    register_todos(grant_todos)
    register_account_page(
        AccountPage(_("Quyền của tôi"), _("Bạn được làm gì, ở đâu, đến khi nào."), "/tai-khoan/quyen-cua-toi/", 40)
    )
