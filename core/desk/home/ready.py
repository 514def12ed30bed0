"""What the staff home registers once: the sections of slices that stand below the desk and cannot do it themselves."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.desk.registry import register_section
from core.imports.rules import IMPORTERS
from core.messages.rules import may_see_messages
from core.people.grants.rules import can_see_grants
from core.people.helping.rules import HELPERS


def get_home_ready() -> None:
    """The sections, in the order of a day: helping people in, their rights, lists, what was sent to them."""
    register_section(
        _("Giúp đăng nhập"),
        "help_people",
        lambda viewer: viewer.has_role(*HELPERS),
        about=_("Người quên mật khẩu, mất điện thoại, tài khoản bị khóa."),
        order=20,
    )
    register_section(_("Ai có quyền gì"), "grants", can_see_grants, about=_("Cấp, kết thúc, rà soát quyền."), order=30)
    register_section(
        _("Nhập bảng"),
        "import_list",
        lambda viewer: viewer.has_role(*IMPORTERS),
        about=_("Đưa danh sách Excel vào sổ, xem trước từng dòng."),
        order=40,
    )
    register_section(
        _("Tin nhắn gửi đi"),
        "outbox",
        may_see_messages,
        about=_("Tin nào đang chờ, tin nào dừng lại và vì sao."),
        order=70,
    )
