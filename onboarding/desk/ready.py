"""What the commune's desk registers once."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.audit.registry import register_vocabulary
from core.desk.registry import Room, register_section, register_todos
from core.people.queries import Viewer
from onboarding.checks.rules import VERIFIERS
from onboarding.desk.queries.home import desk_todos
from onboarding.households.rules import DESK_ROLES


def register() -> None:
    """Sections, to-dos and the words of the trail."""
    register_todos(desk_todos)
    register_section(
        _("Hộ"), "commune_households", _at_desk, about=_("Tìm, xem, sửa, ghi thêm hộ."), order=10, room=Room.COMMUNE
    )
    register_section(
        _("Xác minh"),
        "commune_verify",
        lambda viewer: viewer.has_role(*VERIFIERS),
        about=_("Hộ người khác đã ghi, chờ bạn kiểm tra."),
        order=20,
        room=Room.COMMUNE,
    )
    register_section(
        _("Kiểm tra lại"),
        "commune_samples",
        _at_desk,
        about=_("Mẫu ngẫu nhiên mỗi tháng, tổ khác đến xem lại."),
        order=25,
        room=Room.COMMUNE,
    )
    register_section(
        _("Sẵn sàng"),
        "commune_readiness",
        _at_desk,
        about=_("Điện thoại, tài khoản, định danh, mã QR theo từng thôn."),
        order=30,
        room=Room.COMMUNE,
    )
    register_vocabulary(
        {
            "household.exported": "tải danh sách hộ",
            "pilot.set": "đưa xã vào thí điểm",
            "pilot.ended": "kết thúc thí điểm",
        }
    )


def _at_desk(viewer: Viewer) -> bool:
    return viewer.has_role(*DESK_ROLES)
